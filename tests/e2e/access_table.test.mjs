// Routes x methods x callers, made from the served document: who gets in where.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {problem, refusedToken, success} from './expect.mjs';
import {everyProcessKnows, logIn, makeAdmin, makeLoggedIn, operatorToken, startServer} from './support.mjs';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const nobody = '01890000-0000-7000-8000-000000000000';

let server, document, admin;
const callers = {};
before(async () => {
  server = await startServer({env: {PUBLIC_URL: 'https://accounts.example.org', EMAIL_LOGIN: 'on'}});
  document = (await server.get('/openapi.json')).body;
  admin = await makeAdmin(server);

  callers.anonymous = {token: undefined};
  callers['malformed token'] = {token: 'not.a.token'};
  callers.user = await makeLoggedIn(server);
  callers.unverified = await makeLoggedIn(server);
  success(await server.patch(`/api/users/${callers.unverified.id}`, {is_verified: false}, admin));
  callers.disabled = await makeLoggedIn(server);
  success(await server.patch(`/api/users/${callers.disabled.id}`, {is_active: false}, admin));
  // Two of them: the token from before the demotion, and the one of a login after it.
  callers.demoted = await makeAdmin(server);
  success(await server.patch(`/api/users/${callers.demoted.id}`, {role: 'user'}, admin));
  callers['demoted, logged in again'] = {...callers.demoted, token: (await logIn(server, callers.demoted)).access_token};
  callers.admin = await makeAdmin(server);
  callers.operator = {token: operatorToken};
  await everyProcessKnows();
});
after(() => server?.stop());

/** Whom the contract lets in. */
const access = (path) => path.startsWith('/api/users') ? 'admin' :
  path.startsWith('/api/me') || path.startsWith('/api/auth/reauthenticate') ? 'user' : path === '/readyz' ? 'operator' : 'anyone';
/** What the access token of a caller is good for; the operator's is no access token. */
const rank = {anonymous: null, 'malformed token': null, unverified: null, disabled: null, demoted: null,
  user: 'user', 'demoted, logged in again': 'user', admin: 'admin', operator: null};

test('the document lists exactly the routes of the contract', () => {
  const listed = Object.entries(document.paths).flatMap(([path, item]) =>
    methods.filter((method) => item[method.toLowerCase()]).map((method) => `${method} ${path}`));
  const contract = ['POST /api/auth/signup', 'POST /api/auth/verify', 'POST /api/auth/resend-code', 'POST /api/auth/login',
    'POST /api/auth/login-code',
    'POST /api/auth/refresh', 'POST /api/auth/logout', 'GET /api/me', 'PATCH /api/me', 'DELETE /api/me', 'GET /api/me/sessions',
    'DELETE /api/me/sessions', 'DELETE /api/me/sessions/{id}', 'GET /api/users', 'GET /api/users/{id}', 'PATCH /api/users/{id}',
    'PUT /api/users/{id}', 'DELETE /api/users/{id}', 'DELETE /api/users/{id}/sessions', 'POST /api/me/password',
    'POST /api/auth/reauthenticate',
    'POST /api/auth/password-reset', 'POST /api/auth/password-reset/confirm', 'POST /api/users/{id}/send-password-reset',
    'GET /api/me/email', 'POST /api/me/email', 'DELETE /api/me/email', 'POST /api/me/email/confirm',
    'POST /api/auth/email-change/confirm', 'POST /api/auth/email-change/undo',
    'POST /api/auth/email-login', 'POST /api/auth/email-login/confirm',
    'POST /api/auth/second-factor', 'GET /api/me/second-factor', 'PUT /api/me/second-factor', 'POST /api/me/factors',
    'POST /api/me/factors/{id}/confirm', 'PATCH /api/me/factors/{id}', 'DELETE /api/me/factors/{id}', 'POST /api/me/recovery-codes',
    'GET /api/me/devices', 'DELETE /api/me/devices', 'DELETE /api/me/devices/{id}', 'POST /api/users/{id}/reset-second-factor',
    'POST /api/auth/second-factor/passkey-options', 'POST /api/auth/second-factor/send', 'POST /api/me/factors/{id}/send', 'POST /api/auth/passkey/options', 'POST /api/auth/passkey',
    'POST /api/auth/reauthenticate/passkey-options', 'GET /api/me/passkeys', 'POST /api/me/passkeys/options', 'POST /api/me/passkeys',
    'PATCH /api/me/passkeys/{id}', 'DELETE /api/me/passkeys/{id}'];
  assert.deepEqual(contract.filter((route) => !listed.includes(route)), []);
  assert.deepEqual(listed.filter((route) => route.includes(' /api/') && !contract.includes(route)), []);
});

