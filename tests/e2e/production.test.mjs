// What only several processes over PostgreSQL, Redis and a mail server can show. The whole REST API on the
// same service is the other files, run with COFFEEAUTH_BACKENDS=production.
import assert from 'node:assert/strict';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {found, leaveSecrets} from './canaries.mjs';
import {backends, startCluster, startJob, stopBackends} from './cluster.mjs';
import {problem, success} from './expect.mjs';
import {secret as smsSecret, startGateway} from './gateway.mjs';
import {startPostgres} from './production.mjs';
import {code, command, logIn, mails, makeAdmin, makeLoggedIn, newAddress, operatorToken, otherProcessesKnow, password, startProcess, temporaryFolder, until} from './support.mjs';

let service, admin;
before(async () => {
  service = await startCluster();
  admin = await makeAdmin(service);
});
after(async () => {
  await service?.stop();
  await stopBackends();
});

/** One of the servers, past nginx. */
const at = (number) => service.servers[number];

test('what one server writes the other has at once, and its cached lists with it', async () => {
  const list = `/api/users?search=${encodeURIComponent('across')}`;
  for (let round = 0; round < 10; ++round) {
    const [writer, reader] = round % 2 ? [at(0), at(1)] : [at(1), at(0)];
    const before = success(await reader.get(list, admin)).count;
    const again = await reader.get(list, admin);
    assert.equal(again.headers.get('x-cache'), 'hit');
    success(await writer.post('/api/auth/signup', {email: newAddress('across'), password}), 201);
    assert.equal(success(await reader.get(list, admin)).count, before + 1);
  }
});

test('both servers share the cached list', async () => {
  const list = `/api/users?search=${encodeURIComponent('nobody at all')}`;
  assert.equal((await at(0).get(list, admin)).headers.get('x-cache'), 'miss');
  assert.equal((await at(1).get(list, admin)).headers.get('x-cache'), 'hit');
});

test('a session that is ended, an account that is disabled and a role that is taken stop on both', async () => {
  const user = await makeLoggedIn(service);
  for (const number of [0, 1]) success(await at(number).get('/api/me', user));
  success(await at(0).post('/api/auth/logout', {refresh_token: user.refresh_token}), 204);
  problem(await at(0).get('/api/me', user), 401, 'token_invalid');
  await otherProcessesKnow();
  problem(await at(1).get('/api/me', user), 401, 'token_invalid');

  const other = await makeLoggedIn(service);
  success(await at(1).get('/api/me', other));
  success(await at(0).patch(`/api/users/${other.id}`, {is_active: false}, admin));
  await otherProcessesKnow();
  problem(await at(1).get('/api/me', other), 401, 'token_invalid');

  const demoted = await makeAdmin(service);
  success(await at(1).get('/api/users', demoted));
  success(await at(0).patch(`/api/users/${demoted.id}`, {role: 'user'}, admin));
  await otherProcessesKnow();
  problem(await at(1).get('/api/users', demoted), 401, 'token_invalid');
});

test('a key that one process rotates signs and verifies on both, and old tokens go on', async () => {
  const user = await makeLoggedIn(service);
  const rotated = await service.command(['keys', 'rotate', '--now']);
  assert.equal(rotated.code, 0, rotated.stderr);
  for (const number of [0, 1]) {
    success(await at(number).get('/api/me', user));
    const fresh = await logIn(at(number), user);
    for (const reader of [0, 1]) success(await at(reader).get('/api/me', {token: fresh.access_token}));
  }
});

test('a refresh token spent on both servers at once gives one session, not two', async () => {
  for (let round = 0; round < 5; ++round) {
    const user = await makeLoggedIn(service);
    const answers = await Promise.all(Array.from({length: 8}, (_, i) => at(i % 2).post('/api/auth/refresh', {refresh_token: user.refresh_token})));
    const successors = new Set(answers.map((answer) => success(answer).refresh_token));
    assert.equal(successors.size, 1);
    assert.equal(success(await at(0).get('/api/me/sessions', user)).length, 1);
  }
});

test('limits count what both servers see', async () => {
  const limited = await startCluster({env: {RATE_LIMITS_ENABLED: 'true', SIGNUP_LIMIT: '4'}});
  try {
    const statuses = [];
    for (let i = 0; i < 6; ++i) {
      statuses.push((await limited.servers[i % 2].post('/api/auth/signup', {email: newAddress(), password})).status);
    }
    assert.deepEqual(statuses, [201, 201, 201, 201, 429, 429]);
  } finally {
    await limited.stop();
  }
});

