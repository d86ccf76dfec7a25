// The library's operations, each beside what it cannot be cheaper than.
import {startPostgres} from '../e2e/production.mjs';
import {libraryBench, median, row, say} from './measure.mjs';

export async function library() {
  say('the library’s operations');
  const postgres = await startPostgres({fsync: true});
  try {
    await postgres.sql('CREATE DATABASE library_bench');
    const found = await libraryBench('.*', {env: {COFFEEAUTH_BENCH_DATABASE_URL: postgres.url('library_bench')}});
    for (const [name, {times, allocations}] of Object.entries(found).sort()) {
      if (name.endsWith('_limit')) continue;
      const limit = found[`${name}_limit`] && median(found[`${name}_limit`].times);
      // In turns: what of it is noise met both.
      const share = limit && median(times.map((time, i) => found[`${name}_limit`].times[i] / time));
      row(name.replaceAll('_', ' '), 'us', median(times), limit, share, {allocations});
    }
  } finally {
    await postgres.stop();
  }
}
