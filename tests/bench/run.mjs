// Runs the benchmarks and prints them as a table: each operation beside its limit, taken side by side in
// this run, so that the ratio means something on any machine.
import {mkdir, writeFile} from 'node:fs/promises';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {chart, markdown} from './chart.mjs';
import {options, rounds, rows} from './measure.mjs';

const number = (value) => value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toPrecision(3);

function table() {
  const heads = ['operation', 'unit', 'ours', 'limit', 'ratio', 'p50 us', 'p99 us', 'limit p99', 'allocations', 'statements'];
  const lines = rows.map((one) => [one.operation, one.unit, number(one.ours), number(one.limit),
    one.ratio === undefined ? '' : one.ratio.toFixed(2), number(one.p50), number(one.p99), number(one.limit_p99),
    one.allocations?.toFixed(0) ?? '', one.statements?.toFixed(0) ?? '']);
  const widths = heads.map((head, i) => Math.max(head.length, ...lines.map((line) => line[i].length)));
  const print = (line) => console.log(line.map((cell, i) => i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join('  ').trimEnd());
  print(heads);
  print(widths.map((width) => '-'.repeat(width)));
  lines.forEach(print);
  console.log(`
${cpus().length} cores, ${rounds} round(s) each, medians; ours and the limit in turns, and the ratio is the median of theirs. A ratio of 1 is
the limit itself: the bare signature and JSON, Argon2id on all cores, prepared statements of sqlite3 and libpq themselves,
pgbench with the same statements, a Poco HTTPServer sending the same bytes. Statements are what PostgreSQL was sent for one
request, without BEGIN and COMMIT; those that ask for nothing back travel with the next one.`);
}

// After the options are read: the program's path is among them.
const sections = {
  library: async () => (await import('./library.mjs')).library(),
  sqlite: async () => (await import('./server.mjs')).overSqlite(),
  postgres: async () => (await import('./server.mjs')).overPostgres(),
  start: async () => (await import('./start.mjs')).start(),
};
/** The names of --only, or all. */
function chosenOf(known) {
  const chosen = options.only === '' ? Object.keys(known) : options.only.split(',');
  for (const name of chosen) {
    if (!(name in known)) throw new Error(`--only takes ${Object.keys(known).join(', ')}`);
  }
  return chosen;
}

const across = {'clean-up': 's by users', connections: 'connections', 'cached list': 'users on the page'};
/** Writes a chart and a table of each thing that grows into the folder, as soon as it is known. */
async function grow(folder) {
  const {growth, parts} = await import('./growth.mjs');
  await mkdir(folder, {recursive: true});
  for (const part of chosenOf(parts)) {
    const curves = await growth(part);
    const name = curves[0].chart;
    await writeFile(join(folder, `${part}.svg`), chart(name, across[name] ?? 'ms by users', curves));
    const text = markdown(across[name] ?? 'ms by users', curves);
    await writeFile(join(folder, `${part}.md`), text + '\n');
    console.log(`\n### ${name}\n\n${text}`);
  }
}

if (options.growth) {
  await grow(options.growth);
  process.exit(0);
}
for (const name of chosenOf(sections)) await sections[name]();
table();
if (options.json) await writeFile(options.json, JSON.stringify({cores: cpus().length, rounds, rows}, null, 2));
