// Logins in two steps, with codes of two programs that share no code with the server: oathtool and otplib.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {isTokenPair, problem, rfc3339, success} from './expect.mjs';
import {codeIn, openMailbox} from './mailbox.mjs';
import {SoftwarePasskey} from './software_passkey.mjs';
import {everyProcessKnows, makeAdmin, makeLoggedIn, password, startProcess, startServer, until} from './support.mjs';
import * as twoSteps from './two_steps.mjs';

const {codeAt: byOtplib, period, stepNow} = twoSteps;
const byOathtool = async (secret, step) =>
  (await promisify(execFile)('oathtool', ['--totp', '--base32', `--now=@${step * period}`, secret])).stdout.trim();

let server;
before(async () => (server = await startServer({env: {FACTOR_FAILURES: '3'}})));
after(() => server?.stop());

async function byBoth(secret, step) {
  const code = byOtplib(secret, step);
  assert.equal(await byOathtool(secret, step), code, 'both programs agree');
  return code;
}
const addApp = (at, user) => twoSteps.addApp(at, user, {showAt: byBoth});
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

test('attempts of every kind count together for a ticket, and codes of every kind for the account', async (t) => {
  const origin = 'https://accounts.example.org';
  const at = await startServer({env: {PUBLIC_URL: origin, SECOND_FACTORS: 'totp,email', EMAIL_LOGIN: 'on', EMAIL_LOGIN_MAIL_PAUSE: '0s', FACTOR_FAILURES: '4'}});
  t.after(() => at.stop());
  const user = await makeLoggedIn(at);
  const box = openMailbox(at, user.email);
  const passkey = new SoftwarePasskey(origin);
  await passkey.add(at, user);
  const {id, made, codes} = await addApp(at, user);
  const mailbox = success(await at.post('/api/me/factors', {type: 'email'}, user), 201);
  success(await at.post(`/api/me/factors/${mailbox.id}/confirm`, {code: codeIn(await box.next(/your security code$/))}, user));
  await everyProcessKnows();

  const wrongCode = (factor_id) => ({factor_id, code: byOtplib(made.secret, stepNow() + 100)});
  const wrongRecoveryCode = {recovery_code: '7ZB2-K9QF-0M4X-WT6H-AE3P-R8CD'};
  const first = (await asked(at, user)).mfa_token;
  // Rightly signed, for a login without a name.
  const credential = passkey.answer(success(await at.post('/api/auth/passkey/options', {})).options);
  problem(await prove(at, {mfa_token: first, ...wrongCode(id)}), 400, 'invalid_code');
  problem(await prove(at, {mfa_token: first, ...wrongRecoveryCode}), 400, 'invalid_code');
  problem(await prove(at, {mfa_token: first, credential}), 401, 'passkey_rejected');
  problem(await prove(at, {mfa_token: first, ...wrongCode(mailbox.id)}), 400, 'invalid_code');
  problem(await prove(at, {mfa_token: first, ...wrongRecoveryCode}), 400, 'invalid_code');
  const {options} = (await at.post('/api/auth/second-factor/passkey-options', {mfa_token: (await asked(at, user)).mfa_token})).body;
  for (const right of [{recovery_code: codes[0]}, {credential: passkey.answer(options)}]) {
    problem(await prove(at, {mfa_token: first, ...right}), 401, 'token_invalid');
  }

  const second = (await asked(at, user)).mfa_token;
  success(await at.post('/api/auth/second-factor/send', {mfa_token: second, factor_id: mailbox.id}));
  const code = codeIn(await box.next(/your security code$/));
  problem(await prove(at, {mfa_token: second, factor_id: mailbox.id, code: code === '000000' ? '000001' : '000000'}), 400, 'invalid_code');
  problem(await prove(at, {mfa_token: second, ...wrongCode(id)}), 400, 'invalid_code');
  // Four codes were wrong: two of the app, and two of the mailbox.
  problem(await prove(at, {mfa_token: second, ...wrongCode(id)}), 429, 'rate_limited');
  problem(await prove(at, {mfa_token: second, factor_id: mailbox.id, code}), 429, 'rate_limited');
  assert.equal(success(await prove(at, {mfa_token: second, recovery_code: codes[0]})).recovery_codes_left, 9);
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
