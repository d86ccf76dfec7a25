// A change of SECRET_KEY, step by step as docs/operations.md says, over SQLite and over PostgreSQL: two servers that are
// replaced one by one, and nothing that was begun before is lost.
import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {success} from './expect.mjs';
import {startPostgres} from './production.mjs';
import {code, command, logIn, mails, makeAdmin, makeLoggedIn, newAddress, otherProcessesKnow, password, startProcess, temporaryFolder, until} from './support.mjs';

const oldKey = 'the-secret-key-of-before-the-change';
const newKey = 'the-secret-key-of-after-the-change!';

let postgres;
before(async () => (postgres = await startPostgres()));
after(() => postgres.stop());

const good = ({code, stdout, stderr}) => (assert.equal(code, 0, `${stdout}${stderr}`), stdout);
const refresh = (server, tokens) => server.post('/api/auth/refresh', {refresh_token: tokens.refresh_token});

async function databaseOf(store, folder) {
  if (store === 'SQLite') return {DATABASE_URL: `sqlite:///${folder}/coffeeauth.db`};
  await postgres.sql('CREATE DATABASE change');
  return {DATABASE_URL: postgres.url('change')};
}

for (const store of ['SQLite', 'PostgreSQL']) {
  test(`the secret key is changed under two servers over ${store}, and nothing is lost`, async () => {
    const folder = await temporaryFolder();
    const env = {...await databaseOf(store, folder), MAIL_FOLDER: join(folder, 'mail')};
    const keys = (current, previous) => ({...env, SECRET_KEY: current, ...previous && {SECRET_KEY_PREVIOUS: previous}});
    const start = (settings) => startProcess({env: settings, dataDir: folder});
    const servers = [await start(keys(oldKey)), await start(keys(oldKey))];
    // Each is replaced by itself; `between` is asked while the two have different settings.
    const replaceAll = async (settings, between = async () => {}) => {
      for (const i of [0, 1]) {
        await servers[i].stop({keep: true});
        servers[i] = await start(settings);
        if (i === 0) await between(servers[1], servers[0]);
      }
    };
    const kids = async (server) => success(await server.get('/.well-known/jwks.json')).keys.map(({kid}) => kid);
    try {
      const before = {};
      for (const who of ['ada', 'bob', 'eve']) before[who] = await makeLoggedIn(servers[0], {email: newAddress(who)});
      const admin = await makeAdmin(servers[0]);
      const page = success(await servers[0].get('/api/users?page_size=2', admin));
      const [kid] = await kids(servers[0]);
      const late = newAddress('late');
      success(await servers[0].post('/api/auth/signup', {email: late, password}), 201);
      const lateCode = await code(folder, late);

      // 1. Every process is told of the new key; 2. it becomes the one in use.
      await replaceAll(keys(oldKey, newKey));
      await replaceAll(keys(newKey, oldKey), async (one, other) => {
        // What one makes the other takes, both ways.
        for (const [maker, taker] of [[one, other], [other, one]]) {
          const email = newAddress('between');
          success(await maker.post('/api/auth/signup', {email, password}), 201);
          success(await taker.post('/api/auth/verify', {email, code: await code(folder, email)}));
          const tokens = await logIn(maker, {email});
          success(await taker.get('/api/me', {token: tokens.access_token}));
          const renewed = success(await refresh(taker, tokens));
          success(await refresh(maker, renewed));
        }
      });
      success(await servers[0].post('/api/auth/verify', {email: late, code: lateCode}));
      before.ada = {...before.ada, ...success(await refresh(servers[0], before.ada))};
      const {pathname, search} = new URL(page.next, servers[0].base);
      success(await servers[0].get(pathname + search, admin));

      // 3. What is sealed is sealed anew, beside the servers.
      const rewrap = (settings) => command(['keys', 'rewrap'], {cwd: folder, env: {...servers[0].environment, ...settings}});
      const asked = Date.now();
      const said = good(await rewrap());
      assert.match(said, /^signing keys: 1 examined, 1 re-encrypted$/m);
      assert.match(said, /^mails: \d+ examined, \d+ re-encrypted$/m);
      const [, needed] = /expires at (\d{4}-\d\d-\d\dT.*); keep SECRET_KEY_PREVIOUS until then$/m.exec(said);
      // KNOWN_DEVICE_LIFETIME; nothing else of the program's features lives as long.
      assert.ok(Date.parse(needed) >= asked + 180 * 24 * 3_600_000, needed);
      assert.ok(!said.includes(oldKey) && !said.includes(newKey));
      assert.match(good(await rewrap()), /^signing keys: 1 examined, 0 re-encrypted$/m);
      before.bob = {...before.bob, ...success(await refresh(servers[1], before.bob))};

      // 4. The old key goes. Who was here meanwhile stays; who was not logs in again, and is no thief.
      for (const server of servers) await server.stop({keep: true});
      for (const i of [0, 1]) servers[i] = await start({...env, SECRET_KEY: newKey});
      assert.deepEqual(await kids(servers[0]), [kid]);
      for (const who of ['ada', 'bob', 'eve']) success(await servers[1].get('/api/me', before[who]));
      for (const who of ['ada', 'bob']) success(await refresh(servers[0], before[who]));
      assert.equal((await refresh(servers[0], before.eve)).status, 401);
      await otherProcessesKnow();
      success(await servers[0].get('/api/me', before.eve));
      await logIn(servers[0], before.eve);
      for (const server of servers) assert.ok(!server.log().includes(oldKey) && !server.log().includes(newKey));
    } finally {
      for (const server of servers) await server.stop({keep: true});
      await rm(folder, {recursive: true, force: true});
    }
  });
}

