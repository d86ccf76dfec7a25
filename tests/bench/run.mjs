// Runs the benchmarks and prints them as a table: each operation beside its limit, taken side by side in
// this run, so that the ratio means something on any machine.
import {execFile, spawn} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {cpus, tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs, promisify} from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const {values: options} = parseArgs({options: {
  build: {type: 'string'}, json: {type: 'string'}, quick: {type: 'boolean', default: false},
}});
const build = resolve(options.build);
process.env.COFFEEAUTH_PROGRAM = join(build, 'adapters/server/coffeeauth');
const {makeAdmin, median, password, startServer} = await import('../e2e/support.mjs');
const run = promisify(execFile);
const say = (text) => console.error(`\x1b[1m==>\x1b[0m ${text}`);

const rounds = options.quick ? 1 : 5;
const seconds = options.quick ? 1 : 3;
const rows = [];

/** One row: `ours` and `limit` in the same unit; `share` is how much of the limit is reached. */
function row(operation, unit, ours, limit, share, more = {}) {
  rows.push({operation, unit, ours, limit, ratio: share, ...more});
}

async function library() {
  say('the library’s operations');
  const {stdout} = await run(join(build, 'tests/bench/library_bench'), [
    '--benchmark_format=json', `--benchmark_repetitions=${rounds}`, '--benchmark_enable_random_interleaving=true',
    `--benchmark_min_time=${options.quick ? 0.05 : 0.3}`,
  ], {maxBuffer: 1 << 26});
  const times = {};
  for (const entry of JSON.parse(stdout).benchmarks) {
    if (entry.error_occurred) throw new Error(`${entry.name}: ${entry.error_message}`);
    if (entry.run_type !== 'iteration') continue;
    (times[entry.run_name.split('/')[0]] ??= []).push(entry.real_time / 1000);
  }
  for (const [name, all] of Object.entries(times).sort()) {
    if (name.endsWith('_limit')) continue;
    const ours = median(all), limit = times[`${name}_limit`] && median(times[`${name}_limit`]);
    row(name.replaceAll('_', ' '), 'us', ours, limit, limit && limit / ours);
  }
  return {hashesPerSecond: 1e6 / median(times.password_hash_limit)};
}

/** What wrk measures in one go. */
async function load(url, {connections, headers = {}, post}) {
  const folder = await mkdtemp(join(tmpdir(), 'coffeeauth-bench-'));
  try {
    const script = join(folder, 'load.lua');
    const lua = [`dofile(${JSON.stringify(join(here, 'latency.lua'))})`];
    if (post) lua.push(`wrk.method = "POST"; wrk.body = ${JSON.stringify(JSON.stringify(post))}; wrk.headers["Content-Type"] = "application/json"`);
    await writeFile(script, lua.join('\n'));
    const {stdout} = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script,
      ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), url]);
    const result = JSON.parse(/^RESULT (.*)$/m.exec(stdout)[1]);
    if (result.failed) throw new Error(`${url}: ${result.failed} of ${result.requests} requests failed`);
    return {perSecond: result.requests / result.duration * 1e6, p50: result.p50, p99: result.p99};
  } finally {
    await rm(folder, {recursive: true});
  }
}

const middle = (results) => Object.fromEntries(Object.keys(results[0]).map((key) => [key, median(results.map((one) => one[key]))]));

/** A bare Poco server that sends the same bytes as the answer that was given. */
async function bareServer(headers, body) {
  const child = spawn(join(build, 'tests/bench/bare_server'), {stdio: ['pipe', 'pipe', 'inherit']});
  child.stdin.write(JSON.stringify({headers, body}) + '\n');
  const port = await new Promise((done) => child.stdout.once('data', (text) => done(String(text).trim())));
  return {url: `http://127.0.0.1:${port}/`, async stop() {
    child.stdin.end();
    await new Promise((done) => child.once('close', done));
  }};
}

