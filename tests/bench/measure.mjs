// What the benchmarks share: their options, the rows of the table, and the load generator.
import {execFile, spawn} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs, promisify} from 'node:util';

export const here = dirname(fileURLToPath(import.meta.url));
export const {values: options} = parseArgs({options: {
  build: {type: 'string'}, json: {type: 'string'}, quick: {type: 'boolean', default: false},
  only: {type: 'string', default: ''}, growth: {type: 'string'},
}});
export const build = resolve(options.build);
process.env.COFFEEAUTH_PROGRAM = join(build, 'adapters/server/coffeeauth');

export const run = promisify(execFile);
export const say = (text) => console.error(`\x1b[1m==>\x1b[0m ${text}`);
export const rounds = options.quick ? 1 : 5;
export const seconds = options.quick ? 1 : 3;
export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

export const rows = [];
/** One row: `ours` and `limit` in the same unit; `share` is how much of the limit is reached. */
export function row(operation, unit, ours, limit, share, more = {}) {
  rows.push({operation, unit, ours, limit, ratio: share, ...more});
}

/** The median of every figure. */
const middle = (results) =>
  Object.fromEntries(Object.keys(results[0]).map((key) => [key, median(results.map((one) => one[key]))]));

/** Takes `ours` and `limit` in turns, so that noise meets both alike: their medians, and that of their ratios. */
export async function sideBySide(ours, limit) {
  const pairs = [];
  for (let round = 0; round < rounds; ++round) pairs.push([await ours(), await limit()]);
  return {
    ours: middle(pairs.map(([one]) => one)), limit: middle(pairs.map(([, one]) => one)),
    share: median(pairs.map(([one, other]) => one.perSecond / other.perSecond)),
  };
}

/**
 * What wrk measures in one go. `script` is more Lua; a `post` is the body of every request.
 */
export async function load(url, {connections, headers = {}, post, script = ''}) {
  const folder = await mkdtemp(join(tmpdir(), 'coffeeauth-bench-'));
  try {
    const file = join(folder, 'load.lua');
    const lua = [`dofile(${JSON.stringify(join(here, 'latency.lua'))})`];
    if (post) lua.push(`wrk.method = "POST"; wrk.body = ${JSON.stringify(JSON.stringify(post))}; wrk.headers["Content-Type"] = "application/json"`);
    await writeFile(file, [...lua, script].join('\n'));
    const {stdout} = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', file,
      ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), url]);
    const result = JSON.parse(/^RESULT (.*)$/m.exec(stdout)[1]);
    if (result.failed) throw new Error(`${url}: ${result.failed} of ${result.requests} requests failed`);
    return {perSecond: result.requests / result.duration * 1e6, p50: result.p50, p99: result.p99};
  } finally {
    await rm(folder, {recursive: true});
  }
}

/** A bare Poco server that sends the same bytes as the answer that was given. */
export async function bareServer(headers, body) {
  const child = spawn(join(build, 'tests/bench/bare_server'), {stdio: ['pipe', 'pipe', 'inherit']});
  child.stdin.write(JSON.stringify({headers, body}) + '\n');
  const port = await new Promise((done) => child.stdout.once('data', (text) => done(String(text).trim())));
  return {url: `http://127.0.0.1:${port}/`, async stop() {
    child.stdin.end();
    await new Promise((done) => child.once('close', done));
  }};
}

/** The benchmarks of library_bench whose names match, by name. */
export async function libraryBench(filter, {env = {}, minTime = options.quick ? 0.05 : 0.3, repetitions = rounds} = {}) {
  const {stdout} = await run(join(build, 'tests/bench/library_bench'), [
    `--benchmark_filter=${filter}`, '--benchmark_format=json', `--benchmark_repetitions=${repetitions}`,
    '--benchmark_enable_random_interleaving=true', `--benchmark_min_time=${minTime}`,
  ], {maxBuffer: 1 << 26, env: {...process.env, ...env}});
  const found = {};
  for (const entry of JSON.parse(stdout).benchmarks) {
    if (entry.error_occurred) throw new Error(`${entry.name}: ${entry.error_message}`);
    if (entry.run_type !== 'iteration') continue;
    const one = found[entry.run_name.split('/')[0]] ??= {times: [], allocations: undefined};
    one.times.push(entry.real_time / 1000);
    if (entry.allocations !== undefined) one.allocations = entry.allocations;
  }
  return found;
}
