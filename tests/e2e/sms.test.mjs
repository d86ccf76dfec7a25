// Text messages from the outside: the command that tries the way, the folder and its page, and a gateway.
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {test} from 'node:test';
import {members, operationsOf} from './document.mjs';
import {problem, success} from './expect.mjs';
import {codesOf, key, secret, startGateway} from './gateway.mjs';
import {codeIn, openMailbox} from './mailbox.mjs';
import {everyProcessKnows, inProduction, makeLoggedIn, newAddress, password, startServer, until} from './support.mjs';
import {refreshTokens} from './two_steps.mjs';

const number = '+491701234567';

test('without a gateway, messages go to a folder for the owner alone, and to a page behind the link', {skip: inProduction}, async () => {
  const server = await startServer({env: {SMS_PREFIXES: '+49', SMS_URL: ''}});
  try {
    const sent = await server.command(['sms-test', '--to', '+49 170 1234567']);
    assert.equal(sent.code, 0, sent.stderr);
    assert.ok(!sent.stdout.includes('1701234567'));
    const folder = join(server.dataDir, 'sms');
    const files = await readdir(folder);
    assert.equal(files.length, 1);
    assert.match(files[0], /^[0-9a-f-]{36}\.sms$/);
    assert.equal((await stat(join(folder, files[0]))).mode & 0o777, 0o600);
    assert.ok((await readFile(join(folder, files[0]), 'utf8')).startsWith(`${number}\n`));

    const link = /\/dev\/sms\?token=\w+/.exec(server.said().stdout)?.[0];
    assert.ok(link);
    const page = await server.get(link);
    assert.equal(page.status, 200);
    assert.ok(page.text.includes(number));
    for (const path of ['/dev/sms', '/dev/sms?token=', '/dev/sms?token=1']) assert.equal((await server.get(path)).status, 404);
  } finally {
    await server.stop();
  }
});

test('a gateway gets a request that is signed as Standard Webhooks signs', async () => {
  const gateway = await startGateway();
  const server = await startServer({env: {SMS_PREFIXES: '+49,+43', SMS_URL: gateway.url, SMS_SECRET: secret, SMS_FROM: 'Shop'}});
  try {
    const sent = await server.command(['sms-test', '--to', number]);
    assert.equal(sent.code, 0, sent.stderr);
    assert.equal(gateway.got.length, 1);
    const [{headers, url, body}] = gateway.got;
    assert.equal(url, '/messages?token=in-the-url');
    assert.equal(headers['content-type'], 'application/json');
    const message = JSON.parse(body);
    assert.deepEqual(Object.keys(message).sort(), ['expires_at', 'from', 'id', 'kind', 'text', 'to']);
    assert.equal(message.to, number);
    assert.equal(message.from, 'Shop');
    assert.equal(message.id, headers['webhook-id']);
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    assert.ok(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000) < 300);

    for (const status of [302, 401, 503]) {
      gateway.status = status;
      const failed = await server.command(['sms-test', '--to', number]);
      assert.notEqual(failed.code, 0);
      assert.match(failed.stderr, new RegExp(`HTTP ${status}`));
    }
    assert.equal(gateway.got.length, 4, 'a redirect is not followed');
    const outside = await server.command(['sms-test', '--to', '+1 900 1234567']);
    assert.notEqual(outside.code, 0);
    assert.match(outside.stderr, /SMS_PREFIXES/);
    assert.equal(gateway.got.length, 4);
    for (const hidden of ['in-the-url', secret, '1701234567']) {
      assert.ok(!server.log().includes(hidden), hidden);
      assert.ok(!(await server.command(['config'])).stdout.includes(hidden), hidden);
    }
    assert.equal((await server.get('/dev/sms')).status, 404);
  } finally {
    await server.stop();
    await gateway.stop();
  }
});

