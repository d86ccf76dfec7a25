// Refresh tokens: each is spent once, a lost answer can be asked for again, and one that comes back late
// ends the session.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {decodeJwt, isTokenPair, problem, refusedToken, stopped, success} from './expect.mjs';
import {everyProcessKnows, logIn, makeAdmin, makeLoggedIn, otherProcessesKnow, startServer, until} from './support.mjs';

let server, strict;
before(async () => {
  server = await startServer();
  strict = await startServer({env: {REFRESH_GRACE: '0s', ACCESS_TOKEN_LIFETIME: '1min', TOKEN_LEEWAY: '0s'}});
});
after(() => Promise.all([server?.stop(), strict?.stop()]));

const refresh = (where, token) => where.post('/api/auth/refresh', {refresh_token: token});

test('each refresh gives another pair, and the chain goes on', async () => {
  const user = await makeLoggedIn(strict);
  const seen = new Set([user.refresh_token]);
  for (let i = 0, token = user.refresh_token; i < 10; ++i) {
    const pair = success(await refresh(strict, token));
    token = pair.refresh_token;
    assert.ok(!seen.has(token));
    seen.add(token);
    success(await strict.get('/api/me', {token: pair.access_token}));
  }
});

test('within the grace period a spent token is answered with the same successor', async () => {
  const user = await makeLoggedIn(server);
  const first = success(await refresh(server, user.refresh_token));
  const again = success(await refresh(server, user.refresh_token));
  assert.equal(again.refresh_token, first.refresh_token);
  success(await server.get('/api/me', {token: again.access_token}));
});

test('two tabs that refresh at once stay in one session', async () => {
  const user = await makeLoggedIn(server);
  const answers = await Promise.all(Array.from({length: 32}, () => refresh(server, user.refresh_token)));
  const successors = new Set(answers.map((answer) => success(answer).refresh_token));
  assert.equal(successors.size, 1);
  success(await refresh(server, [...successors][0]));
  assert.equal(success(await server.get('/api/me/sessions', user)).length, 1);
});

test('outside it, reuse ends the whole session and its access tokens', async () => {
  const user = await makeLoggedIn(strict);
  const other = await logIn(strict, user);
  const successor = success(await refresh(strict, user.refresh_token));
  problem(await refresh(strict, user.refresh_token), 401, 'token_invalid');
  problem(await refresh(strict, successor.refresh_token), 401, 'token_invalid');
  await stopped(strict, {token: successor.access_token});
  await stopped(strict, user);
  success(await strict.get('/api/me', {token: other.access_token}));
});

test('of many who spend one token at once, without grace, at most one has a session', async () => {
  for (let round = 0; round < 5; ++round) {
    const user = await makeLoggedIn(strict);
    const answers = await Promise.all(Array.from({length: 16}, () => refresh(strict, user.refresh_token)));
    const won = answers.filter((answer) => answer.status === 200);
    assert.equal(won.length, 1);
    for (const answer of answers.filter(({status}) => status !== 200)) problem(answer, 401, 'token_invalid');
  }
});

test('a session outlives a restart of the server, and so do its keys', async () => {
  const first = await startServer();
  const user = await makeLoggedIn(first);
  await first.stop({keep: true});
  const second = await startServer({dataDir: first.dataDir});
  try {
    success(await second.get('/api/me', user));
    success(await refresh(second, user.refresh_token));
  } finally {
    await second.stop();
  }
});

test('a session that one process ends is over on another within a second', async () => {
  const twin = await startServer({dataDir: server.dataDir});
  try {
    const user = await makeLoggedIn(server);
    success(await twin.get('/api/me', user));
    success(await server.post('/api/auth/logout', {refresh_token: user.refresh_token}), 204);
    await otherProcessesKnow();
    await stopped(twin, user);
  } finally {
    await twin.stop({keep: true});
  }
});

test('a token is for one server\'s keys only', async () => {
  const user = await makeLoggedIn(server);
  refusedToken(await strict.get('/api/me', user), 'token_invalid');
  problem(await refresh(strict, user.refresh_token), 401, 'token_invalid');
});

test('a changed password leaves the session that changed it, and tells its owner by mail', async () => {
  const user = await makeLoggedIn(server);
  const other = await logIn(server, user);
  const changed = {current_password: user.password, new_password: 'quince pie & 12 forks'};
  const pair = success(await server.post('/api/me/password', changed, user));
  isTokenPair(pair);
  const mine = {token: pair.access_token};
  await everyProcessKnows();
  success(await server.get('/api/me', mine));
  await stopped(server, user);
  await stopped(server, {token: other.access_token});
  problem(await refresh(server, other.refresh_token), 401, 'token_invalid');
  assert.equal(success(await server.get('/api/me/sessions', mine)).length, 1);
  problem(await server.post('/api/auth/login', {email: user.email, password: user.password}), 401, 'invalid_credentials');
  await logIn(server, {email: user.email, password: changed.new_password});

  const notice = await until('the notice', async () =>
    (await server.mails(user.email)).find(({text}) => /password of your account .* was changed/.test(text)));
  for (const secret of [user.password, changed.new_password, pair.access_token, pair.refresh_token]) {
    assert.ok(!notice.raw.includes(secret));
  }
});

test('of many who change one password at once, one does', async () => {
  const user = await makeLoggedIn(server);
  const callers = [user];
  for (let i = 1; i < 6; ++i) callers.push({token: (await logIn(server, user)).access_token});
  const answers = await Promise.all(callers.map((caller, i) =>
    server.post('/api/me/password', {current_password: user.password, new_password: `quince pie & ${i} forks`}, caller)));
  const won = answers.flatMap(({status}, i) => status === 200 ? [i] : []);
  assert.equal(won.length, 1, answers.map(({text}) => text).join('\n'));
  for (const {status} of answers) assert.ok([200, 401, 412].includes(status));
  await logIn(server, {email: user.email, password: `quince pie & ${won[0]} forks`});
});

test('proving once more who one is renews the session, not its tokens', async () => {
  const user = await makeLoggedIn(server);
  const [before] = success(await server.get('/api/me/sessions', user));
  problem(await server.post('/api/auth/reauthenticate', {password: 'wrong'}, user), 401, 'invalid_credentials');
  const proved = success(await server.post('/api/auth/reauthenticate', {password: user.password}, user));
  assert.deepEqual(Object.keys(proved).sort(), ['access_token', 'authenticated_at', 'expires_in', 'token_type']);
  const [after] = success(await server.get('/api/me/sessions', {token: proved.access_token}));
  assert.equal(after.id, before.id);
  assert.equal(after.authenticated_at, proved.authenticated_at);
  assert.ok(after.authenticated_at > before.authenticated_at);
  success(await server.get('/api/me', user));
  success(await refresh(server, user.refresh_token));
});

test('an administrator ends all sessions of a user', async () => {
  const user = await makeLoggedIn(server);
  const other = await logIn(server, user);
  const admin = await makeAdmin(server);
  problem(await server.delete(`/api/users/${user.id}/sessions`, user), 403, 'forbidden');
  success(await server.delete(`/api/users/${user.id}/sessions`, admin), 204);
  await stopped(server, user);
  await stopped(server, {token: other.access_token});
  problem(await refresh(server, user.refresh_token), 401, 'token_invalid');
  success(await server.get('/api/me', admin));
  await logIn(server, user);
});

test('lifetimes are as configured', async () => {
  const user = await makeLoggedIn(strict);
  const [, claims] = decodeJwt(user.token);
  assert.equal(claims.exp - claims.iat, 60);
  assert.equal(user.expires_in, 60);
});
