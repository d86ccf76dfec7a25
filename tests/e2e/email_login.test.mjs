// Logins by a mailed link or code, over HTTP.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import otplib from 'otplib';
import {isTokenPair, problem, success} from './expect.mjs';
import {codeIn, linkIn, openMailbox} from './mailbox.mjs';
import {everyProcessKnows, makeLoggedIn, makeUser, newAddress, password, startServer} from './support.mjs';

const publicUrl = 'https://accounts.example.org';

let server, plain;
before(async () => {
  server = await startServer({env: {PUBLIC_URL: publicUrl, EMAIL_LOGIN: 'on', EMAIL_LOGIN_MAIL_PAUSE: '0s'}});
  plain = await startServer({env: {PUBLIC_URL: publicUrl}});
});
after(async () => {
  await server?.stop();
  await plain?.stop();
});

const ask = (email) => server.post('/api/auth/email-login', {email});
const confirm = (body) => server.post('/api/auth/email-login/confirm', body);
const mailbox = ({email}) => {
  const box = openMailbox(server, email);
  return () => box.next(/: log in$/);
};
function tokenIn(mail) {
  const link = new URL(linkIn(mail, '/account/login'));
  assert.equal(link.origin, publicUrl);
  const token = new URLSearchParams(link.hash.slice(1)).get('token');
  assert.match(token, /^lgn_[\w-]{43}$/);
  return token;
}
const claimsOf = ({access_token}) => JSON.parse(Buffer.from(access_token.split('.')[1], 'base64url').toString());

test('the link logs in once, and what follows it with GET, HEAD or OPTIONS spends nothing', async () => {
  const user = await makeUser(server);
  const next = mailbox(user);
  const receipt = success(await ask(user.email));
  assert.deepEqual(Object.keys(receipt).sort(), ['expires_at', 'login_token', 'message']);
  assert.match(receipt.login_token, /^lgt_[\w-]{43}$/);
  const token = tokenIn(await next());
  for (let time = 0; time < 100; ++time) {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      for (const target of ['/account/login', `/account/login?token=${token}`, '/account/email-login', `/account/email-login?token=${token}`, `/api/auth/email-login/confirm?token=${token}`]) {
        assert.ok((await server.request(method, target, {})).status < 500);
      }
    }
  }
  const pair = success(await confirm({token}));
  isTokenPair(pair);
  assert.equal(claimsOf(pair).acr, 'aal1');
  assert.equal(success(await server.get('/api/me', {token: pair.access_token})).email, user.email);
  problem(await confirm({token}), 400, 'invalid_link');
});

test('the code logs in with the token of who asked, and with no other', async () => {
  const user = await makeUser(server);
  const next = mailbox(user);
  const {login_token} = success(await ask(user.email));
  const other = success(await ask(newAddress())).login_token;
  const code = codeIn(await next());
  problem(await confirm({login_token: other, code}), 400, 'invalid_code');
  success(await confirm({login_token, code}));
  problem(await confirm({login_token, code}), 400, 'invalid_code');
});

test('a token of a login by mail is nothing else, and nothing else is one', async () => {
  const user = await makeLoggedIn(server);
  const next = mailbox(user);
  const {login_token} = success(await ask(user.email));
  const mail = await next();
  const [token, code] = [tokenIn(mail), codeIn(mail)];
  for (const one of [token, login_token]) {
    problem(await server.get('/api/me', {token: one}), 401, 'token_invalid');
    problem(await server.post('/api/auth/refresh', {refresh_token: one}), 401, 'token_invalid');
    problem(await server.post('/api/auth/password-reset/confirm', {token: one, password: 'quince jelly & 12 ladles'}), 400, 'invalid_link');
  }
  problem(await confirm({token: login_token}), 400, 'invalid_link');
  for (const one of [token, user.token, user.refresh_token]) {
    assert.ok([400, 401].includes((await confirm({login_token: one, code})).status));
    if (one !== token) assert.ok([400, 401].includes((await confirm({token: one})).status));
  }
  success(await confirm({token}));
});