/** GET beside a bare server, in turns, so that noise meets both alike. */
async function get(server, path, token, connections) {
  const headers = {Authorization: `Bearer ${token}`};
  const answer = await fetch(server.base + path, {headers});
  const body = await answer.text();
  const sent = Object.fromEntries([...answer.headers].filter(([name]) => !['content-length', 'date', 'connection'].includes(name)));
  const bare = await bareServer(sent, body);
  try {
    const ours = [], limit = [];
    for (let round = 0; round < rounds; ++round) {
      ours.push(await load(server.base + path, {connections, headers}));
      limit.push(await load(bare.url, {connections, headers}));
    }
    const [us, it] = [middle(ours), middle(limit)];
    row(`GET ${path}, ${connections} connections`, '1/s', us.perSecond, it.perSecond, us.perSecond / it.perSecond,
        {p50: us.p50, p99: us.p99, limit_p99: it.p99, octets: body.length});
  } finally {
    await bare.stop();
  }
}

async function http(hashesPerSecond) {
  say('the server under load');
  const server = await startServer({env: {LOG_LEVEL: 'warning'}});
  try {
    const {email, token} = await makeAdmin(server);
    await get(server, '/api/me', token, 32);
    await get(server, '/api/users', token, 32);
    const logins = [];
    for (let round = 0; round < rounds; ++round) {
      logins.push(await load(`${server.base}/api/auth/login`, {connections: 8, post: {email, password}}));
    }
    const login = middle(logins);
    row('POST /api/auth/login, 8 connections', '1/s', login.perSecond, hashesPerSecond, login.perSecond / hashesPerSecond, {p50: login.p50, p99: login.p99});
  } finally {
    await server.stop();
  }
}

/** From starting the program to its first 200, and what it then holds in memory. */
async function start() {
  say('cold start');
  const {readFile} = await import('node:fs/promises');
  const {freePort, temporaryFolder} = await import('../e2e/support.mjs');
  const took = [], resident = [];
  for (let round = 0; round < Math.max(3, rounds); ++round) {
    const dataDir = await temporaryFolder(), port = await freePort();
    const begun = performance.now();
    const child = spawn(process.env.COFFEEAUTH_PROGRAM, ['serve'],
                        {cwd: dataDir, env: {PATH: process.env.PATH, DATA_DIR: dataDir, HTTP_PORT: String(port)}, stdio: 'ignore'});
    try {
      while (!await fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.ok, () => false)) {
        if (child.exitCode !== null) throw new Error('the server did not start');
        await new Promise((go) => setTimeout(go, 1));
      }
      took.push(performance.now() - begun);
      await new Promise((go) => setTimeout(go, 500));
      resident.push(Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024);
    } finally {
      child.kill('SIGTERM');
      await new Promise((done) => child.exitCode === null ? child.once('close', done) : done());
      await rm(dataDir, {recursive: true, force: true});
    }
  }
  row('cold start to the first 200', 'ms', median(took), 100, 100 / median(took));
  row('resident memory when idle', 'MiB', median(resident), 20, 20 / median(resident));
}

const number = (value) => value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toPrecision(3);

function table() {
  const heads = ['operation', 'unit', 'ours', 'limit', 'ratio', 'p50 us', 'p99 us'];
  const lines = rows.map((one) => [one.operation, one.unit, number(one.ours), number(one.limit),
    one.ratio === undefined ? '' : one.ratio.toFixed(2), number(one.p50), number(one.p99)]);
  const widths = heads.map((head, i) => Math.max(head.length, ...lines.map((line) => line[i].length)));
  const print = (line) => console.log(line.map((cell, i) => i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join('  ').trimEnd());
  print(heads);
  print(widths.map((width) => '-'.repeat(width)));
  lines.forEach(print);
  console.log(`\n${cpus().length} cores, ${rounds} round(s) each, medians. The limits: the bare signature and JSON, Argon2id on all cores,`);
  console.log('a prepared sqlite3 statement, a Poco HTTPServer sending the same bytes. A ratio of 1 is the limit itself.');
}

const {hashesPerSecond} = await library();
await http(hashesPerSecond);
await start();
table();
if (options.json) await writeFile(options.json, JSON.stringify({cores: cpus().length, rounds, rows}, null, 2));