test('the document says which routes want a recent login', () => {
  const recent = Object.entries(document.paths).flatMap(([path, item]) => methods.filter((method) =>
    JSON.stringify(item[method.toLowerCase()]?.responses?.['401'] ?? '').includes('reauthentication_required'))
    .map((method) => `${method} ${path}`));
  assert.deepEqual(recent.sort(), ['DELETE /api/me', 'DELETE /api/me/factors/{id}', 'DELETE /api/me/passkeys/{id}', 'POST /api/me/email',
    'POST /api/me/factors', 'POST /api/me/passkeys', 'POST /api/me/passkeys/options', 'POST /api/me/password', 'POST /api/me/recovery-codes', 'POST /api/users/{id}/reset-second-factor', 'PUT /api/me/second-factor']);
});

test('the document says of each route whether it needs an access token', () => {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods.filter((name) => item[name.toLowerCase()])) {
      const security = item[method.toLowerCase()].security ?? document.security ?? [];
      assert.equal(security.length > 0, ['user', 'admin'].includes(access(path)), `${method} ${path}`);
    }
  }
});

for (const who of Object.keys(rank)) {
  test(`${who}: every method of every path`, async () => {
    let asked = 0;
    for (const [pattern, item] of Object.entries(document.paths)) {
      const path = pattern.replace(/\{[^}]*\}/g, nobody);
      for (const method of methods) {
        const what = `${method} ${pattern} as ${who}`;
        // An empty object: what gets in stops at validation, so that the table changes nothing.
        const body = method === 'GET' || (method === 'DELETE' && pattern !== '/api/me') ? undefined : {};
        const answer = await server.request(method, path, {token: callers[who].token, body});
        ++asked;
        try {
          expectAccess(answer, pattern, item[method.toLowerCase()], who);
        } catch (error) {
          error.message = `${what}: ${answer.status} ${answer.text.slice(0, 200)}\n${error.message}`;
          throw error;
        }
      }
    }
    assert.ok(asked >= 60, `only ${asked} combinations`);
  });
}

function expectAccess(answer, pattern, operation, who) {
  const needed = access(pattern);
  if (needed === 'operator' && who !== 'operator') {
    // Whatever the method: to others the path is like any that does not exist.
    problem(answer, 404, 'not_found');
    assert.equal(answer.headers.get('allow'), null);
    return;
  }
  if (operation === undefined) {
    problem(answer, 405, 'method_not_allowed');
    assert.ok(answer.headers.get('allow'));
    return;
  }
  if (needed === 'operator') {
    success(answer);
  } else if (needed === 'anyone') {
    assert.ok(![401, 403, 404, 405].includes(answer.status) && answer.status < 500);
  } else if (rank[who] === null) {
    refusedToken(answer, who === 'anonymous' ? 'not_authenticated' : 'token_invalid');
  } else if (needed === 'admin' && rank[who] !== 'admin') {
    problem(answer, 403, 'forbidden');
  } else {
    assert.ok(![401, 403, 405].includes(answer.status) && answer.status < 500);
  }
}

test('the accounts of the table are as they were', async () => {
  for (const who of ['user', 'admin']) success(await server.get('/api/me', callers[who]));
  assert.equal(success(await server.get('/api/me', callers['demoted, logged in again'])).role, 'user');
});
