// Every operation of the whole program that can answer with a token: with a second factor, none does without it. The list
// is made from the document, so that a way in that is added later is missed here.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import otplib from 'otplib';
import {success} from './expect.mjs';
import {codeIn, linkIn, openMailbox} from './mailbox.mjs';
import {everyProcessKnows, logIn, makeLoggedIn, password, startServer} from './support.mjs';

let server, user, weak, earlier, factor, mail;
before(async () => {
  server = await startServer({env: {PUBLIC_URL: 'https://accounts.example.org', EMAIL_LOGIN: 'on', EMAIL_LOGIN_MAIL_PAUSE: '0s'}});
  user = await makeLoggedIn(server);
  mail = openMailbox(server, user.email);
  earlier = await logIn(server, user);
  factor = success(await server.post('/api/me/factors', {type: 'totp'}, user), 201);
  const code = otplib.authenticator.generate(factor.secret);
  const {recovery_codes} = success(await server.post(`/api/me/factors/${factor.id}/confirm`, {code}, user));
  await everyProcessKnows();
  // A session that a trusted device opened has proved no second step of its own.
  const {device_token} = success(await server.post('/api/auth/second-factor',
    {mfa_token: await ticket(), recovery_code: recovery_codes[0], trust_device: true}));
  weak = success(await server.post('/api/auth/login', {email: user.email, password, device_token}));
});
after(() => server?.stop());

const ticket = async () => (await server.post('/api/auth/login', {email: user.email, password})).body.mfa_token;

/** The members of an object of the document, whichever of its alternatives it is. */
function members(document, schema) {
  if (schema.$ref) return members(document, schema.$ref.slice(2).split('/').reduce((one, key) => one[key], document));
  const alternatives = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
  return [...Object.keys(schema.properties ?? {}), ...alternatives.flatMap((one) => members(document, one))];
}
function operationsWithTokens(document) {
  return Object.entries(document.paths).flatMap(([path, item]) => Object.entries(item).flatMap(([method, {responses}]) => {
    const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    const schemas = good.flatMap(([, {content = {}}]) => Object.values(content)).map(({schema}) => schema).filter(Boolean);
    const names = schemas.flatMap((schema) => members(document, schema));
    return names.includes('access_token') || names.includes('refresh_token') ? [`${method.toUpperCase()} ${path}`] : [];
  }));
}

/** What whoever has the password, the mailbox and a trusted device's session can try; each body may need what was just mailed. */
const ways = {
  'POST /api/auth/login': [
    async () => ({email: user.email, password}),
    async () => ({email: user.email, password, device_token: `dev_${'x'.repeat(43)}`}),
    async () => {
      success(await server.post('/api/auth/login-code', {email: user.email}));
      return {email: user.email, password, code: codeIn(await mail.next(/login code$/))};
    }],
  'POST /api/auth/refresh': [async () => ({refresh_token: earlier.refresh_token})],
  'POST /api/auth/reauthenticate': [async () => ({password}), async () => ({credential: {id: 'AAAA', rawId: 'AAAA', type: 'public-key'}})],
  'POST /api/me/password': [async () => ({current_password: password, new_password: 'another long passphrase'})],
  'POST /api/auth/second-factor': [
    async () => ({mfa_token: await ticket(), factor_id: factor.id, code: '12345'}),
    async () => ({mfa_token: await ticket(), recovery_code: '7ZB2-K9QF-0M4X-WT6H-AE3P-R8CD'}),
    async () => ({mfa_token: await ticket(), credential: {id: 'AAAA', rawId: 'AAAA', type: 'public-key'}})],
  'POST /api/auth/passkey': [async () => ({credential: {id: 'AAAA', rawId: 'AAAA', type: 'public-key'}})],
  'POST /api/auth/email-login/confirm': [
    async () => {
      success(await server.post('/api/auth/email-login', {email: user.email}));
      const link = new URL(linkIn(await mail.next(/: log in$/), '/account/email-login'));
      return {token: new URLSearchParams(link.hash.slice(1)).get('token')};
    },
    async () => {
      const {login_token} = success(await server.post('/api/auth/email-login', {email: user.email}));
      return {login_token, code: codeIn(await mail.next(/: log in$/))};
    }],
};
const byToken = ['POST /api/auth/reauthenticate', 'POST /api/me/password'];

test('with a second factor no operation answers with a token to whoever has not proved it', async () => {
  const found = operationsWithTokens(success(await server.get('/openapi.json')));
  assert.deepEqual(found.sort(), Object.keys(ways).sort(), 'a way in that this test does not know');
  for (const operation of found) {
    const [method, path] = operation.split(' ');
    for (const body of ways[operation]) {
      const answer = await server.request(method, path, {body: await body(), token: byToken.includes(operation) ? weak.access_token : undefined});
      assert.ok(answer.status >= 400 && answer.status < 500, `${operation}: ${answer.status} ${answer.text}`);
      assert.doesNotMatch(answer.text, /"(access|refresh)_token"|ey[\w-]+\.[\w-]+\./, operation);
      assert.notEqual(answer.body.code, 'validation_failed', `${operation} was refused for another reason: ${answer.text}`);
    }
  }
});
