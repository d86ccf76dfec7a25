// What a request costs with 100,000 users, beside what it costs with 10. The figures are printed; only a
// factor that no noise explains (a scan where an index should be) fails.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {success} from './expect.mjs';
import {makeAdmin, makeUser, median, newAddress, password, startServer} from './support.mjs';

const many = 100_000;
const worst = 8;

const servers = {};
before(async () => {
  for (const [name, count] of [['few', 10], ['many', many]]) {
    const first = await startServer();
    const user = await makeUser(first);
    const admin = await makeAdmin(first);
    await first.stop({keep: true});
    await addUsers(first.dataDir, user.email, count - 2);
    servers[name] = {server: await startServer({dataDir: first.dataDir}), user, admin};
  }
});
after(() => Promise.all(Object.values(servers).map(({server}) => server.stop())));

/** Copies one user's row under new ids and addresses: a hundred thousand sign-ups would take hours of hashing. */
async function addUsers(dataDir, email, count) {
  const name = (await readdir(dataDir)).find((file) => /\.(db|sqlite3?)$/.test(file));
  const id = (n) => `printf('%08x-%04x-7%03x-8%03x-%012x', 26000000 + ${n} / 65536, ${n} & 65535, ${n} % 4096, ${n} % 3571, ${n})`;
  const sql = `
    PRAGMA busy_timeout = 5000;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    INSERT INTO users (id, email_canonical, email_display, first_name, last_name, role, is_verified, is_active,
                       date_joined, last_login, unverified_since, password_hash, version, security_version)
    SELECT ${id('i')}, 'seeded.' || i || '@example.com', 'seeded.' || i || '@example.com', 'First' || i, 'Last' || i, 0, 1, 1,
           date_joined - i * 1000, date_joined - i * 500, unverified_since, password_hash, 1, 1
    FROM n, users WHERE email_canonical = '${email.toLowerCase()}';`;
  await promisify(execFile)('sqlite3', [join(dataDir, name), sql]);
}

/** The median milliseconds of `times` calls of `ask`, one after another. */
async function cost(times, ask) {
  const took = [];
  for (let i = 0; i < times; ++i) {
    const start = performance.now();
    await ask(i);
    took.push(performance.now() - start);
  }
  return median(took);
}

async function compare(what, times, ask) {
  const of = {};
  for (const [name, where] of Object.entries(servers)) {
    await ask(where, 0);
    of[name] = await cost(times, (i) => ask(where, i + 1));
  }
  const ratio = of.many / of.few;
  console.log(`# ${what}: ${of.few.toFixed(2)} ms with 10 users, ${of.many.toFixed(2)} ms with ${many} (x ${ratio.toFixed(2)})`);
  assert.ok(ratio < worst, `${what} costs ${ratio.toFixed(1)} times as much with ${many} users`);
}

test('the users are there', async () => {
  for (const [name, count] of [['few', 10], ['many', many]]) {
    const {server, admin} = servers[name];
    assert.equal(success(await server.get('/api/users', admin)).count, count);
  }
});

test('/api/me costs what it costs with ten', () =>
  compare('/api/me', 300, async ({server, admin}) => success(await server.get('/api/me', admin))));

test('login costs what it costs with ten', () =>
  compare('login', 15, async ({server, user}) => success(await server.post('/api/auth/login', {email: user.email, password}))));

test('signing up costs what it costs with ten', () =>
  compare('sign-up', 15, async ({server}) => success(await server.post('/api/auth/signup', {email: newAddress(), password}), 201)));

// Every request changes something in the query, so that none is answered from the cache.
const fresh = (i) => `search=&page_size=${5 + i % 5}&unused=${i}`;

test('the first page of the list costs what it costs with ten', () =>
  compare('first page', 40, async ({server, admin}, i) => {
    success(await server.patch('/api/me', {first_name: `F${i}`}, admin));
    success(await server.get(`/api/users?${fresh(i)}`, admin));
  }));

test('the last page costs what the first costs', async () => {
  const {server, admin} = servers.many;
  const page = async (direction, i) => {
    success(await server.patch('/api/me', {first_name: `F${i}`}, admin));
    return success(await server.get(`/api/users?ordering=${direction}email&page_size=10`, admin));
  };
  const {count} = await page('', 0);
  const last = Math.ceil(count / 10);
  const first = await cost(40, (i) => page('', i));
  const numbered = await cost(40, async (i) => {
    success(await server.patch('/api/me', {first_name: `L${i}`}, admin));
    success(await server.get(`/api/users?ordering=email&page_size=10&page=${last}`, admin));
  });
  console.log(`# first page ${first.toFixed(2)} ms, page ${last} ${numbered.toFixed(2)} ms (x ${(numbered / first).toFixed(2)})`);
  assert.ok(numbered / first < worst, `page ${last} costs ${(numbered / first).toFixed(1)} times the first`);
});

test('a page deep in the list, reached by its link, costs what the first costs', async () => {
  const {server, admin} = servers.many;
  const {previous} = success(await server.get(`/api/users?ordering=email&page_size=10&page=9000`, admin));
  const {search} = new URL(previous, server.base);
  const ask = (query) => async (i) => {
    success(await server.patch('/api/me', {first_name: `D${i}`}, admin));
    success(await server.get(`/api/users${query}`, admin));
  };
  const first = await cost(40, ask('?ordering=email&page_size=10'));
  const deep = await cost(40, ask(search));
  console.log(`# first page ${first.toFixed(2)} ms, page 8,999 by link ${deep.toFixed(2)} ms (x ${(deep / first).toFixed(2)})`);
  assert.ok(deep / first < worst);
});

test('a cold start to the first answer, and memory at idle', async () => {
  const start = performance.now();
  const server = await startServer();
  const first = performance.now() - start;
  const status = await readFile(`/proc/${server.child.pid}/status`, 'utf8');
  const resident = Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
  console.log(`# cold start with an empty data folder ${first.toFixed(0)} ms, resident ${(resident / 1024).toFixed(1)} MiB`);
  assert.ok(resident > 0);
  await server.stop();
});