test('sixteen processes that start at once on an empty database migrate it once', async () => {
  const {postgres} = await backends();
  await postgres.sql('CREATE DATABASE crowd');
  const env = {...service.environment, DATABASE_URL: postgres.url('crowd')};
  const all = await Promise.all(Array.from({length: 16}, () => command(['migrate'], {cwd: service.dataDir, env})));
  for (const one of all) assert.equal(one.code, 0, one.stderr);
  assert.equal(all.filter((one) => one.stdout.includes('applied migration 1\n')).length, 1);
});

test('mails of four workers each arrive once', async () => {
  const more = await Promise.all([1, 2, 3].map(() => startJob('worker', service.environment)));
  try {
    const people = Array.from({length: 60}, () => newAddress('burst'));
    for (let i = 0; i < people.length; i += 20) {
      await Promise.all(people.slice(i, i + 20).map(async (email) => success(await service.post('/api/auth/signup', {email, password}), 201)));
    }
    for (const email of people) await code(service.dataDir, email);
    await new Promise((go) => setTimeout(go, 1500));
    const got = (await mails(service.dataDir, 'burst')).map((mail) => mail.headers.get('to'));
    assert.equal(got.length, people.length);
    assert.equal(new Set(got).size, people.length);
  } finally {
    await Promise.all(more.map((worker) => worker.stop()));
  }
});

test('Redis killed, frozen and back: every answer is right meanwhile', async () => {
  const {redis} = await backends();
  const list = `/api/users?search=${encodeURIComponent('redis')}`;
  const works = async (server) => {
    const before = success(await server.get(list, admin)).count;
    success(await server.post('/api/auth/signup', {email: newAddress('redis'), password}), 201);
    assert.equal(success(await server.get(list, admin)).count, before + 1);
  };
  for (const number of [0, 1]) await works(at(number));
  redis.signal('SIGSTOP');
  try {
    for (const number of [0, 1]) await works(at(number));
  } finally {
    redis.signal('SIGCONT');
  }
  await redis.restart();
  // Until a process reaches Redis again, the other one cannot know what it changed.
  for (const number of [0, 1]) {
    await until('the cache to work again', async () => (await at(number).get(list, admin)).headers.get('x-cache') === 'hit');
  }
  for (const number of [0, 1, 0, 1]) await works(at(number));
});

test('PostgreSQL restarted: 503 while it is away, then right again with nothing restarted', async () => {
  const postgres = await startPostgres();
  const folder = await temporaryFolder();
  try {
    await postgres.sql('CREATE DATABASE alone');
    const server = await startProcess({dataDir: folder, env: {DATABASE_URL: postgres.url('alone'), SECRET_KEY: 'x'.repeat(32), MAIL_FOLDER: join(folder, 'mail')}});
    const user = await makeLoggedIn(server);
    for (let round = 0; round < 3; ++round) {
      let asking = true;
      const asked = (async () => {
        const seen = new Set();
        for (; asking; await new Promise((go) => setTimeout(go, 5))) seen.add((await server.get('/api/me', user)).status);
        return seen;
      })();
      await postgres.restart();
      await until('the server to answer again', async () => (await server.get('/api/me', user)).status === 200, {within: 5000});
      asking = false;
      for (const status of await asked) assert.ok([200, 503].includes(status), `status ${status}`);
    }
    success(await server.post('/api/auth/refresh', {refresh_token: user.refresh_token}));
    await server.stop({keep: true});
  } finally {
    await postgres.stop();
    await rm(folder, {recursive: true, force: true});
  }
});

test('a mail server that is away loses no mail', async () => {
  const email = newAddress('patient');
  await service.mail.stop();
  success(await service.post('/api/auth/signup', {email, password}), 201);
  await until('a failed delivery', async () => /retr|connection|refused/i.test((await service.command(['outbox', 'list'])).stdout));
  assert.deepEqual(await mails(service.dataDir, email), []);
  await service.mail.start();
  const arrived = await until('the mail', async () => (await mails(service.dataDir, email))[0], {within: 60_000});
  success(await service.post('/api/auth/verify', {email, code: arrived.code}));
});

