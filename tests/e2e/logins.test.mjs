// Logins under attack, and the keys that sign what they give.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {promisify} from 'node:util';
import {badFields, problem, success} from './expect.mjs';
import {inProduction, logIn, makeLoggedIn, newAddress, otherProcessesKnow, password, startServer, until} from './support.mjs';

const trusting = {RATE_LIMITS_ENABLED: 'true', TRUSTED_PROXIES: '127.0.0.1/32'};
let server;
before(async () => (server = await startServer({env: trusting})));
after(() => server?.stop());

let host = 0;
const newClient = () => ({'X-Forwarded-For': `203.0.${Math.floor(++host / 250)}.${host % 250 + 1}`});
const loginFrom = (headers, email, fields = {}) => server.post('/api/auth/login', {email, password, ...fields}, {headers});
const failFrom = (headers, email) => loginFrom(headers, email, {password: 'wrong password 1'});
const codeFor = (headers, email) => server.post('/api/auth/login-code', {email}, {headers});

async function personFrom(headers) {
  const email = newAddress();
  success(await server.post('/api/auth/signup', {email, password}, {headers}), 201);
  success(await server.post('/api/auth/verify', {email, code: await server.code(email)}, {headers}));
  return email;
}

test('eleven failed logins from elsewhere: a code to the mailbox lets the owner in from a new network, once', async () => {
  const email = await personFrom(newClient());
  for (let i = 0; i < 11; ++i) await failFrom(newClient(), email);
  const abroad = newClient();
  problem(await loginFrom(abroad, email), 429, 'rate_limited');
  success(await codeFor(abroad, email));
  const code = await server.code(email, {count: 2});
  problem(await loginFrom(newClient(), email, {code, password: 'wrong password 1'}), 401, 'invalid_credentials');
  problem(await loginFrom(newClient(), email, {code: code === '000000' ? '000001' : '000000'}), 401, 'invalid_credentials');
  success(await loginFrom(abroad, email, {code}));
  problem(await loginFrom(newClient(), email, {code}), 401, 'invalid_credentials');
});

test('a login code is asked for alike for every address', async () => {
  const known = await personFrom(newClient());
  const unknown = newAddress();
  const pending = newAddress();
  success(await server.post('/api/auth/signup', {email: pending, password}, {headers: newClient()}), 201);
  await server.code(pending);
  const said = [];
  for (const email of [known, unknown, pending]) {
    const {message, expires_at: until, ...rest} = success(await codeFor(newClient(), email));
    assert.deepEqual(rest, {email});
    assert.ok(Date.parse(until) > Date.now());
    said.push(message);
  }
  assert.equal(new Set(said).size, 1);
  await server.code(known, {count: 2});
  assert.equal((await server.mails(unknown)).length, 0);
  assert.equal((await server.mails(pending)).length, 1);
  // A second one while the first is good is not mailed: it would void what the owner is typing.
  success(await codeFor(newClient(), known));
  success(await codeFor(newClient(), unknown));
  assert.equal((await server.mails(known)).length, 2);
});

test('strangers cannot use up the login codes of who asks with the right password', async () => {
  const small = await startServer({env: {...trusting, CODE_MAILS_PER_DAY: '1', CODE_MAILS_PER_HOUR: '1'}});
  try {
    const email = newAddress();
    success(await small.post('/api/auth/signup', {email, password}), 201);
    success(await small.post('/api/auth/verify', {email, code: await small.code(email)}));
    const ask = async (fields = {}) => {
      const {message, ...rest} = success(await small.post('/api/auth/login-code', {email, ...fields}, {headers: newClient()}));
      assert.equal(message, 'Login code sent to your email.');
      assert.deepEqual(Object.keys(rest), ['email', 'expires_at']);
    };
    await ask();
    const enter = (code) => small.post('/api/auth/login', {email, password, code});
    success(await enter(await small.code(email, {count: 2})));
    await ask();
    await ask({password: 'wrong password 1'});
    await ask({password});
    const code = await small.code(email, {count: 3});
    assert.equal((await small.mails(email)).length, 3);
    success(await enter(code));
    badFields(await small.post('/api/auth/login-code', {email, password: ''}), 'password');
  } finally {
    await small.stop();
  }
});

