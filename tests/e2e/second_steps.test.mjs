// What ends with second steps, and what takes the place of none: locks, tickets, trusted devices.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {isTokenPair, problem, success} from './expect.mjs';
import {codeIn, openMailbox} from './mailbox.mjs';
import {SoftwarePasskey} from './software_passkey.mjs';
import {everyProcessKnows, makeLoggedIn, newAddress, password, startServer} from './support.mjs';
import {addApp, codeAt, refreshTokens, stepNow} from './two_steps.mjs';

const origin = 'https://accounts.example.org';
const nextPassword = 'quince jelly & 12 ladles';
let at;
before(async () => (at = await startServer({env: {PUBLIC_URL: origin, EMAIL_LOGIN: 'on', FACTOR_FAILURES: '3', FACTOR_FAILURES_STOP: '3'}})));
after(() => at?.stop());

const prove = (body) => at.post('/api/auth/second-factor', body);
async function ticketOf(user, word = password) {
  const answer = await at.post('/api/auth/login', {email: user.email, password: word});
  assert.equal(answer.body.code, 'second_factor_required', answer.text);
  return answer.body.mfa_token;
}
const byApp = async (user, {id}, code) => prove({mfa_token: await ticketOf(user), factor_id: id, code});
async function lock(user, app) {
  const wrong = codeAt(app.made.secret, stepNow() + 100);
  for (let i = 0; i < 3; ++i) problem(await byApp(user, app, wrong), 400, 'invalid_code');
  problem(await byApp(user, app, wrong), 403, 'second_factor_locked');
}

test('a passkey gets in while the codes are locked, and opens them again, as a second step and as a login', async () => {
  const user = await makeLoggedIn(at), passkey = new SoftwarePasskey(origin);
  await passkey.add(at, user);
  const app = await addApp(at, user);
  await lock(user, app);
  const ticket = await ticketOf(user);
  const {options} = success(await at.post('/api/auth/second-factor/passkey-options', {mfa_token: ticket}));
  isTokenPair(success(await prove({mfa_token: ticket, credential: passkey.answer(options)})));
  isTokenPair(success(await byApp(user, app, await app.next())));
  await lock(user, app);
  isTokenPair(success(await passkey.logIn(at)));
  isTokenPair(success(await byApp(user, app, await app.next())));
});

test('a token of one kind is none of another', async () => {
  const user = await makeLoggedIn(at), {codes} = await addApp(at, user);
  const ticket = await ticketOf(user);
  problem(await at.post('/api/auth/refresh', {refresh_token: ticket}), 401, 'token_invalid');
  problem(await at.post('/api/auth/email-login/confirm', {login_token: ticket, code: '123456'}), 401, 'token_invalid');
  problem(await at.post('/api/auth/email-login/confirm', {token: ticket}), 400, 'invalid_link');
  problem(await at.post('/api/auth/password-reset/confirm', {token: ticket, password: nextPassword}), 400, 'invalid_link');
  for (const other of [user.token, user.refresh_token]) problem(await prove({mfa_token: other, recovery_code: codes[0]}), 401, 'token_invalid');
  // A ticket of a login opens a session of its own, and renews none.
  const {access_token: token} = success(await prove({mfa_token: ticket, recovery_code: codes[0]}));
  const sessions = success(await at.get('/api/me/sessions', {token}));
  assert.equal(sessions.length, 2);
});

test('a trusted device is none after what could be a thief\'s or a former owner\'s', async () => {
  const user = await makeLoggedIn(at), passkey = new SoftwarePasskey(origin), {codes} = await addApp(at, user);
  const spare = [...codes];
  const trusted = async () => success(await prove({mfa_token: await ticketOf(user), recovery_code: spare.pop(), trust_device: true})).device_token;
  const statusWith = async (device, word = password) => (await at.post('/api/auth/login', {email: user.email, password: word, device_token: device})).status;
  /** Something that the owner does, after which the device is asked again. */
  const ends = async (act) => {
    const device = await trusted();
    assert.equal(await statusWith(device), 200);
    const word = await act();
    await everyProcessKnows();
    assert.equal(await statusWith(device, word), 403, act.toString());
  };
  let added, second;
  await ends(async () => void (added = await passkey.add(at, user)));
  await ends(async () => void success(await at.delete(`/api/me/passkeys/${added.id}`, {token: user.token}), 204));
  await ends(async () => {
    second = success(await at.post('/api/me/factors', {type: 'totp'}, {token: user.token}), 201);
    success(await at.post(`/api/me/factors/${second.id}/confirm`, {code: codeAt(second.secret, stepNow())}, {token: user.token}));
  });
  await ends(async () => void success(await at.delete(`/api/me/factors/${second.id}`, {token: user.token}), 204));
  await ends(async () => {
    const address = newAddress('moved');
    success(await at.post('/api/me/email', {new_email: address}, {token: user.token}));
    success(await at.post('/api/me/email/confirm', {code: codeIn(await openMailbox(at, address).next(/confirm your new address/))}, {token: user.token}));
    user.email = address;
    await refreshTokens(at, user);
  });
  await ends(async () => {
    success(await at.post('/api/auth/password-reset', {email: user.email}));
    const [, token] = /#token=(rst_[\w-]{43})/.exec((await openMailbox(at, user.email).next(/choose a new password/)).text);
    const asked = await at.post('/api/auth/password-reset/confirm', {token, password: nextPassword});
    const proved = success(await prove({mfa_token: asked.body.mfa_token, recovery_code: spare.pop()}));
    success(await at.post('/api/auth/password-reset/confirm', {token: proved.token, password: nextPassword}), 204);
    return nextPassword;
  });
});
