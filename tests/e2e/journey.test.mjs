// The whole contract once through, in the order in which a person meets it.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {decodeJwt, isTokenPair, isUser, problem, rfc3339, stopped, success, uuid7} from './expect.mjs';
import {inProduction, logIn, makeAdmin, makeLoggedIn, newAddress, operatorToken, password, startServer} from './support.mjs';

// Where mails are sent there is no page that shows them.
const devMail = () => inProduction ? [] : [server.mailPage()];

let server;
before(async () => (server = await startServer()));
after(() => server?.stop());

test('a person signs up, reads the code, verifies and logs in', async () => {
  const email = newAddress('Ada.Lovelace');
  const started = Date.now();
  const signedUp = success(await server.post('/api/auth/signup', {
    email, password, first_name: 'Ada', last_name: 'Lovelace',
  }), 201);
  assert.deepEqual(Object.keys(signedUp).sort(), ['email', 'expires_at', 'message']);
  assert.equal(signedUp.message, 'User registered successfully. Verification code sent to your email.');
  assert.equal(signedUp.email, email);
  assert.match(signedUp.expires_at, rfc3339);
  const lifetime = (Date.parse(signedUp.expires_at) - started) / 1000;
  assert.ok(lifetime > 3590 && lifetime < 3660, `the code lives for ${lifetime} s`);

  problem(await server.post('/api/auth/login', {email, password}), 400, 'email_not_verified',
    'Email not verified. Please verify your account before logging in.');

  const code = await server.code(email);
  assert.match(code, /^\d{6}$/);
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
  problem(await server.post('/api/auth/verify', {email, code: wrong}), 400, 'invalid_code', 'Invalid or expired code');
  const verified = success(await server.post('/api/auth/verify', {email, code}));
  assert.deepEqual(verified, {detail: 'Verification successful'});
  problem(await server.post('/api/auth/verify', {email, code}), 400, 'invalid_code', 'Invalid or expired code');

  problem(await server.post('/api/auth/login', {email, password: 'something else 9'}), 401, 'invalid_credentials',
    'Invalid credentials');
  const tokens = success(await server.post('/api/auth/login', {email: email.toUpperCase(), password}));
  isTokenPair(tokens);
  const me = success(await server.get('/api/me', {token: tokens.access_token}));
  isUser(me, {email, first_name: 'Ada', last_name: 'Lovelace', role: 'user', is_verified: true, is_active: true});
  assert.match(me.last_login, rfc3339);
});

test('the mail with the code is one that a mail program shows', async () => {
  const email = newAddress();
  success(await server.post('/api/auth/signup', {email, password}), 201);
  await server.code(email);
  const [mail] = await server.mails(email);
  for (const field of ['from', 'to', 'subject', 'date', 'message-id', 'mime-version']) {
    assert.ok(mail.headers.get(field), field);
  }
  assert.match(mail.headers.get('message-id'), /^<[^<>@\s]+@[^<>@\s]+>$/);
  assert.ok(mail.headers.get('to').includes(email));
});

test('an access token says who, for whom and until when, and nothing else', async () => {
  const user = await makeLoggedIn(server);
  const [header, claims] = decodeJwt(user.token);
  assert.equal(header.alg, 'ES256');
  assert.equal(header.typ, 'at+jwt');
  assert.equal(typeof header.kid, 'string');
  // A feature that brings methods of login adds how and when its user authenticated.
  const optional = ['acr', 'amr', 'auth_time'];
  assert.deepEqual(Object.keys(claims).filter((name) => !optional.includes(name)).sort(), ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'role', 'sid', 'sub', 'ver']);
  assert.equal(claims.client_id, claims.aud);
  assert.equal(claims.sub, user.id);
  assert.equal(claims.role, 'user');
  assert.ok(Number.isInteger(claims.iat) && Number.isInteger(claims.exp));
  assert.equal(claims.exp - claims.iat, 600);
  assert.match(claims.sid, uuid7);
});

test('a person changes their names and nothing else', async () => {
  const user = await makeLoggedIn(server);
  const changed = success(await server.patch('/api/me', {first_name: 'Grace', last_name: 'Höpper'}, user));
  isUser(changed, {id: user.id, first_name: 'Grace', last_name: 'Höpper'});
  const partly = success(await server.patch('/api/me', {first_name: ''}, user));
  isUser(partly, {first_name: '', last_name: 'Höpper'});
  for (const field of ['role', 'email', 'is_verified', 'is_active', 'id']) {
    problem(await server.patch('/api/me', {last_name: 'X', [field]: 'admin'}, user), 400, 'validation_failed');
  }
  isUser(success(await server.get('/api/me', user)), {last_name: 'Höpper', role: 'user', email: user.email});
});

test('a refresh token is spent for a new pair, in both dialects', async () => {
  const user = await makeLoggedIn(server);
  const first = success(await server.post('/api/auth/refresh', {refresh_token: user.refresh_token}));
  isTokenPair(first);
  assert.notEqual(first.refresh_token, user.refresh_token);
  success(await server.get('/api/me', {token: first.access_token}));
  const second = success(await server.post('/api/auth/refresh', {refresh: first.refresh_token}));
  assert.deepEqual(Object.keys(second).sort(), ['access', 'refresh']);
  success(await server.get('/api/me', {token: second.access}));
  assert.equal(decodeJwt(second.access)[1].sid, decodeJwt(user.token)[1].sid);
});

