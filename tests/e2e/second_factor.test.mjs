// Logins in two steps, with codes of two programs that share no code with the server: oathtool and otplib.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import otplib from 'otplib';
import {isTokenPair, problem, rfc3339, success} from './expect.mjs';
import {everyProcessKnows, makeAdmin, makeLoggedIn, password, startProcess, startServer, until} from './support.mjs';

const period = 30;
const {authenticator} = otplib;
const stepNow = () => Math.floor(Date.now() / 1000 / period);
const byOtplib = (secret, step) => authenticator.clone({epoch: step * period * 1000}).generate(secret);
const byOathtool = async (secret, step) =>
  (await promisify(execFile)('oathtool', ['--totp', '--base32', `--now=@${step * period}`, secret])).stdout.trim();

let server;
before(async () => (server = await startServer({env: {FACTOR_FAILURES: '3'}})));
after(() => server?.stop());

/** The codes of an app: each call gives that of a later step, which the server still takes. */
function appOf(secret) {
  let last = stepNow() - 1;
  return async () => {
    last = Math.max(last + 1, stepNow() - 1);
    await until('the clock to come near', () => stepNow() >= last - 1, {within: 2 * period * 1000, every: 200});
    const code = byOtplib(secret, last);
    assert.equal(await byOathtool(secret, last), code, 'both programs agree');
    return code;
  };
}

/** Adds an app to an account that is logged in; gives it the next tokens. */
async function addApp(at, user) {
  const made = success(await at.post('/api/me/factors', {type: 'totp', label: 'Phone'}, user), 201);
  const next = appOf(made.secret);
  const confirmed = success(await at.post(`/api/me/factors/${made.id}/confirm`, {code: await next()}, user));
  const tokens = success(await at.post('/api/auth/refresh', {refresh_token: user.refresh_token}));
  Object.assign(user, tokens, {token: tokens.access_token});
  await everyProcessKnows();
  return {id: made.id, made, next, codes: confirmed.recovery_codes};
}
const asked = async (at, user, further = {}) => {
  const answer = await at.post('/api/auth/login', {email: user.email, password, ...further});
  assert.equal(answer.status, 403, answer.text);
  assert.equal(answer.body.code, 'second_factor_required');
  return answer.body;
};
const prove = (at, body) => at.post('/api/auth/second-factor', body);
const subjects = async (at, email) => (await at.mails(email)).map((mail) => mail.headers.get('subject') ?? '');

