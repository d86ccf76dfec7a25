// What operations cost against the size of what they work on.
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {startJob} from '../e2e/cluster.mjs';
import {startPostgres} from '../e2e/production.mjs';
import {logIn, makeAdmin, makeUser, password, startProcess, temporaryFolder, until} from '../e2e/support.mjs';
import {load, median, options, run, say} from './measure.mjs';

const sizes = options.quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
const settings = {LOG_LEVEL: 'warning', LIST_CACHE_LIFETIME: '0s', SECRET_KEY: 'a key for the benchmarks and for nothing else'};
const page = 50;

/** One curve: what it costs at each size. */
const curves = [];
function point(chart, curve, size, value) {
  let one = curves.find((known) => known.chart === chart && known.curve === curve);
  if (!one) curves.push(one = {chart, curve, points: []});
  one.points.push([size, value]);
}

const stores = {
  SQLite: async () => {
    const folder = await temporaryFolder();
    const file = async () => join(folder, (await readdir(folder)).find((name) => /\.(db|sqlite3?)$/.test(name)));
    return {
      dataDir: folder, env: {},
      sql: async (text) => (await run('sqlite3', [await file(), `PRAGMA busy_timeout = 60000; ${text}`])).stdout.trim().split('\n').at(-1),
      numbers: (from, to) => `(WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT i FROM n)`,
      id: (i) => `printf('%08x-%04x-7%03x-8%03x-%012x', 26000000 + ${i} / 65536, ${i} & 65535, ${i} % 4096, ${i} % 3571, ${i})`,
      analyse: 'ANALYZE',
      stop: async () => {},
    };
  },
  PostgreSQL: async () => {
    const postgres = await startPostgres({fsync: true});
    await postgres.sql('CREATE DATABASE growth');
    return {
      dataDir: await temporaryFolder(), env: {DATABASE_URL: postgres.url('growth'), MAIL_FOLDER: await temporaryFolder()},
      sql: async (text) => (await postgres.sql(text, 'growth')).stdout.trim(),
      numbers: (from, to) => `(SELECT generate_series(${from}, ${to}) AS i)`,
      id: (i) => `lpad(to_hex(26000000 + ${i} / 65536), 8, '0') || '-' || lpad(to_hex(${i} & 65535), 4, '0') || '-7' || lpad(to_hex(${i} % 4096), 3, '0')
        || '-8' || lpad(to_hex(${i} % 3571), 3, '0') || '-' || lpad(to_hex(${i}), 12, '0')`,
      seeded: 'INSERT INTO last_logins SELECT id, coalesce(last_login, -1) FROM users ON CONFLICT DO NOTHING',
      analyse: 'VACUUM ANALYZE',
      stop: () => postgres.stop(),
    };
  },
};

/** Copies a user's row: a million sign-ups would hash for hours. */
const addUsers = (store, {email}, from, to, {verified = true} = {}) => store.sql(`
  INSERT INTO users (id, email_canonical, email_display, first_name, last_name, role, is_verified, is_active,
                     date_joined, last_login, unverified_since, password_hash, version, security_version)
  SELECT ${store.id('i')}, 'seeded.' || i || '@example.com', 'seeded.' || i || '@example.com', 'First' || i, 'Last' || i, 0,
         ${verified ? 1 : 0}, 1, date_joined - i * 1000, date_joined - i * 500, date_joined - 864000000, password_hash, 1, 1
  FROM ${store.numbers(from, to)} numbers, users WHERE email_canonical = '${email.toLowerCase()}';
  ${store.seeded ?? ''}`);

/** The median milliseconds of some calls, one after another: of 200, or of as many as ten seconds have room for. */
async function cost(ask) {
  await ask(0);
  const took = [];
  const enough = performance.now() + 10_000;
  for (let i = 1; i <= (options.quick ? 20 : 200) && (i <= 3 || performance.now() < enough); ++i) {
    const begun = performance.now();
    const answer = await ask(i);
    took.push(performance.now() - begun);
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
  }
  return median(took);
}