test('logging out ends the session, its access tokens too, and is never an error', async () => {
  const user = await makeLoggedIn(server);
  const answer = await server.post('/api/auth/logout', {refresh_token: user.refresh_token});
  success(answer, 204);
  assert.equal(answer.text, '');
  await stopped(server, user);
  problem(await server.post('/api/auth/refresh', {refresh_token: user.refresh_token}), 401, 'token_invalid');
  success(await server.post('/api/auth/logout', {refresh_token: user.refresh_token}), 204);
  success(await server.post('/api/auth/logout', {refresh_token: 'means nothing'}), 204);
});

test('a person sees their sessions and ends one, or all others', async () => {
  const user = await makeLoggedIn(server);
  const [second, third] = [await logIn(server, user), await logIn(server, user)];
  const sessions = success(await server.get('/api/me/sessions', {token: user.token, headers: {'User-Agent': 'later'}}));
  assert.equal(sessions.length, 3);
  for (const session of sessions) {
    assert.deepEqual(Object.keys(session).sort(), ['assurance', 'authenticated_at', 'created_at', 'current', 'id', 'ip', 'last_used_at', 'methods',
      'user_agent']);
    assert.match(session.id, uuid7);
    assert.match(session.created_at, rfc3339);
    assert.match(session.last_used_at, rfc3339);
    assert.equal(session.authenticated_at, session.created_at);
    assert.deepEqual(session.methods, ['password']);
    assert.equal(session.assurance, 'aal1');
    assert.equal(session.ip, '127.0.0.1');
  }
  const current = sessions.filter((session) => session.current);
  assert.deepEqual(current.map((session) => session.id), [decodeJwt(user.token)[1].sid]);

  const other = decodeJwt(second.access_token)[1].sid;
  success(await server.delete(`/api/me/sessions/${other}`, user), 204);
  await stopped(server, {token: second.access_token});
  problem(await server.delete(`/api/me/sessions/${other}`, user), 404, 'not_found');
  success(await server.delete('/api/me/sessions', user), 204);
  await stopped(server, {token: third.access_token});
  assert.equal(success(await server.get('/api/me/sessions', user)).length, 1);
});

test('nobody ends the session of somebody else', async () => {
  const [mine, theirs] = [await makeLoggedIn(server), await makeLoggedIn(server)];
  problem(await server.delete(`/api/me/sessions/${decodeJwt(theirs.token)[1].sid}`, mine), 404, 'not_found');
  success(await server.get('/api/me', theirs));
});

test('a person deletes their account with their password, and is gone', async () => {
  const user = await makeLoggedIn(server);
  problem(await server.delete('/api/me', {token: user.token, body: {password: 'not the password'}}), 401,
    'invalid_credentials');
  success(await server.get('/api/me', user));
  success(await server.delete('/api/me', {token: user.token, body: {password}}), 204);
  await stopped(server, user);
  problem(await server.post('/api/auth/login', {email: user.email, password}), 401, 'invalid_credentials');
  problem(await server.post('/api/auth/refresh', {refresh_token: user.refresh_token}), 401, 'token_invalid');
});

test('an administrator reads, changes and deletes users', async () => {
  const [admin, user] = [await makeAdmin(server), await makeLoggedIn(server)];
  const {token} = admin;
  isUser(success(await server.get('/api/me', admin)), {role: 'admin', is_verified: true});
  isUser(success(await server.get(`/api/users/${user.id}`, {token})), {id: user.id, email: user.email});

  const email = newAddress('new');
  isUser(success(await server.patch(`/api/users/${user.id}`, {first_name: 'A', last_name: 'B', email}, {token})),
    {first_name: 'A', last_name: 'B', email});
  isUser(success(await server.put(`/api/users/${user.id}`, {role: 'admin'}, {token})), {role: 'admin', first_name: 'A'});
  isUser(success(await server.patch(`/api/users/${user.id}`, {is_active: false}, {token})), {is_active: false});
  problem(await server.post('/api/auth/login', {email, password}), 403, 'account_disabled');
  problem(await server.post('/api/auth/login', {email, password: 'some wrong one'}), 401, 'invalid_credentials');
  isUser(success(await server.patch(`/api/users/${user.id}`, {is_active: true, is_verified: false}, {token})),
    {is_active: true, is_verified: false});

  success(await server.delete(`/api/users/${user.id}`, {token}), 204);
  problem(await server.get(`/api/users/${user.id}`, {token}), 404, 'not_found');
  problem(await server.delete(`/api/users/${user.id}`, {token}), 404, 'not_found');
});

