// The server under load, over SQLite and over PostgreSQL.
import {join} from 'node:path';
import {startPostgres} from '../e2e/production.mjs';
import {logIn, makeAdmin, password, startProcess, temporaryFolder} from '../e2e/support.mjs';
import {bareServer, libraryBench, load, median, options, row, rows, say, sideBySide} from './measure.mjs';
import {refreshing} from './refresh.mjs';

const settings = {LOG_LEVEL: 'warning'};

/** GET beside a bare server that sends the same bytes. */
async function get(server, store, path, token, connections) {
  const headers = {Authorization: `Bearer ${token}`};
  const answer = await fetch(server.base + path, {headers});
  const body = await answer.text();
  const sent = Object.fromEntries([...answer.headers].filter(([name]) => !['content-length', 'date', 'connection'].includes(name)));
  const bare = await bareServer(sent, body);
  try {
    const {ours, limit, share} = await sideBySide(() => load(server.base + path, {connections, headers}),
                                                  () => load(bare.url, {connections, headers}));
    row(`GET ${path}, ${store}`, '1/s', ours.perSecond, limit.perSecond, share,
        {p50: ours.p50, p99: ours.p99, limit_p99: limit.p99, octets: body.length, connections});
  } finally {
    await bare.stop();
  }
}

/** Raw Argon2id on all cores, a second. */
async function hashes() {
  const {password_hash_limit: {times}} = await libraryBench('^password_hash_limit/', {minTime: options.quick ? 0.3 : 2, repetitions: 1});
  return {perSecond: 1e6 / median(times)};
}

async function hashing(server, store) {
  const {email} = await makeAdmin(server);
  const login = await sideBySide(() => load(`${server.base}/api/auth/login`, {connections: 8, post: {email, password}}), hashes);
  row(`POST /api/auth/login, ${store}`, '1/s', login.ours.perSecond, login.limit.perSecond, login.share,
      {p50: login.ours.p50, p99: login.ours.p99, connections: 8});
  let go = 0;
  const signup = await sideBySide(() => load(`${server.base}/api/auth/signup`, {connections: 8, script: `
    wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
    local n, go = 0, ${++go}
    request = function()
      n = n + 1
      return wrk.format(nil, nil, nil, string.format('{"email": "person-%d-%d@example.com", "password": "${password}"}', go, n))
    end`}), hashes);
  row(`POST /api/auth/signup, ${store}`, '1/s', signup.ours.perSecond, signup.limit.perSecond, signup.share,
      {p50: signup.ours.p50, p99: signup.ours.p99, connections: 8});
}

async function everything(server, store) {
  const admin = await makeAdmin(server);
  for (let i = 0; i < 60; ++i) {
    await server.post('/api/auth/signup', {email: `listed-${i}@example.com`, password, first_name: 'Listed', last_name: `Nr. ${i}`});
  }
  const {access_token: token} = await logIn(server, admin);
  await get(server, store, '/api/me', token, 32);
  await get(server, store, '/api/users?page_size=50', token, 32);
  await hashing(server, store);
}

/** Notes in the rows of this store how many statements the database was sent for one request. */
async function countStatements(postgres, database, env) {
  await postgres.sql('CREATE EXTENSION pg_stat_statements', database);
  // Who serves and does nothing else.
  const server = await startProcess({env, args: ['--no-worker', '--no-scheduler']});
  try {
    const admin = await makeAdmin(server);
    let {access_token: token, refresh_token} = await logIn(server, admin);
    const times = 20;
    const count = async (operation, ask) => {
      await ask(0);
      await postgres.sql('SELECT pg_stat_statements_reset()', database);
      for (let i = 1; i <= times; ++i) await ask(i);
      const {stdout} = await postgres.sql(`SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid
        WHERE d.datname = '${database}' AND query NOT LIKE '%pg_stat_statements%'`, database);
      const found = rows.find((one) => one.operation === `${operation}, PostgreSQL`);
      if (found) found.statements = Number(stdout) / times;
    };
    await count('GET /api/me', () => server.get('/api/me', {token}));
    await count('GET /api/users?page_size=50', () => server.get('/api/users?page_size=50', {token}));
    await count('POST /api/auth/login', () => logIn(server, admin));
    await count('POST /api/auth/signup', (i) => server.post('/api/auth/signup', {email: `counted-${i}@example.com`, password}));
    await count('POST /api/auth/refresh', async () => {
      ({refresh_token} = (await server.post('/api/auth/refresh', {refresh_token})).body);
    });
  } finally {
    await server.stop();
  }
}

export async function overSqlite() {
  say('the server under load, on SQLite');
  const server = await startProcess({env: settings});
  try {
    await everything(server, 'SQLite');
  } finally {
    await server.stop();
  }
}

export async function overPostgres() {
  say('the server under load, on PostgreSQL');
  const postgres = await startPostgres({fsync: true, settings: ['shared_preload_libraries=pg_stat_statements']});
  const dataDir = await temporaryFolder();
  try {
    await postgres.sql('CREATE DATABASE bench');
    // Where the codes of those who sign up are looked for.
    const env = {...settings, DATABASE_URL: postgres.url('bench'), SECRET_KEY: 'a key for the benchmarks and for nothing else',
                 MAIL_FOLDER: join(dataDir, 'mail')};
    const server = await startProcess({env, dataDir});
    try {
      await everything(server, 'PostgreSQL');
      await refreshing(server, postgres, 'bench');
    } finally {
      await server.stop();
    }
    await countStatements(postgres, 'bench', env);
  } finally {
    await postgres.stop();
  }
}