/** Where a service could leave something. Its events are in the logs. */
async function placesOf(one) {
  const {redis} = await backends();
  const keys = (await redis.ask('--scan')).split('\n');
  const values = await Promise.all(keys.map((key) => redis.ask('GET', key)));
  const metrics = await Promise.all(one.servers.map((server) => server.get('/metrics', {token: operatorToken})));
  const places = {
    'the database': (await one.postgres.dump(one.database)).stdout,
    Redis: [...keys, ...values].join('\n'),
    'the logs': one.log(),
    'the metrics': metrics.map(({text}) => text).join('\n'),
  };
  for (const [place, text] of Object.entries(places)) assert.ok(text.length > 20, `${place}: ${text}`);
  return places;
}

test('no password, code, token or key stands in a table, in Redis, in a log or in the metrics', async () => {
  const user = await makeLoggedIn(service);
  const spent = success(await service.post('/api/auth/refresh', {refresh_token: user.refresh_token}));
  const pending = newAddress('canary');
  success(await service.post('/api/auth/signup', {email: pending, password: 'canary bird & 12 seeds'}), 201);
  const digits = await service.code(pending);
  const places = await placesOf(service);
  assert.ok(places['the database'].includes(pending));
  const secrets = [password, 'canary bird & 12 seeds', user.access_token, user.refresh_token, spent.access_token, spent.refresh_token,
    service.environment.SECRET_KEY, operatorToken, 'pass word'];
  for (const [place, text] of Object.entries(places)) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `a secret is in ${place}`);
    assert.doesNotMatch(text, new RegExp(`(?<![0-9a-f-])${digits}(?![0-9a-f-])`), `a code is in ${place}`);
    assert.doesNotMatch(text, /BEGIN (EC |RSA )?PRIVATE KEY/, `a key is in ${place}`);
  }
});

test('no secret of a login in two steps and no phone number stands in a table, in Redis, in a log or in the metrics', async () => {
  const origin = 'https://accounts.example.org';
  const gateway = await startGateway();
  const strong = await startCluster({env: {PUBLIC_URL: origin, PASSWORD_RESET: 'both', EMAIL_LOGIN: 'on', EMAIL_LOGIN_MAIL_PAUSE: '0s',
    SECOND_FACTORS: 'totp,sms,email', SMS_PREFIXES: '+49', SMS_URL: gateway.url, SMS_SECRET: smsSecret, LOG_LEVEL: 'debug', ACCESS_LOG: 'true'}});
  try {
    const {canaries, control} = await leaveSecrets(strong, gateway, origin);
    assert.match((await strong.command(['outbox', 'list'])).stdout, /sms/, 'a message waits');
    const places = await placesOf(strong);
    assert.deepEqual(found(control, places['the database']), Object.keys(control), 'what is there is found');
    for (const event of ['first_factor_passed', 'second_factor_passed', 'second_factor_failed', 'recovery_code_used', 'factor_added',
      'device_trusted', 'passkey_added', 'passkey_used', 'sms_sent']) {
      for (const place of ['the logs', 'the metrics']) assert.ok(places[place].includes(event), `${event} in ${place}`);
    }
    for (const [place, text] of Object.entries(places)) assert.deepEqual(found(canaries, text), [], `in ${place}`);
  } finally {
    await strong.stop();
    await gateway.stop();
  }
});

test('over PostgreSQL, what sends mails does not start without a place for them', async () => {
  const postgres = await startPostgres();
  const folder = await temporaryFolder();
  try {
    await postgres.sql('CREATE DATABASE mailless');
    const env = {DATABASE_URL: postgres.url('mailless'), SECRET_KEY: 'x'.repeat(32), DATA_DIR: folder};
    for (const arguments_ of [['serve'], ['worker']]) {
      const {code: exit, stderr} = await command(arguments_, {env: {...env, HTTP_PORT: '0'}});
      assert.notEqual(exit, 0);
      assert.match(stderr, /SMTP_URL: .*MAIL_FOLDER/);
    }
    const server = await startProcess({dataDir: folder, env: {...env, MAIL_FOLDER: join(folder, 'mail')}});
    await makeLoggedIn(server);
    await server.stop();
  } finally {
    await postgres.stop();
    await rm(folder, {recursive: true, force: true});
  }
});