test('whoever reads the mailbox cannot try passwords without end', async () => {
  const small = await startServer({env: trusting});
  try {
    const email = newAddress();
    success(await small.post('/api/auth/signup', {email, password}), 201);
    success(await small.post('/api/auth/verify', {email, code: await small.code(email)}));
    const enter = (code, secret) =>
      small.post('/api/auth/login', {email, password: secret, code}, {headers: newClient()});
    success(await small.post('/api/auth/login-code', {email}, {headers: newClient()}));
    const code = await small.code(email, {count: 2});
    // Who has neither uses up nothing.
    const wrong = String((Number(code) + 1) % 1e6).padStart(6, '0');
    for (let i = 0; i < 10; ++i) problem(await enter(wrong, `wrong password ${i}`), 401, 'invalid_credentials');
    for (let i = 0; i < 5; ++i) problem(await enter(code, `wrong password ${i}`), 401, 'invalid_credentials');
    problem(await enter(code, password), 401, 'invalid_credentials');
    success(await small.post('/api/auth/login', {email, password}, {headers: newClient()}));
  } finally {
    await small.stop();
  }
});

test('a neighbour behind the same address sees the same answers whether somebody logs in from there or has no account', async () => {
  const home = newClient();
  const resident = await personFrom(home);
  success(await loginFrom(home, resident));
  const elsewhere = await personFrom(newClient());
  const seen = async (email) => {
    const answers = [];
    for (let i = 0; i < 10; ++i) answers.push((await failFrom(newClient(), email)).status);
    for (let i = 0; i < 13; ++i) answers.push((await failFrom(home, email)).status);
    return answers.join(' ');
  };
  const first = await seen(resident);
  assert.match(first, /^(401 ){10}429/);
  assert.equal(await seen(elsewhere), first);
  assert.equal(await seen(newAddress()), first);
  // The neighbour spent what is free at home; its resident has to wait as long as any first wait, and no longer.
  const waits = await loginFrom(home, resident);
  problem(waits, 429, 'rate_limited');
  const seconds = Number(waits.headers.get('retry-after'));
  assert.ok(seconds >= 1 && seconds <= 15, String(seconds));
  await delay(seconds * 1000);
  success(await loginFrom(home, resident));
});

test('an IPv6 /56 is allowed four times a /64, and a /48 sixteen times', async () => {
  const oneOf56 = (i) => `2001:db8:10:${i.toString(16)}::1`;
  const oneOf48 = (i) => `2001:db8:20:${(i % 170 + 1).toString(16)}00::1`;
  for (const [address, tries, allowed] of [[oneOf56, 200, 80], [oneOf48, 340, 320]]) {
    let passed = 0;
    for (let i = 0; i < tries; ++i) {
      const answer = await server.post('/api/auth/resend-code', {email: newAddress()}, {headers: {'X-Forwarded-For': address(i)}});
      passed += answer.status === 200 ? 1 : 0;
    }
    assert.equal(passed, allowed);
  }
});

test('a user beyond the cap of sessions loses the one that was not used for longest', async () => {
  const capped = await startServer({env: {SESSIONS_PER_USER: '3'}});
  try {
    const user = await makeLoggedIn(capped);
    for (let i = 0; i < 2; ++i) await logIn(capped, user);
    success(await capped.get('/api/me', user));
    const last = await logIn(capped, user);
    if (inProduction) await otherProcessesKnow();
    problem(await capped.get('/api/me', user), 401, 'token_invalid');
    assert.equal(success(await capped.get('/api/me/sessions', {token: last.access_token})).length, 3);
    problem(await capped.post('/api/auth/refresh', {refresh_token: user.refresh_token}), 401, 'token_invalid');
    await Promise.all(Array.from({length: 12}, () => logIn(capped, user)));
    const one = await logIn(capped, user);
    assert.equal(success(await capped.get('/api/me/sessions', {token: one.access_token})).length, 3);
  } finally {
    await capped.stop();
  }
});

test('a revoked token is refused without end, and a valid one of the same address is not', async () => {
  const strict = await startServer({env: {...trusting, REQUEST_LIMIT: '10'}});
  try {
    const home = {headers: {'X-Forwarded-For': '203.0.113.7'}};
    const user = await makeLoggedIn(strict);
    success(await strict.post('/api/auth/logout', {refresh_token: user.refresh_token}), 204);
    if (inProduction) await otherProcessesKnow();
    const statuses = [];
    for (let i = 0; i < 30; ++i) statuses.push((await strict.get('/api/me', {token: user.token, ...home})).status);
    assert.deepEqual(new Set(statuses.slice(0, 10)), new Set([401]));
    assert.deepEqual(new Set(statuses.slice(20)), new Set([429]));
    const again = await logIn(strict, user);
    success(await strict.get('/api/me', {token: again.access_token, ...home}));
  } finally {
    await strict.stop();
  }
});

const part = (token, number) => JSON.parse(Buffer.from(token.split('.')[number], 'base64url'));
const kidsOf = async (service) => success(await service.get('/.well-known/jwks.json')).keys.map((key) => key.kid);

