// The notice of a login from a new device, and notices that an operator leaves out.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {problem, success} from './expect.mjs';
import {makeAdmin, makeUser, newAddress, password, startServer, until} from './support.mjs';

const firefox = (version) => `Mozilla/5.0 (X11; Linux x86_64; rv:${version}) Gecko/20100101 Firefox/${version}`;
const safari = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15';

let server;
before(async () => (server = await startServer()));
after(() => server?.stop());

const logIn = (at, email, userAgent) =>
  at.post('/api/auth/login', {email, password}, {headers: {'User-Agent': userAgent}});
const subjects = async (at, email) => (await at.mails(email)).map((mail) => mail.headers.get('subject') ?? '');
const notices = async (at, email) => (await subjects(at, email)).filter((subject) => /a login from a new device/.test(subject)).length;
/** A code that is mailed now comes after whatever was mailed before, so what is not there then was not sent. */
async function mailsBeforeAnother(at, {email}) {
  const other = newAddress();
  success(await at.post('/api/auth/signup', {email: other, password}), 201);
  await at.code(other);
  return notices(at, email);
}

test('the first login is silent, one from another client is told of once, and its next versions are known', async () => {
  const user = await makeUser(server);
  success(await logIn(server, user.email, firefox('130.0')));
  assert.equal(await mailsBeforeAnother(server, user), 0);
  const tokens = success(await logIn(server, user.email, safari));
  const mail = await until('the notice', async () =>
    (await server.mails(user.email)).find((one) => /a login from a new device/.test(one.headers.get('subject') ?? '')));
  assert.match(mail.text, /^When: .* UTC$/m);
  assert.match(mail.text, /^Device: Safari, macOS$/m);
  assert.match(mail.text, /^IP address: [\d.:a-f]+$/m);
  assert.match(mail.text, /someone else knows your password/);
  assert.ok(!mail.raw.includes('AppleWebKit'), 'nothing that a client wrote');
  success(await logIn(server, user.email, safari));
  success(await logIn(server, user.email, firefox('131.0')));
  success(await server.post('/api/auth/refresh', {refresh_token: tokens.refresh_token}, {headers: {'User-Agent': 'another'}}));
  problem(await server.post('/api/auth/login', {email: user.email, password: 'a wrong one'}, {headers: {'User-Agent': 'another'}}), 401,
    'invalid_credentials');
  assert.equal(await mailsBeforeAnother(server, user), 1);
});

test('after a password was reset by mail, every device is new again', async (t) => {
  const at = await startServer({env: {PUBLIC_URL: 'https://accounts.example.org', PASSWORD_RESET: 'link'}});
  t.after(() => at.stop());
  const user = await makeUser(at);
  success(await logIn(at, user.email, safari));
  success(await at.post('/api/auth/password-reset', {email: user.email}));
  const token = await until('the link', async () => {
    const mail = (await at.mails(user.email)).find((one) => /choose a new password/.test(one.headers.get('subject') ?? ''));
    return /#token=(rst_[\w-]{43})/.exec(mail?.text ?? '')?.[1];
  });
  const next = 'quince jelly & 12 ladles';
  assert.equal((await at.post('/api/auth/password-reset/confirm', {token, password: next})).status, 204);
  for (let login = 0; login < 2; ++login) {
    success(await at.post('/api/auth/login', {email: user.email, password: next}, {headers: {'User-Agent': safari}}));
  }
  assert.equal(await mailsBeforeAnother(at, user), 1);
});

test('the former mailbox is told when an administrator moves an account', async () => {
  const admin = await makeAdmin(server);
  const user = await makeUser(server);
  const {access_token: token} = success(await logIn(server, user.email, safari));
  const {id} = success(await server.get('/api/me', {token}));
  const next = newAddress('moved');
  success(await server.patch(`/api/users/${id}`, {email: next}, admin));
  const mail = await until('the notice', async () =>
    (await server.mails(user.email)).find((one) => /your address was changed/.test(one.headers.get('subject') ?? '')));
  assert.match(mail.text, /was changed by an administrator/);
  // Neither the next address nor a way back: the mailbox may be somebody else's by now.
  assert.ok(!mail.text.includes(next) && !mail.text.includes('://'));
});

test('a move in steps, verification taken away first, is told to the former mailbox', async () => {
  const admin = await makeAdmin(server);
  const user = await makeUser(server);
  const [{id}] = success(await server.get(`/api/users?search=${encodeURIComponent(user.email)}`, admin)).results;
  const next = newAddress('moved');
  for (const patch of [{is_verified: false}, {email: next}, {is_verified: true}]) success(await server.patch(`/api/users/${id}`, patch, admin));
  const mail = await until('the notice', async () =>
    (await server.mails(user.email)).find((one) => /your address was changed/.test(one.headers.get('subject') ?? '')));
  assert.match(mail.text, /was changed by an administrator/);
  assert.ok(!mail.text.includes(next));
});

test('a notice that NOTICES leaves out is not sent; what is no notice cannot be left out', async (t) => {
  const quiet = await startServer({env: {NOTICES: '-new_device_login'}});
  t.after(() => quiet.stop());
  const user = await makeUser(quiet);
  success(await logIn(quiet, user.email, safari));
  success(await logIn(quiet, user.email, firefox('130.0')));
  assert.equal(await mailsBeforeAnother(quiet, user), 0);
  for (const wrong of ['-verification_code', '-password_reset', '-email_change_code', '-email_login', '-coffee', 'new_device_login', 'none']) {
    const {code, stderr} = await quiet.command(['config'], {env: {NOTICES: wrong}});
    assert.equal(code, 1, wrong);
    assert.match(stderr, /^coffeeauth: NOTICES \(environment\): must be all, or /, wrong);
  }
  const listed = (await quiet.command(['config'], {env: {NOTICES: '-nothing_of_this_name'}})).stderr;
  for (const kind of ['email_change_asked', 'email_changed', 'email_restored', 'new_device_login', 'password_changed', 'password_reset_done']) {
    assert.ok(listed.includes(`-${kind}`), kind);
  }
});