async function users(name) {
  const store = await stores[name]();
  const begin = () => startProcess({env: {...settings, ...store.env}, dataDir: store.dataDir});
  let server = await begin();
  try {
    const user = await makeUser(server), admin = await makeAdmin(server);
    let there = 2;
    for (const size of sizes) {
      say(`${name}: ${size.toLocaleString('en')} users`);
      await addUsers(store, user, there + 1, size);
      there = size;
      await store.sql(store.analyse);
      await server.stop({keep: true});
      server = await begin();
      const {access_token: token} = await logIn(server, admin);
      const list = (query) => server.get(`/api/users?page_size=${page}&ordering=email${query}`, {token});
      const {count} = (await list('')).body;
      const last = Math.ceil(count / page);
      const {previous} = (await list(`&page=${last - 1}`)).body;
      const chart = `users, ${name}`;
      point(chart, '/api/me', size, await cost(() => server.get('/api/me', {token})));
      point(chart, 'login', size, await cost(() => server.post('/api/auth/login', {email: user.email, password})));
      point(chart, 'first page', size, await cost(() => list('')));
      point(chart, 'last page by number', size, await cost(() => list(`&page=${last}`)));
      point(chart, 'page before the last by link', size, await cost(() => server.get(previous, {token})));
      point(chart, 'search', size, await cost((i) => list(`&search=seeded.${i}`)));
    }
  } finally {
    await server.stop({keep: true});
    await store.stop();
  }
}

/** A clean-up of sign-ups that nobody verified, until none is left. */
async function cleanUp(name) {
  for (const size of sizes) {
    say(`${name}: clean-up of ${size.toLocaleString('en')}`);
    const store = await stores[name]();
    try {
      const server = await startProcess({env: {...settings, ...store.env}, dataDir: store.dataDir});
      const user = await makeUser(server);
      const {environment} = server;
      await server.stop({keep: true});
      await addUsers(store, user, 1, size, {verified: false});
      const begun = performance.now();
      const job = await startJob('scheduler', {...environment, LOG_LEVEL: 'info', CLEAN_UP_INTERVAL: '1s'});
      await until('the clean-up', async () => await store.sql('SELECT count(*) FROM users WHERE is_verified = 0') === '0',
                  {within: 1_800_000, every: 200});
      point('clean-up', name, size, (performance.now() - begun) / 1000);
      await job.stop();
    } finally {
      await store.stop();
    }
  }
}

async function connections() {
  const server = await startProcess({env: {...settings, MAX_CONNECTIONS: '6000', MAX_CONNECTIONS_PER_ADDRESS: '6000'}});
  try {
    const {token} = await makeAdmin(server);
    for (const count of options.quick ? [1, 100] : [1, 10, 100, 1_000, 2_000, 5_000]) {
      say(`${count} connections`);
      const {perSecond, p50, p99} = await load(`${server.base}/api/me`, {connections: count, headers: {Authorization: `Bearer ${token}`}});
      point('connections', 'requests a second', count, perSecond);
      point('connections', 'p50 ms', count, p50 / 1000);
      point('connections', 'p99 ms', count, p99 / 1000);
      const resident = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${server.child.pid}/status`, 'utf8'))[1];
      point('connections', 'resident MiB', count, Number(resident) / 1024);
    }
  } finally {
    await server.stop();
  }
}

async function cachedLists() {
  const server = await startProcess({env: {...settings, LIST_CACHE_LIFETIME: '60s'}});
  try {
    const admin = await makeAdmin(server);
    for (let i = 0; i < 100; ++i) await server.post('/api/auth/signup', {email: `listed-${i}@example.com`, password, first_name: 'Listed'});
    const {access_token: token} = await logIn(server, admin);
    for (const size of [1, 10, 25, 50, 100]) {
      say(`cached lists of ${size}`);
      const {perSecond} = await load(`${server.base}/api/users?page_size=${size}`, {connections: 32, headers: {Authorization: `Bearer ${token}`}});
      point('cached list', 'requests a second', size, perSecond);
    }
  } finally {
    await server.stop();
  }
}

/** What --growth takes, by the name --only knows it by. */
export const parts = {
  'users-sqlite': () => users('SQLite'),
  'users-postgres': () => users('PostgreSQL'),
  'clean-up': async () => {
    for (const name of Object.keys(stores)) await cleanUp(name);
  },
  connections,
  'cached-list': cachedLists,
};

/** The curves of one part. */
export async function growth(part) {
  curves.length = 0;
  await parts[part]();
  return [...curves];
}