test('every path answers with and without a trailing slash', async () => {
  const admin = await makeAdmin(server);
  for (const path of ['/api/me', '/api/me/sessions', '/api/users', `/api/users/${admin.id}`, '/healthz',
    '/openapi.json', '/.well-known/jwks.json']) {
    assert.equal((await server.get(path, admin)).status, 200, path);
    assert.equal((await server.get(`${path}/`, admin)).status, 200, `${path}/`);
  }
  for (const path of ['/readyz', '/metrics']) {
    assert.equal((await server.get(path, {token: operatorToken})).status, 200, path);
    assert.equal((await server.get(`${path}/`, {token: operatorToken})).status, 200, `${path}/`);
  }
  for (const path of ['signup', 'verify', 'resend-code', 'login-code', 'login', 'refresh', 'logout']) {
    assert.equal((await server.post(`/api/auth/${path}`, {})).status, 400, path);
    assert.equal((await server.post(`/api/auth/${path}/`, {})).status, 400, `${path}/`);
  }
});

test('the pages and documents are where the contract has them', async () => {
  const root = await server.get('/');
  assert.ok([301, 302, 303, 307, 308].includes(root.status), String(root.status));
  // Relative, so that it holds below a path of a proxy, too.
  assert.equal(root.headers.get('location'), 'swagger/');
  assert.equal(new URL(root.headers.get('location'), `${server.base}/`).pathname, '/swagger/');
  for (const path of ['/swagger/', '/redoc/', ...devMail()]) {
    const page = await server.get(path);
    assert.equal(page.status, 200, path);
    assert.match(page.headers.get('content-type'), /^text\/html/);
    const policy = page.headers.get('content-security-policy');
    assert.match(policy, /frame-ancestors 'none'/, path);
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? /default-src ([^;]*)/.exec(policy)?.[1];
    assert.doesNotMatch(scripts, /unsafe-(inline|eval)|https?:|\*/, path);
  }
  const document = success(await server.get('/openapi.json'));
  assert.match(document.openapi, /^3\.1\.\d+$/);
  const keys = await server.get('/.well-known/jwks.json');
  assert.equal(keys.status, 200);
  assert.match(keys.headers.get('cache-control'), /max-age=[1-9]/);
  for (const key of keys.body.keys) assert.ok(!('d' in key) && !('k' in key), 'a private part is published');
  assert.equal((await server.get('/healthz')).status, 200);
  const ready = await server.get('/readyz', {token: operatorToken});
  assert.equal(ready.status, 200);
  assert.equal(typeof ready.body, 'object');
  const metrics = await server.get('/metrics', {token: operatorToken});
  assert.equal(metrics.status, 200);
  assert.match(metrics.headers.get('content-type'), /^text\/plain/);
  assert.match(metrics.text, /^# TYPE \S+ counter$/m);
});

test('operators\' paths do not exist for others', async () => {
  const strict = await startServer({env: {TRUSTED_PROXIES: '127.0.0.1/32', OPERATOR_NETWORKS: '192.0.2.0/24,127.0.0.0/8'}});
  try {
    const headers = {'X-Forwarded-For': '203.0.113.9'};
    const operator = {headers: {'X-Forwarded-For': '192.0.2.7'}};
    for (const path of ['/readyz', '/metrics', '//metrics', '/metrics//', '/%6Detrics', '/metrics;', '/metrics?a=b']) {
      for (const asked of [{headers}, {}, {token: 'a wrong one'}]) {
        const answer = await strict.get(path, asked);
        assert.equal(answer.status, 404, path);
        assert.doesNotMatch(answer.text, /coffeeauth_|"store"/);
      }
    }
    for (const path of ['/readyz', '/metrics']) {
      assert.equal((await strict.get(path, operator)).status, 200, path);
      assert.equal((await strict.get(path, {headers, token: operatorToken})).status, 200, path);
    }
    for (const path of inProduction ? [] : ['/dev/mail', '/dev/mail?token=', '/dev/mail?token=0', '/dev/mail/']) {
      problem(await strict.get(path), 404, 'not_found');
    }
    assert.equal((await strict.get('/healthz', {headers})).status, 200);
  } finally {
    await strict.stop();
  }
});

test('HEAD answers as GET without the body', async () => {
  const admin = await makeAdmin(server);
  for (const path of ['/healthz', '/openapi.json', `/api/users/${admin.id}`, '/swagger/', '/nowhere']) {
    const [get, head] = [await server.get(path, admin), await server.request('HEAD', path, admin)];
    assert.equal(head.status, get.status, path);
    assert.equal(head.text, '');
    for (const name of ['content-type', 'content-length', 'etag']) {
      assert.equal(head.headers.get(name), get.headers.get(name), `${name} of ${path}`);
    }
  }
});

test('a person\'s data is not for caches', async () => {
  const admin = await makeAdmin(server);
  for (const path of ['/api/me', '/api/me/sessions', '/api/users', `/api/users/${admin.id}`]) {
    const answer = await server.get(path, admin);
    assert.match(answer.headers.get('cache-control'), /no-store|private, no-cache/, path);
  }
  const login = await server.post('/api/auth/login', {email: admin.email, password});
  assert.equal(login.headers.get('cache-control'), 'no-store');
});
