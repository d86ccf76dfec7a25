// What may happen once happens once, however many ask in the same moment: through HTTP, by 64 connections. The
// same promises are kept to by threads on each Store in tests/contract. COFFEEAUTH_RACE_ROUNDS for the long run.
import assert from 'node:assert/strict';
import {readdir, rm} from 'node:fs/promises';
import {Agent, request} from 'node:http';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {problem, success} from './expect.mjs';
import {inProduction, logIn, makeAdmin, makeLoggedIn, newAddress, password, startServer} from './support.mjs';

const rounds = Number(process.env.COFFEEAUTH_RACE_ROUNDS ?? 3);
const crowd = 64;
// Hashing is not what is tried here.
const env = {ARGON2_MEMORY_KIB: '8', ARGON2_ITERATIONS: '1', HASHING_QUEUE: '1000', MAX_CONNECTIONS_PER_ADDRESS: '1000'};

let server;
before(async () => (server = await startServer({env})));
after(() => server?.stop());

const agent = new Agent({keepAlive: true, maxSockets: crowd});
after(() => agent.destroy());

/** One exchange on a connection of the crowd. */
const send = (method, path, {body, token, headers = {}} = {}, base = server.base) => new Promise((done, fail) => {
  const out = body === undefined ? undefined : JSON.stringify(body);
  const ask = request(base + path, {agent, method, headers: {
    ...headers, ...(out && {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(out)}),
    ...(token && {Authorization: `Bearer ${token}`})}}, async (answer) => {
    let text = '';
    for await (const part of answer.setEncoding('utf8')) text += part;
    done({status: answer.statusCode, headers: new Headers(answer.headers), text, body: text && JSON.parse(text)});
  });
  ask.once('error', fail).end(out);
});

/** All of the crowd at once; `ask(i)` says what number i sends. */
const race = (ask) => Promise.all(Array.from({length: crowd}, (_, i) => send(...ask(i))));
const having = (answers, status) => answers.filter((answer) => answer.status === status);

/** Runs `round` as often as is wanted, and says so. */
const repeat = (what, round) => test(what, async () => {
  for (let number = 0; number < rounds; ++number) {
    await round(number);
    // Looking for one mail reads them all.
    const folder = join(server.dataDir, 'mail');
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.endsWith('.eml')) await rm(join(folder, name), {force: true});
    }
  }
  console.log(`# race through HTTP: ${what}: ${rounds} x ${crowd}`);
});

async function signedUp() {
  const email = newAddress('race');
  success(await server.post('/api/auth/signup', {email, password}), 201);
  return {email, code: await server.code(email)};
}
const otherCode = (code, by) => String((Number(code) + by) % 1_000_000).padStart(6, '0');

repeat('of 64 connections with the right code one activates', async () => {
  const {email, code} = await signedUp();
  const answers = await race(() => ['POST', '/api/auth/verify', {body: {email, code}}]);
  assert.equal(having(answers, 200).length, 1);
  for (const answer of answers) if (answer.status !== 200) problem(answer, 400, 'invalid_code');
  await logIn(server, {email});
});

repeat('of 64 connections that guess, five are heard, and the right code is dead', async () => {
  const {email, code} = await signedUp();
  const answers = await race((i) => ['POST', '/api/auth/verify', {body: {email, code: otherCode(code, i + 1)}}]);
  for (const answer of answers) problem(answer, 400, 'invalid_code');
  problem(await server.post('/api/auth/verify', {email, code}), 400, 'invalid_code');
});

repeat('of 64 sign-ups with one address and as many passwords at most five wait, and one is activated', async () => {
  const email = newAddress('contested');
  const secret = (i) => `contested secret ${i} of many`;
  for (const answer of await race((i) => ['POST', '/api/auth/signup', {body: {email, password: secret(i)}}])) success(answer, 201);
  const code = await server.code(email);
  problem(await server.post('/api/auth/verify', {email, code}), 400, 'password_required');
  const answers = await race((i) => ['POST', '/api/auth/verify', {body: {email, code, password: secret(i)}}]);
  assert.equal(having(answers, 200).length, 1);
  const logins = await race((i) => ['POST', '/api/auth/login', {body: {email, password: secret(i)}}]);
  assert.equal(having(logins, 200).length, having(answers, 200).length);
  assert.ok(logins.filter(({status, body}) => status === 200 || body.code === 'email_not_verified').length <= 6);
});