test('with a second factor neither link nor code logs in alone', async () => {
  const user = await makeLoggedIn(server);
  const factor = success(await server.post('/api/me/factors', {type: 'totp'}, user), 201);
  const app = () => otplib.authenticator.generate(factor.secret);
  const {recovery_codes} = success(await server.post(`/api/me/factors/${factor.id}/confirm`, {code: app()}, user));
  await everyProcessKnows();
  const next = mailbox(user);
  for (const by of ['link', 'code']) {
    const {login_token} = success(await ask(user.email));
    const mail = await next();
    const proof = by === 'link' ? {token: tokenIn(mail)} : {login_token, code: codeIn(mail)};
    const asked = await confirm(proof);
    assert.equal(asked.status, 403, asked.text);
    assert.equal(asked.body.code, 'second_factor_required');
    assert.ok(!asked.text.includes('access_token'));
    problem(await server.get('/api/me', {token: asked.body.mfa_token}), 401, 'token_invalid');
    problem(await confirm(proof), 400, by === 'link' ? 'invalid_link' : 'invalid_code');
    const tokens = success(await server.post('/api/auth/second-factor', {mfa_token: asked.body.mfa_token, recovery_code: recovery_codes.shift()}));
    assert.equal(claimsOf(tokens).acr, 'aal2');
    assert.ok(claimsOf(tokens).amr.includes('mfa'));
  }
});

test('a mailed code is a second step after the password, and none after a mail', async (t) => {
  const at = await startServer({env: {PUBLIC_URL: publicUrl, EMAIL_LOGIN: 'on', EMAIL_LOGIN_MAIL_PAUSE: '0s', SECOND_FACTORS: 'email'}});
  t.after(() => at.stop());
  const user = await makeLoggedIn(at);
  const box = openMailbox(at, user.email);
  const code = async () => codeIn(await box.next(/security code$/));
  const made = success(await at.post('/api/me/factors', {type: 'email'}, user), 201);
  assert.equal(made.hint, `${user.email[0]}...${user.email.slice(user.email.indexOf('@'))}`);
  const confirmed = success(await at.post(`/api/me/factors/${made.id}/confirm`, {code: await code()}, user));
  await everyProcessKnows();

  const {mfa_token, factors} = (await at.post('/api/auth/login', {email: user.email, password})).body;
  assert.deepEqual(factors.map(({type}) => type), ['email', 'recovery_code']);
  success(await at.post('/api/auth/second-factor/send', {mfa_token, factor_id: made.id}));
  const tokens = success(await at.post('/api/auth/second-factor', {mfa_token, factor_id: made.id, code: await code()}));
  assert.equal(claimsOf(tokens).acr, 'aal1', 'a mailbox that also resets the password is no second factor of its own');

  const mail = openMailbox(at, user.email);
  success(await at.post('/api/auth/email-login', {email: user.email}));
  const asked = await at.post('/api/auth/email-login/confirm', {token: tokenIn(await mail.next(/: log in$/))});
  assert.deepEqual(asked.body.factors, [{type: 'recovery_code'}]);
  const second = {mfa_token: asked.body.mfa_token, factor_id: made.id};
  problem(await at.post('/api/auth/second-factor/send', second), 400, 'invalid_code');
  problem(await at.post('/api/auth/second-factor', {...second, code: '123456'}), 400, 'invalid_code');
  const passed = await at.post('/api/auth/second-factor', {mfa_token: asked.body.mfa_token, recovery_code: confirmed.recovery_codes[0]});
  assert.equal(success(passed).recovery_codes_left, 9);
});

test('it is off unless it is turned on', async () => {
  assert.equal((await plain.post('/api/auth/email-login', {email: newAddress()})).status, 404);
  assert.equal((await plain.post('/api/auth/email-login/confirm', {token: `lgn_${'x'.repeat(43)}`})).status, 404);
  assert.equal((await plain.get('/account/email-login')).status, 404);
  const document = async (one) => JSON.parse((await one.get('/openapi.json')).text);
  assert.ok(!JSON.stringify(await document(plain)).includes('email-login'));
  assert.ok('/api/auth/email-login' in (await document(server)).paths);
});
