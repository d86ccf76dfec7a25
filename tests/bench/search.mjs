// Searches among a million users, one at a time and forty at once, and /api/me of somebody else meanwhile.
//   node tests/bench/search.mjs [--users N] [--seconds N] [SQLite] [PostgreSQL]
// COFFEEAUTH_PROGRAM is the program, of a Release build.
import {execFile} from 'node:child_process';
import {readdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs, promisify} from 'node:util';
import {startPostgres} from '../e2e/production.mjs';
import {logIn, makeAdmin, makeUser, startProcess, temporaryFolder} from '../e2e/support.mjs';

const run = promisify(execFile);
const latencyLua = join(dirname(fileURLToPath(import.meta.url)), 'latency.lua');
const {values, positionals} = parseArgs({allowPositionals: true,
  options: {users: {type: 'string', default: '1000000'}, seconds: {type: 'string', default: '10'}}});
const count = Number(values.users), seconds = Number(values.seconds);
const settings = {LOG_LEVEL: 'warning', LIST_CACHE_LIFETIME: '0s', RATE_LIMITS_ENABLED: 'false',
  SECRET_KEY: 'a key for the benchmarks and for nothing else'};

/** `connections` that ask for one target after the other for some time. The load is wrk's, which takes little of the machine. */
const ask = async ({base, token, connections, targets, lasting = seconds}) => {
  const file = join(await temporaryFolder(), 'load.lua');
  await writeFile(file, `dofile(${JSON.stringify(latencyLua)})
    local targets, at = {${targets.map((target) => JSON.stringify(target)).join(', ')}}, 0
    request = function() at = at % #targets + 1; return wrk.format("GET", targets[at]) end`);
  const {stdout} = await run('wrk', ['-t1', `-c${connections}`, `-d${lasting}s`, '-s', file, '-H', `Authorization: Bearer ${token}`, base]);
  return JSON.parse(/^RESULT (.*)$/m.exec(stdout)[1]);
};
const say = (what, {requests, p50, p99, failed}) => {
  console.log(`  ${what}: ${requests}, p50 ${(p50 / 1000).toFixed(1)} ms, p99 ${(p99 / 1000).toFixed(1)} ms${failed ? `, ${failed} failed` : ''}`);
  return p99;
};

const columns = `id, email_canonical, email_display, first_name, last_name, role, is_verified, is_active, date_joined,
                 unverified_since, password_hash, version, security_version, search_text`;
const row = (id) => `${id}, 'seeded.' || i || '@example.com', 'seeded.' || i || '@example.com', 'First' || (i % 997), 'Last' || (i % 1009), 0, 1, 1,
  date_joined - i * 1000, date_joined - 864000000, password_hash, 1, 1,
  'seeded.' || i || '@example.com' || CHARACTER(10) || 'first' || (i % 997) || ' last' || (i % 1009)`;
const stores = {
  SQLite: async () => {
    const folder = await temporaryFolder();
    return {dataDir: folder, env: {}, stop: async () => {}, seed: async (email) => {
      const file = join(folder, (await readdir(folder)).find((name) => name.endsWith('.db')));
      await run('sqlite3', [file, `PRAGMA busy_timeout = 60000; PRAGMA cache_size = -400000;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
        INSERT INTO users (${columns})
        SELECT ${row(`printf('%08x-%04x-7%03x-8%03x-%012x', 26000000 + i / 65536, i & 65535, i % 4096, i % 3571, i)`).replace('CHARACTER', 'char')}
        FROM n, users WHERE email_canonical = '${email}'; PRAGMA wal_checkpoint(TRUNCATE)`]);
    }};
  },
  PostgreSQL: async () => {
    const postgres = await startPostgres({fsync: true});
    await postgres.sql('CREATE DATABASE search');
    const folder = await temporaryFolder();
    return {dataDir: folder, env: {DATABASE_URL: postgres.url('search'), MAIL_FOLDER: join(folder, 'mail')}, stop: () => postgres.stop(), seed: async (email) => {
      await postgres.sql(`DROP INDEX users_by_trigrams; INSERT INTO users (${columns})
        SELECT ${row(`lpad(to_hex(26000000 + i / 65536), 8, '0') || '-' || lpad(to_hex(i & 65535), 4, '0') || '-7' || lpad(to_hex(i % 4096), 3, '0')
          || '-8' || lpad(to_hex(i % 3571), 3, '0') || '-' || lpad(to_hex(i), 12, '0')`).replace('CHARACTER', 'chr')}
        FROM generate_series(1, ${count}) AS i, users WHERE email_canonical = '${email}';
        CREATE INDEX users_by_trigrams ON users USING gin (search_trigrams(search_text)) WITH (gin_pending_list_limit = 128)`, 'search');
      await postgres.sql('VACUUM ANALYZE', 'search');
    }};
  },
};

const kinds = {
  'one address': (i) => `seeded.${((i + 1) * 7919) % count}@`,
  'a number that a few thousand have': (i) => `${100 + (i * 13) % 899}`,
  'full name': (i) => `First${i % 997} Last${(i * 31) % 1009}`,
  'a name that a thousand have': (i) => `last${100 + i % 900}`,
  'what all have': () => 'example.com',
  'what nobody has': (i) => `nobody${i}`,
};
for (const name of positionals.length > 0 ? positionals : Object.keys(stores)) {
  console.log(`${name}, ${count.toLocaleString('en')} users`);
  const store = await stores[name]();
  const begin = () => startProcess({env: {...settings, ...store.env}, dataDir: store.dataDir});
  let server = await begin();
  try {
    const user = await makeUser(server), admin = await makeAdmin(server);
    await server.stop({keep: true});
    await store.seed(user.email.toLowerCase());
    server = await begin();
    const token = (await logIn(server, admin)).access_token, other = (await logIn(server, user)).access_token;
    const base = server.base;
    const targets = (kind) => Array.from({length: 500}, (_, i) => `/api/users?search=${encodeURIComponent(kind(i))}`);
    const all = Array.from({length: 600}, (_, i) => targets(Object.values(kinds)[i % 6])[i % 500]);
    const me = {base, token: other, connections: 1, targets: ['/api/me']};
    for (const [what, kind] of Object.entries(kinds)) {
      const answer = await fetch(base + targets(kind)[0], {headers: {Authorization: `Bearer ${token}`}});
      const {count, results} = await answer.json();
      console.log(`  ${kind(0)}: ${results.length} on the page, ${count ?? 'too many to count'} in all`);
      say(what, await ask({base, token, connections: 1, targets: targets(kind), lasting: Math.min(seconds, 4)}));
    }
    for (let round = 1; round <= 3; ++round) {
      const alone = say('/api/me, nothing else', await ask(me));
      const [searches, meanwhile] = await Promise.all([ask({base, token, connections: 40, targets: all}), ask(me)]);
      say('40 searches at once', searches);
      console.log(`  /api/me p99 meanwhile is ${(say('/api/me meanwhile', meanwhile) / alone).toFixed(1)} times as long`);
    }
  } finally {
    await server.stop();
    await store.stop();
  }
}
