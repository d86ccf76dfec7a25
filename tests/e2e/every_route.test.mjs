// Every operation of the whole program that can answer with a token: with a second factor, none does without it. The list
// is made from the document, so that a way in that is added later is missed here. And every operation that needs a recent
// authentication, with sessions that have none.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {members, operationsOf} from './document.mjs';
import {isTokenPair, success} from './expect.mjs';
import {codeIn, linkIn, openMailbox} from './mailbox.mjs';
import {SoftwarePasskey, userPresent} from './software_passkey.mjs';
import {everyProcessKnows, logIn, makeAdmin, password, startServer, until} from './support.mjs';
import {addApp} from './two_steps.mjs';

const publicUrl = 'https://accounts.example.org';

let server, user, weak, strong, earlier, factor, mail;
const passkey = new SoftwarePasskey(publicUrl);
before(async () => {
  server = await startServer({env: {PUBLIC_URL: publicUrl, EMAIL_LOGIN: 'on', EMAIL_LOGIN_MAIL_PAUSE: '0s',
    TRUSTED_DEVICES_FOR_ADMINS: 'true', REAUTH_LIFETIME: '1min'}});
  // An administrator, whom every operation lets in otherwise.
  user = await makeAdmin(server);
  mail = openMailbox(server, user.email);
  earlier = await logIn(server, user);
  await passkey.add(server, user);
  factor = await addApp(server, user);
  const {device_token, ...tokens} = success(await server.post('/api/auth/second-factor',
    {mfa_token: await ticket(), recovery_code: factor.codes[0], trust_device: true}));
  strong = {...tokens, since: Date.now()};
  // A session that a trusted device opened has proved no second step of its own.
  weak = success(await server.post('/api/auth/login', {email: user.email, password, device_token}));
});
after(() => server?.stop());

const ticket = async () => (await server.post('/api/auth/login', {email: user.email, password})).body.mfa_token;

function operationsWithTokens(document) {
  return operationsOf(document).flatMap(({method, path, responses}) => {
    const good = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    const schemas = good.flatMap(([, {content = {}}]) => Object.values(content)).map(({schema}) => schema).filter(Boolean);
    const names = schemas.flatMap((schema) => Object.keys(members(document, schema)));
    return names.includes('access_token') || names.includes('refresh_token') ? [`${method} ${path}`] : [];
  });
}

const required = [403, 'second_factor_required'], wrong = [400, 'invalid_code'], rejected = [401, 'passkey_rejected'];
const credential = {id: 'AAAA', rawId: 'AAAA', type: 'public-key'};
/** Rightly signed by the passkey of the account, but by whoever holds the device: it has not verified its user. */
const unverified = async (path, token) =>
  passkey.answer(success(await server.post(path, {}, {token})).options, {flags: userPresent});
/**
 * What whoever has the password, the mailbox and a trusted device's session can try, and the answer that it gets; each body
 * may need what was just mailed.
 */
const ways = {
  'POST /api/auth/login': [
    [required, async () => ({email: user.email, password})],
    [required, async () => ({email: user.email, password, device_token: `dev_${'x'.repeat(43)}`})],
    [required, async () => {
      success(await server.post('/api/auth/login-code', {email: user.email}));
      return {email: user.email, password, code: codeIn(await mail.next(/login code$/))};
    }]],
  'POST /api/auth/refresh': [[[401, 'token_invalid'], async () => ({refresh_token: earlier.refresh_token})]],
  'POST /api/auth/reauthenticate': [[required, async () => ({password})], [rejected, async () => ({credential})],
    [rejected, async () => ({credential: await unverified('/api/auth/reauthenticate/passkey-options', weak.access_token)})]],
  'POST /api/me/password': [
    [[401, 'reauthentication_required'], async () => ({current_password: password, new_password: 'another long passphrase'})]],
  'POST /api/auth/second-factor': [
    [wrong, async () => ({mfa_token: await ticket(), factor_id: factor.id, code: '12345'})],
    [wrong, async () => ({mfa_token: await ticket(), recovery_code: '7ZB2-K9QF-0M4X-WT6H-AE3P-R8CD'})],
    [rejected, async () => ({mfa_token: await ticket(), credential})]],
  'POST /api/auth/passkey': [
    [rejected, async () => ({credential})],
    [rejected, async () => ({credential: await unverified('/api/auth/passkey/options')})]],
  'POST /api/auth/email-login/confirm': [
    [required, async () => {
      success(await server.post('/api/auth/email-login', {email: user.email}));
      const link = new URL(linkIn(await mail.next(/: log in$/), '/account/login'));
      return {token: new URLSearchParams(link.hash.slice(1)).get('token')};
    }],
    [required, async () => {
      const {login_token} = success(await server.post('/api/auth/email-login', {email: user.email}));
      return {login_token, code: codeIn(await mail.next(/: log in$/))};
    }]],
};
const byToken = ['POST /api/auth/reauthenticate', 'POST /api/me/password'];

test('with a second factor no operation answers with a token to whoever has not proved it', async () => {
  const found = operationsWithTokens(success(await server.get('/openapi.json')));
  assert.deepEqual(found.sort(), Object.keys(ways).sort(), 'a way in that this test does not know');
  for (const operation of found) {
    const [method, path] = operation.split(' ');
    for (const [[status, code], body] of ways[operation]) {
      const answer = await server.request(method, path, {body: await body(), token: byToken.includes(operation) ? weak.access_token : undefined});
      assert.deepEqual([answer.status, answer.body.code], [status, code], `${operation}: ${answer.text}`);
      assert.doesNotMatch(answer.text, /"(access|refresh)_token"|ey[\w-]+\.[\w-]+\./, operation);
    }
  }
});

test('a passkey that verified its user is both factors', async () => {
  isTokenPair(success(await passkey.logIn(server)));
});

/** Every operation that the document says needs a recent authentication, with that session. */
async function refusesAll(token, how) {
  const {paths} = success(await server.get('/openapi.json'));
  const operations = Object.entries(paths).flatMap(([path, item]) => Object.entries(item).filter(([, {responses}]) =>
    JSON.stringify(responses['401'] ?? '').includes('reauthentication_required')).map(([method]) => [method.toUpperCase(), path]));
  assert.ok(operations.length >= 11, `only ${operations.length}`);
  for (const [method, path] of operations) {
    const answer = await server.request(method, path.replace('{id}', user.id), {token, body: {}});
    assert.deepEqual([answer.status, answer.body.code], [401, 'reauthentication_required'], `${method} ${path}, ${how}: ${answer.text}`);
    assert.match(answer.headers.get('www-authenticate'), /error="insufficient_user_authentication".*max_age=60.*acr_values="aal2"/);
  }
}

test('what could take the account over is refused to a session that has proved the password alone', () => refusesAll(weak.access_token, 'password alone'));

test('what could take the account over is refused to a session that is old, however fresh its tokens are', async () => {
  await until('a minute to pass', () => Date.now() > strong.since + 61_000, {within: 120_000, every: 500});
  await refusesAll(strong.access_token, 'old');
  const fresh = success(await server.post('/api/auth/refresh', {refresh_token: strong.refresh_token}));
  await refusesAll(fresh.access_token, 'refreshed');
});