test('an app is added with a picture of its secret, and asked for at the next login', async () => {
  const user = await makeLoggedIn(server);
  const {id, made, next, codes} = await addApp(server, user);
  assert.match(made.secret, /^[A-Z2-7]{32}$/);
  assert.match(made.expires_at, rfc3339);
  const uri = new URL(made.uri);
  assert.equal(uri.searchParams.get('secret'), made.secret);
  assert.equal(decodeURIComponent(uri.pathname.replace(/^\/*(totp\/)?/, '')), `coffeeauth:${user.email}`);
  const picture = decodeURIComponent(made.qr.replace(/^data:image\/svg\+xml,/, ''));
  assert.match(picture, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 \d+ \d+"[^]*<\/svg>$/);
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);

  const challenge = await asked(server, user);
  assert.match(challenge.mfa_token, /^mfa_[\w-]{43}$/);
  assert.match(challenge.expires_at, rfc3339);
  assert.deepEqual(challenge.factors, [{type: 'totp', id, label: 'Phone'}, {type: 'recovery_code'}]);
  problem(await server.get('/api/me', {token: challenge.mfa_token}), 401, 'token_invalid');
  problem(await prove(server, {mfa_token: challenge.mfa_token, factor_id: id, code: byOtplib(made.secret, stepNow() + 100)}), 400, 'invalid_code');
  const tokens = success(await prove(server, {mfa_token: challenge.mfa_token, factor_id: id, code: await next()}));
  isTokenPair(tokens);
  const claims = JSON.parse(Buffer.from(tokens.access_token.split('.')[1], 'base64url').toString());
  assert.equal(claims.acr, 'aal2');
  const sessions = success(await server.get('/api/me/sessions', {token: tokens.access_token}));
  assert.deepEqual(sessions.map((session) => [session.current, session.assurance]).sort(), [[false, 'aal2'], [true, 'aal2']]);
  assert.deepEqual(claims.amr.filter((word) => ['pwd', 'otp', 'mfa'].includes(word)).sort(), ['mfa', 'otp', 'pwd']);
  await until('the notice', async () => (await subjects(server, user.email)).some((subject) => /authenticator app was added/.test(subject)));
});

test('a trusted device is asked for nothing more, until the account changes', async () => {
  const user = await makeLoggedIn(server);
  const {id, next} = await addApp(server, user);
  const {mfa_token} = await asked(server, user);
  const {device_token} = success(await prove(server, {mfa_token, factor_id: id, code: await next(), trust_device: true}));
  assert.match(device_token, /^dev_[\w-]{43}$/);
  success(await server.post('/api/auth/login', {email: user.email, password, device_token}));
  assert.equal(success(await server.get('/api/me/devices', user)).length, 1);
  success(await server.post('/api/me/recovery-codes', undefined, user), 201);
  await asked(server, user, {device_token});
});

test('a recovery code logs in once, and is told of', async () => {
  const user = await makeLoggedIn(server);
  const {codes} = await addApp(server, user);
  const once = async () => prove(server, {mfa_token: (await asked(server, user)).mfa_token, recovery_code: codes[3].toLowerCase()});
  assert.equal(success(await once()).recovery_codes_left, 9);
  problem(await once(), 400, 'invalid_code');
  await until('the notice', async () => (await subjects(server, user.email)).some((subject) => /a recovery code was used/.test(subject)));
});

test('wrong codes make wait, and a restart forgets none of them', async () => {
  const first = await startProcess({env: {FACTOR_FAILURES: '3'}});
  const user = await makeLoggedIn(first);
  const {id, made, next} = await addApp(first, user);
  const guess = async (at) => prove(at, {mfa_token: (await asked(at, user)).mfa_token, factor_id: id, code: byOtplib(made.secret, stepNow() + 100)});
  for (let i = 0; i < 3; ++i) problem(await guess(first), 400, 'invalid_code');
  const refused = await guess(first);
  problem(refused, 429, 'rate_limited');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  await first.kill();
  const second = await startProcess({env: {FACTOR_FAILURES: '3'}, dataDir: first.dataDir});
  try {
    problem(await guess(second), 429, 'rate_limited');
    problem(await prove(second, {mfa_token: (await asked(second, user)).mfa_token, factor_id: id, code: await next()}), 429, 'rate_limited');
  } finally {
    await second.stop();
  }
});

test('an operator lets an owner in who has lost everything', async () => {
  const user = await makeLoggedIn(server);
  await addApp(server, user);
  const done = await server.command(['reset-second-factor', '--email', user.email]);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /removed all second factors/);
  await everyProcessKnows();
  isTokenPair(success(await server.post('/api/auth/login', {email: user.email, password})));
  const unknown = await server.command(['reset-second-factor', '--email', 'nobody@example.com']);
  assert.notEqual(unknown.code, 0);
  assert.match(unknown.stderr, /no account has that email address/);
});

test('under the policy an administrator does nothing before a factor is added', async (t) => {
  const at = await startProcess({env: {SECOND_FACTOR_POLICY: 'admins'}});
  t.after(() => at.stop());
  const admin = await makeAdmin(at);
  const document = success(await at.get('/openapi.json'));
  for (const [path, item] of Object.entries(document.paths).filter(([path]) => path.startsWith('/api/users'))) {
    for (const method of Object.keys(item)) {
      const answer = await at.request(method.toUpperCase(), path.replace('{id}', admin.id), {token: admin.token, body: method === 'get' ? undefined : {}});
      problem(answer, 403, 'second_factor_enrolment_required');
    }
  }
  await addApp(at, admin);
  success(await at.get('/api/users', admin));
  const factors = success(await at.get('/api/me/second-factor', admin));
  assert.equal(factors.required_by_policy, true);
  problem(await at.delete(`/api/me/factors/${factors.factors[0].id}`, admin), 409, 'second_factor_policy');
});