test('the secret key in DATA_DIR is changed by moving its file', async () => {
  const first = await startProcess();
  const folder = first.dataDir;
  const ada = await makeLoggedIn(first);
  await first.stop({keep: true});
  const key = join(folder, 'secret.key');
  const old = await readFile(key);
  await rename(key, `${key}.previous`);

  const second = await startProcess({dataDir: folder});
  assert.ok(existsSync(key) && !(await readFile(key)).equals(old));
  success(await second.get('/api/me', ada));
  const renewed = success(await refresh(second, ada));
  assert.match(good(await second.command(['keys', 'rewrap'])), /^signing keys: 1 examined, 1 re-encrypted$/m);
  await second.stop({keep: true});

  await rm(`${key}.previous`);
  const third = await startProcess({dataDir: folder});
  success(await refresh(third, renewed));
  assert.match(good(await third.command(['keys', 'rewrap'])), /no previous secret key is set/);
  await third.stop();
});

test('a previous key that cannot be one is refused with the name of its setting, and is not shown', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'previous');
  const run = (env, args = ['config']) => command(args, {cwd: folder, env: {DATA_DIR: folder, ...env}});
  const refused = async (env, why) => {
    const {code, stderr, stdout} = await run(env);
    assert.equal(code, 1, stdout);
    assert.match(stderr, why);
    assert.equal(stderr.trim().split('\n').length, 1);
    for (const secret of [oldKey, newKey]) assert.ok(!stderr.includes(secret));
  };
  await refused({SECRET_KEY: newKey, SECRET_KEY_PREVIOUS: newKey}, /SECRET_KEY_PREVIOUS: a key is listed twice/);
  await refused({SECRET_KEY_PREVIOUS: `${oldKey},${oldKey}`}, /SECRET_KEY_PREVIOUS: a key is listed twice/);
  await refused({SECRET_KEY: newKey, SECRET_KEY_PREVIOUS: `${oldKey}, short`}, /SECRET_KEY_PREVIOUS \(environment\): must be keys of 32 bytes at least/);
  await refused({SECRET_KEY: newKey, SECRET_KEY_PREVIOUS_FILE: file}, /SECRET_KEY_PREVIOUS_FILE \(environment\): /);
  await writeFile(file, `${oldKey}\nanother-key-of-before, with a comma in it\n`);
  await refused({SECRET_KEY: newKey, SECRET_KEY_PREVIOUS: oldKey, SECRET_KEY_PREVIOUS_FILE: file}, /only one of them can be/);
  await refused({SECRET_KEY: oldKey, SECRET_KEY_PREVIOUS_FILE: file}, /SECRET_KEY_PREVIOUS: a key is listed twice/);
  const shown = good(await run({SECRET_KEY: newKey, SECRET_KEY_PREVIOUS_FILE: file}));
  assert.match(shown, /SECRET_KEY_PREVIOUS.*\*{8}/);
  assert.ok(!shown.includes(oldKey));
  const {code, stderr} = await run({SECRET_KEY: newKey}, ['keys', 'rewrap', 'now']);
  assert.equal(code, 2);
  assert.match(stderr, /unexpected now/);
  assert.match(good(await run({}, ['keys', '--help'])), /rewrap +re-encrypts, under SECRET_KEY/);
  await rm(folder, {recursive: true, force: true});
});

test('keys rewrap says of a mail that no key opens, ends with 1, and goes on with the others', async () => {
  const folder = await temporaryFolder();
  const env = {MAIL_FOLDER: join(folder, 'mail')};
  const args = ['--no-worker', '--no-scheduler'];
  const waiting = (key) => startProcess({env: {...env, SECRET_KEY: key}, args, dataDir: folder});
  const lost = await waiting('a-secret-key-that-somebody-has-lost');
  success(await lost.post('/api/auth/signup', {email: newAddress(), password}), 201);
  await lost.stop({keep: true});
  const settings = {...lost.environment, SECRET_KEY: oldKey};
  good(await command(['keys', 'rotate', '--now'], {cwd: folder, env: settings}));
  const server = await waiting(oldKey);
  const ada = newAddress('ada');
  success(await server.post('/api/auth/signup', {email: ada, password}), 201);
  await server.stop({keep: true});
  const ring = {...settings, SECRET_KEY: newKey, SECRET_KEY_PREVIOUS: oldKey};
  const {code: status, stdout} = await command(['keys', 'rewrap'], {cwd: folder, env: ring});
  assert.equal(status, 1);
  assert.match(stdout, /^mails: 2 examined, 1 re-encrypted, 1 encrypted with a secret key that this process does not have, or damaged$/m);
  const last = await startProcess({env: {...env, SECRET_KEY: newKey}, dataDir: folder});
  await until('the mail', async () => (await mails(folder, ada)).length === 1);
  await last.stop();
});