let admin;
repeat('64 spellings of one address at once are one account', async () => {
  admin ??= await makeAdmin(server);
  const email = newAddress('spelt');
  const spell = (i) => [...email].map((letter, at) => (i >> at % 6) & 1 ? letter.toUpperCase() : letter).join('');
  for (const answer of await race((i) => ['POST', '/api/auth/signup', {body: {email: spell(i), password}}])) success(answer, 201);
  const {token} = admin;
  assert.equal(success(await server.get(`/api/users?search=${encodeURIComponent(email.split('@')[0])}`, {token})).count, 1);
});

repeat('64 connections with one refresh token get one successor', async () => {
  const {refresh_token} = await makeLoggedIn(server);
  const answers = await race(() => ['POST', '/api/auth/refresh', {body: {refresh_token}}]);
  const successors = new Set(answers.map((answer) => success(answer).refresh_token));
  assert.equal(successors.size, 1);
});

repeat('of 64 changes of one version one is written', async (round) => {
  admin ??= await makeAdmin(server);
  const {token, id} = admin;
  const seen = (await server.get(`/api/users/${id}`, {token})).headers.get('etag');
  const answers = await race((i) => ['PATCH', `/api/users/${id}`, {token, body: {first_name: `Name ${i} of ${round}`}, headers: {'If-Match': seen}}]);
  assert.equal(having(answers, 200).length, 1);
  assert.equal(having(answers, 412).length, crowd - 1);
});

let admins;
repeat('of 64 administrators who give up at once one stays', async () => {
  if (!admins) {
    admins = [await makeAdmin(server)];
    const {token} = admins[0];
    while (admins.length < crowd) {
      const user = await makeLoggedIn(server);
      success(await server.patch(`/api/users/${user.id}`, {role: 'admin'}, {token}));
      admins.push(user);
    }
    // The one of the other tests would be left over.
    if (admin) success(await server.delete(`/api/users/${admin.id}`, {token}), 204);
  }
  // A change of role ends the tokens that knew another.
  const logins = await race((i) => ['POST', '/api/auth/login', {body: {email: admins[i].email, password}}]);
  const tokens = logins.map((answer) => success(answer).access_token);
  const answers = await race((i) => ['PATCH', `/api/users/${admins[i].id}`, {token: tokens[i], body: {role: 'user'}}]);
  assert.equal(having(answers, 200).length, crowd - 1);
  const left = answers.findIndex(({status}) => status !== 200);
  problem(answers[left], 409, 'last_admin');
  const restored = await race((i) => ['PATCH', `/api/users/${admins[i].id}`, {token: tokens[left], body: {role: 'admin'}}]);
  assert.equal(having(restored, 200).length, crowd);
});

// A process counts for itself what it cannot count in Redis: no connection gets free, or no answer comes, in 100 ms.
// So there is Redis's count, and one of each of the two processes.
const most_heard = inProduction ? 30 : 10;
test('of 64 failed logins of one account at once as many are heard as the limit says', async () => {
  let exact = 0;
  const limited = await startServer({env: {...env, RATE_LIMITS_ENABLED: 'true', TRUSTED_PROXIES: '127.0.0.1/32'}});
  try {
    for (let round = 0; round < rounds; ++round) {
      const email = newAddress('nobody');
      const answers = await Promise.all(Array.from({length: crowd}, (_, i) => send('POST', '/api/auth/login', {
        body: {email: i % 2 ? email : email.toUpperCase(), password: 'a wrong password'},
        headers: {'X-Forwarded-For': `198.51.${round}.${i + 1}`},
      }, limited.base)));
      const heard = having(answers, 401).length;
      assert.ok(heard >= 10 && heard <= most_heard, `${heard} were heard`);
      exact += heard === 10 ? 1 : 0;
      for (const answer of answers) if (answer.status !== 401) problem(answer, 429, 'rate_limited');
    }
    console.log(`# race through HTTP: of 64 failed logins of one account ten are heard: ${rounds} x ${crowd}, exactly so in ${exact}`);
  } finally {
    await limited.stop();
  }
});