test('a phone is a second factor: it is added, asked for, and sent one code at a time', {skip: inProduction}, async () => {
  const gateway = await startGateway();
  const server = await startServer({env: {SMS_PREFIXES: '+49', SMS_URL: gateway.url, SMS_SECRET: secret, SECOND_FACTORS: 'totp,sms'}});
  const codes = () => codesOf(gateway);
  const sent = (count) => until(`${count} messages`, () => gateway.got.length >= count);
  try {
    const user = await makeLoggedIn(server);
    const refused = await server.post('/api/me/factors', {type: 'sms', phone: '+1 900 1234567'}, user);
    problem(refused, 400, 'validation_failed');
    assert.equal(refused.body.errors.phone[0].code, 'not_allowed');
    // The first try of a message fails, and the second is the same one.
    gateway.status = 503;
    const made = success(await server.post('/api/me/factors', {type: 'sms', phone: '+49 170 1234567', label: 'Mine'}, user), 201);
    assert.deepEqual(Object.keys(made).sort(), ['code_expires_at', 'expires_at', 'hint', 'id', 'type']);
    assert.ok(!made.hint.includes('0123456'));
    await sent(1);
    gateway.status = 202;
    await sent(2);
    assert.equal(gateway.got[0].headers['webhook-id'], gateway.got[1].headers['webhook-id']);
    // Asked for again at once, the code that is under way stays good.
    assert.equal(success(await server.post(`/api/me/factors/${made.id}/send`, undefined, user)).expires_at, made.code_expires_at);
    const confirmed = success(await server.post(`/api/me/factors/${made.id}/confirm`, {code: codes()[1]}, user));
    assert.equal(confirmed.factor.type, 'sms');
    assert.equal(confirmed.recovery_codes.length, 10);
    await everyProcessKnows();

    const challenge = await server.post('/api/auth/login', {email: user.email, password});
    assert.equal(challenge.status, 403, challenge.text);
    const {mfa_token, factors} = challenge.body;
    assert.deepEqual(factors, [{type: 'sms', id: made.id, label: 'Mine', hint: made.hint}, {type: 'recovery_code'}]);
    // What enrolled the number takes nothing from its logins, of which each minute has one code.
    success(await server.post('/api/auth/second-factor/send', {mfa_token, factor_id: made.id}));
    await until('the code of the login', () => gateway.got.length === 3);
    const another = await server.post('/api/auth/login', {email: user.email, password});
    const early = await server.post('/api/auth/second-factor/send', {mfa_token: another.body.mfa_token, factor_id: made.id});
    problem(early, 429, 'rate_limited');
    assert.ok(Number(early.headers.get('retry-after')) > 1, 'says when');
    assert.equal(gateway.got.length, 3);
    problem(await server.post('/api/auth/second-factor', {mfa_token, factor_id: made.id, code: codes()[1]}), 400, 'invalid_code');
    const passed = success(await server.post('/api/auth/second-factor', {mfa_token, recovery_code: confirmed.recovery_codes[0]}));
    assert.equal(passed.recovery_codes_left, 9);
    for (const hidden of ['1701234567', codes()[1]]) assert.ok(!server.log().includes(hidden), hidden);
  } finally {
    await server.stop();
    await gateway.stop();
  }
});

/** What a stranger says who knows everything of an account but its password, its mailbox and its phone. */
const saidBy = (email, factor, ticket) => ({
  email, new_email: newAddress('stranger'), phone: '+49 170 7654321', type: 'sms', factor_id: factor, mfa_token: ticket,
  password: 'wrong plum tart & 8 forks', current_password: 'wrong plum tart & 8 forks', new_password: 'quince jelly & 12 ladles',
  code: '123456', recovery_code: '7ZB2-K9QF-0M4X-WT6H-AE3P-R8CD', credential: {id: 'AAAA', rawId: 'AAAA', type: 'public-key'},
  token: `rst_${'x'.repeat(43)}`, login_token: `lgt_${'x'.repeat(43)}`, device_token: `dev_${'x'.repeat(43)}`,
  refresh_token: 'x'.repeat(43), refresh: 'x'.repeat(43), trust_device: true, required: true, label: 'Phone', name: 'Phone',
  first_name: 'Ada', last_name: 'Lovelace', language: 'en', role: 'user', is_active: true, is_verified: true, version: 1,
  id: factor, email_ascii: null, second_factor: false, date_joined: '2026-01-01T00:00:00Z', last_login: null,
});

/** Bodies of an operation: all that it takes, nothing, each part left out, and each two parts, where a token is not asked for first. */
function bodiesOf(document, {method, path, requestBody, security}, said) {
  if (!requestBody) return [undefined];
  const names = Object.keys(members(document, requestBody.content['application/json'].schema));
  assert.deepEqual(names.filter((name) => !(name in said)), [], `${method} ${path} has members that this test does not know`);
  const only = (some) => JSON.stringify(Object.fromEntries(some.map((name) => [name, said[name]])));
  if (security?.length) return [only(names), only([])];
  const pairs = names.flatMap((one) => names.map((two) => only([one, two])));
  return [only(names), only([]), ...names.map((left) => only(names.filter((name) => name !== left))), ...pairs];
}

