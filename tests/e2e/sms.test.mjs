// Text messages from the outside: the command that tries the way, the folder and its page, and a gateway.
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {createServer} from 'node:http';
import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {test} from 'node:test';
import {problem, success} from './expect.mjs';
import {everyProcessKnows, inProduction, makeLoggedIn, password, startServer, until} from './support.mjs';

const number = '+491701234567';
const key = Buffer.from('a key of thirty-two octets, here');
const secret = `whsec_${key.toString('base64')}`;

/** A gateway that answers as it is told and keeps what it got. */
async function startGateway() {
  const got = [];
  const gateway = {got, status: 202};
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    got.push({headers: request.headers, url: request.url, body});
    response.writeHead(gateway.status, {Location: '/elsewhere'}).end();
  });
  await new Promise((go) => server.listen(0, '127.0.0.1', go));
  gateway.url = `http://127.0.0.1:${server.address().port}/messages?token=in-the-url`;
  gateway.stop = () => new Promise((go) => server.close(go));
  return gateway;
}

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
  const codes = () => gateway.got.map(({body}) => / #(\d{6})$/.exec(JSON.parse(body).text)[1]);
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
    // A minute has not passed since the last message to this number, and this login has no code yet.
    const early = await server.post('/api/auth/second-factor/send', {mfa_token, factor_id: made.id});
    problem(early, 429, 'rate_limited');
    assert.equal(gateway.got.length, 2);
    problem(await server.post('/api/auth/second-factor', {mfa_token, factor_id: made.id, code: codes()[1]}), 400, 'invalid_code');
    const passed = success(await server.post('/api/auth/second-factor', {mfa_token, recovery_code: confirmed.recovery_codes[0]}));
    assert.equal(passed.recovery_codes_left, 9);
    for (const hidden of ['1701234567', codes()[1]]) assert.ok(!server.log().includes(hidden), hidden);
  } finally {
    await server.stop();
    await gateway.stop();
  }
});

test('settings that cannot work stop the start, without a word of their values', {skip: inProduction}, async () => {
  for (const [env, said] of [
    [{SMS_PREFIXES: '49'}, /SMS_PREFIXES/],
    [{SECOND_FACTORS: 'sms'}, /SECOND_FACTORS: nothing sends codes for sms/],
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