test('access tokens carry client_id, the audience unless another one is set', async () => {
  const user = await makeLoggedIn(server);
  assert.equal(part(user.token, 1).client_id, part(user.token, 1).aud);
  assert.equal(part(user.token, 0).typ, 'at+jwt');
  const named = await startServer({env: {TOKEN_CLIENT_ID: 'shop', TOKEN_AUDIENCE: 'api'}});
  try {
    const {token} = await makeLoggedIn(named);
    assert.equal(part(token, 1).client_id, 'shop');
    assert.equal(part(token, 1).aud, 'api');
  } finally {
    await named.stop();
  }
});

test('a rotated key is published before it signs, one of --now signs at once, and a revoked one is refused', async () => {
  const service = await startServer({env: {JWKS_MAX_AGE: '1min', KEY_PUBLICATION_MARGIN: '5s'}});
  try {
    const user = await makeLoggedIn(service);
    const old = part(user.token, 0).kid;
    const answer = await service.get('/.well-known/jwks.json');
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=60');
    const rotated = await service.command(['keys', 'rotate']);
    assert.equal(rotated.code, 0, rotated.stderr);
    assert.match(rotated.stdout, /is published now and signs from/);
    assert.match(rotated.stderr, /signing_key_rotated/);
    await otherProcessesKnow();
    const both = await kidsOf(service);
    assert.equal(both.length, 2);
    assert.equal(part((await logIn(service, user)).access_token, 0).kid, old);
    const twice = await service.command(['keys', 'rotate']);
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /--now/);

    const urgent = await service.command(['keys', 'rotate', '--now']);
    assert.equal(urgent.code, 0, urgent.stderr);
    await otherProcessesKnow();
    const fresh = await logIn(service, user);
    assert.ok(urgent.stdout.startsWith(part(fresh.access_token, 0).kid));
    success(await service.get('/api/me', user));

    const revoked = await service.command(['keys', 'revoke', old]);
    assert.equal(revoked.code, 0, revoked.stderr);
    assert.match(revoked.stderr, /signing_key_revoked/);
    await otherProcessesKnow();
    problem(await service.get('/api/me', user), 401, 'token_invalid');
    success(await service.get('/api/me', {token: fresh.access_token}));
    assert.ok(!(await kidsOf(service)).includes(old));
    assert.equal((await service.command(['keys', 'revoke', old])).code, 1);
    assert.equal((await service.command(['keys', 'revoke'])).code, 2);
    assert.equal((await service.command(['keys', 'list', '--now'])).code, 2);
    success(await service.post('/api/auth/refresh', {refresh_token: user.refresh_token}));
  } finally {
    await service.stop();
  }
});

test('after a change of TOKEN_ALGORITHM the new key is published before it signs, and the old one ends after its overlap', {skip: inProduction}, async () => {
  const env = {JWKS_MAX_AGE: '0s', KEY_PUBLICATION_MARGIN: '5s', ACCESS_TOKEN_LIFETIME: '1min', KEY_OVERLAP: '0s'};
  const service = await startServer({env: {...env, TOKEN_ALGORITHM: 'ES256'}});
  let next;
  try {
    const user = await makeLoggedIn(service);
    await service.stop({keep: true});
    next = await startServer({env: {...env, TOKEN_ALGORITHM: 'EdDSA'}, dataDir: service.dataDir});
    const early = await logIn(next, user);
    assert.equal(part(early.access_token, 0).alg, 'ES256');
    assert.equal((await kidsOf(next)).length, 2);
    let fresh;
    // Seldom, or the session of the early token would be displaced: an account has SESSIONS_PER_USER of them.
    await until('the new key to sign', async () => part((fresh = await logIn(next, user)).access_token, 0).alg === 'EdDSA', {every: 500});
    success(await next.get('/api/me', {token: early.access_token}));
    const listed = await next.command(['keys', 'list']);
    assert.match(listed.stdout, /EdDSA.*current/);
    const [, end] = /ES256.*verifies until (\S+)/.exec(listed.stdout);
    const left = Date.parse(end) - Date.now();
    assert.ok(left > 0 && left <= 60_000, `${left} ms`);
    // Nobody waits for it here: it is brought nearer.
    await promisify(execFile)('sqlite3', [join(next.dataDir, 'coffeeauth.db'),
      `PRAGMA busy_timeout = 5000; UPDATE signing_keys SET verifies_until = ${Date.now()} WHERE algorithm = 'ES256'`]);
    await otherProcessesKnow();
    problem(await next.get('/api/me', {token: early.access_token}), 401, 'token_invalid');
    success(await next.get('/api/me', {token: fresh.access_token}));
    assert.deepEqual(await kidsOf(next), [part(fresh.access_token, 0).kid]);

    const secret = await next.command(['keys', 'list'], {env: {TOKEN_ALGORITHM: 'HS256'}});
    assert.match(secret.stdout, /jwks\.json is empty/);
  } finally {
    await (next ?? service).stop();
  }
});