test('no operation has a code sent for whoever has not proved a first factor', async () => {
  const gateway = await startGateway();
  const server = await startServer({env: {PUBLIC_URL: 'https://accounts.example.org', PASSWORD_RESET: 'both', EMAIL_LOGIN: 'on',
    EMAIL_LOGIN_MAIL_PAUSE: '0s', SECOND_FACTORS: 'totp,sms,email', SMS_PREFIXES: '+49', SMS_URL: gateway.url, SMS_SECRET: secret}});
  const isQuiet = () => until('every job to be done', async () =>
    /^0 waiting/m.test((await server.command(['outbox', 'list'])).stdout), {every: 500});
  const isSecondStep = (mail) => /your security code$/.test(mail.headers.get('subject') ?? '');
  try {
    const user = await makeLoggedIn(server), other = await makeLoggedIn(server);
    const box = openMailbox(server, user.email);
    const mailbox = success(await server.post('/api/me/factors', {type: 'email'}, user), 201);
    const {recovery_codes} = success(await server.post(`/api/me/factors/${mailbox.id}/confirm`,
      {code: codeIn(await box.next(/your security code$/))}, user));
    await refreshTokens(server, user);
    const phone = success(await server.post('/api/me/factors', {type: 'sms', phone: number}, user), 201);
    await until('a message', () => gateway.got.length === 1);
    success(await server.post(`/api/me/factors/${phone.id}/confirm`, {code: codesOf(gateway)[0]}, user));
    await refreshTokens(server, user);
    const waiting = success(await server.post('/api/me/factors', {type: 'sms', phone: '+49 170 1111111'}, other), 201);
    await until('another message', () => gateway.got.length === 2);
    await everyProcessKnows();
    await isQuiet();
    const mailed = (await server.mails()).filter(isSecondStep).length;

    const spent = (await server.post('/api/auth/login', {email: user.email, password})).body.mfa_token;
    success(await server.post('/api/auth/second-factor', {mfa_token: spent, recovery_code: recovery_codes[0]}));

    const document = success(await server.get('/openapi.json'));
    const asked = new Set();
    for (const operation of operationsOf(document)) {
      const {method, path} = operation;
      for (const factor of [phone.id, mailbox.id, waiting.id]) {
        for (const ticket of [spent, `mfa_${'x'.repeat(43)}`]) {
          for (const body of bodiesOf(document, operation, saidBy(user.email, factor, ticket))) {
            const target = path.replace('{id}', factor);
            for (const token of [undefined, ticket]) {
              const request = [method, target, body, token].join(' ');
              if (asked.has(request)) continue;
              asked.add(request);
              const answer = await server.request(method, target, {token, body});
              assert.ok(answer.status < 500, `${request}: ${answer.text}`);
            }
          }
        }
      }
    }
    assert.ok(asked.size > 500, `only ${asked.size} requests`);
    await isQuiet();
    assert.equal(gateway.got.length, 2, JSON.stringify(gateway.got.slice(2)));
    assert.equal((await server.mails()).filter(isSecondStep).length, mailed);

    // Whoever has the password has one sent.
    const {mfa_token} = (await server.post('/api/auth/login', {email: user.email, password})).body;
    success(await server.post('/api/auth/second-factor/send', {mfa_token, factor_id: mailbox.id}));
    await box.next(/your security code$/);
  } finally {
    await server.stop();
    await gateway.stop();
  }
});

test('settings that cannot work stop the start, without a word of their values', {skip: inProduction}, async () => {
  for (const [env, said] of [
    [{SMS_PREFIXES: '49'}, /SMS_PREFIXES/],
    [{SECOND_FACTORS: 'sms'}, /SECOND_FACTORS: nothing sends codes for sms; set SMS_PREFIXES/],
    [{SMS_PREFIXES: '+49', SMS_URL: 'http://gateway.example/hidden', SMS_SECRET: secret}, /SMS_URL/],
    [{SMS_PREFIXES: '+49', SMS_URL: 'https://gateway.example/hidden'}, /SMS_SECRET/],
    [{SMS_PREFIXES: '+49', SMS_URL: 'https://gateway.example/hidden', SMS_SECRET: 'too short'}, /SMS_SECRET/],
  ]) {
    await assert.rejects(startServer({env}).then((server) => server.stop()), (error) => {
      assert.match(error.message, said);
      assert.ok(!error.message.includes('hidden'));
      return true;
    });
  }
});
