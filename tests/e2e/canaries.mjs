// Secrets that must stand nowhere, as they would look where they did.
import otplib from 'otplib';
import {success} from './expect.mjs';
import {codesOf} from './gateway.mjs';
import {codeIn, openMailbox} from './mailbox.mjs';
import {SoftwarePasskey} from './software_passkey.mjs';
import {everyProcessKnows, makeLoggedIn, newAddress, password, until} from './support.mjs';
import {addApp, codeAt, refreshTokens, stepNow} from './two_steps.mjs';

/** As it is; and its octets in hexadecimal, as PostgreSQL writes them, and in both kinds of base 64. */
function forms(secret, octets) {
  const encoded = [Buffer.from(secret), ...octets ? [octets] : []].flatMap((one) =>
    [one.toString('hex'), one.toString('base64').replace(/=+$/, ''), one.toString('base64url')]);
  return [...new Set([secret, ...encoded])];
}
/** `mfa_...`: whole, and without what says its kind. */
const ofTicket = (token) => [...forms(token), ...forms(token.slice(4), Buffer.from(token.slice(4), 'base64url'))];
const ofApp = (secret) => [...forms(secret, Buffer.from(otplib.authenticator.decode(secret), 'hex')), secret.toLowerCase()];
const ofRecoveryCode = (shown) => [shown, shown.replaceAll('-', '')].flatMap((one) => [...forms(one), one.toLowerCase()]);
const ofPhone = (number) => [number.slice(1), number.slice(3)].flatMap((one) => forms(one));
/** Few digits stand in longer numbers, too. */
const ofCode = (digits) => [...forms(digits).slice(1), new RegExp(`(?<![0-9a-f.-])${digits}(?![0-9a-f-])`)];

/** What of the canaries is in a text. */
export const found = (canaries, text) => Object.entries(canaries).filter(([, forms]) =>
  forms.some((form) => (typeof form === 'string' ? text.includes(form) : form.test(text)))).map(([what]) => what);

/**
 * Does what there is to do with factors, passkeys and mailed logins, and leaves half of it unfinished: gives what was secret
 * in it, spent and good, and what a search that works finds in the database.
 */
export async function leaveSecrets(service, gateway, origin) {
  const canaries = {};
  const user = await makeLoggedIn(service), other = await makeLoggedIn(service);
  const mail = openMailbox(service, user.email);
  const numbers = ['+491701234567', '+491709876543'];
  numbers.forEach((number, i) => (canaries[`number ${i}`] = ofPhone(number)));
  const token = (what, value) => {
    canaries[what] = ofTicket(value);
    return value;
  };
  const code = (what, value) => {
    canaries[what] = ofCode(value);
    return value;
  };
  const inMail = ({text}, kind) => new RegExp(`#token=(${kind}_[\\w-]{43})(?![\\w-])`).exec(text)[1];

  const passkey = new SoftwarePasskey(origin);
  await passkey.add(service, user);
  const app = await addApp(service, user);
  canaries['secret of an app'] = ofApp(app.made.secret);
  app.codes.forEach((one, i) => (canaries[`recovery code ${i}`] = ofRecoveryCode(one)));
  const waiting = success(await service.post('/api/me/factors', {type: 'totp'}, user), 201);
  canaries['secret of an app that waits'] = ofApp(waiting.secret);

  const sms = success(await service.post('/api/me/factors', {type: 'sms', phone: numbers[0]}, user), 201);
  await until('a message', () => gateway.got.length === 1);
  success(await service.post(`/api/me/factors/${sms.id}/confirm`, {code: code('code to a phone', codesOf(gateway)[0])}, user));
  await refreshTokens(service, user);
  // This one waits for its gateway, so that the message stays in the outbox and its code is good.
  gateway.status = 503;
  success(await service.post('/api/me/factors', {type: 'sms', phone: numbers[1]}, other), 201);
  await until('a message that is refused', () => gateway.got.length === 2);
  code('code to a phone that waits', codesOf(gateway)[1]);
  await everyProcessKnows();

  const asked = async (what) => {
    const {body} = await service.post('/api/auth/login', {email: user.email, password});
    return token(what, body.mfa_token);
  };
  const prove = (body) => service.post('/api/auth/second-factor', body);
  const guessed = await asked('ticket that was guessed at');
  const nearly = app.codes[1].replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  const guesses = [{factor_id: app.id, code: codeAt(app.made.secret, stepNow() + 100)}, {recovery_code: nearly}, {factor_id: sms.id, code: '12'}];
  for (const guess of guesses) await prove({mfa_token: guessed, ...guess});
  await service.get('/api/me', {token: guessed});
  const passed = success(await prove({mfa_token: await asked('ticket that is spent'), recovery_code: app.codes[0], trust_device: true}));
  token('device', passed.device_token);
  const trusted = success(await service.post('/api/auth/login', {email: user.email, password, device_token: passed.device_token}));
  const byPasskey = success(await passkey.logIn(service));
  for (const [what, pair] of Object.entries({passed, trusted, byPasskey})) {
    canaries[`access token: ${what}`] = [pair.access_token];
    canaries[`refresh token: ${what}`] = [pair.refresh_token];
  }

  const received = success(await service.post('/api/auth/email-login', {email: user.email}));
  token('token of who asked for a login by mail', received.login_token);
  const login = await mail.next(/: log in$/);
  token('link of a login by mail', inMail(login, 'lgn'));
  code('code of a login by mail', codeIn(login));
  const half = await service.post('/api/auth/email-login/confirm', {token: inMail(login, 'lgn')});
  token('ticket after a login by mail', half.body.mfa_token);
  const further = success(await service.post('/api/auth/email-login', {email: other.email}));
  const unused = await openMailbox(service, other.email).next(/: log in$/);
  token('token of who waits for a login by mail', further.login_token);
  token('link of a login by mail that waits', inMail(unused, 'lgn'));
  code('code of a login by mail that waits', codeIn(unused));

  success(await service.post('/api/auth/password-reset', {email: user.email}));
  const reset = await mail.next(/choose a new password/);
  code('code of a reset', /^\s*(\d{8})\s*$/m.exec(reset.text)[1]);
  const first = token('link of a reset', inMail(reset, 'rst'));
  const protectedReset = await service.post('/api/auth/password-reset/confirm', {token: first, password: 'quince jelly & 12 ladles'});
  canaries['password that waits for a factor'] = forms('quince jelly & 12 ladles');
  const proven = success(await prove({mfa_token: token('ticket of a reset', protectedReset.body.mfa_token), recovery_code: app.codes[2]}));
  token('link of a reset whose factor is proved', proven.token);

  const address = newAddress('moved');
  success(await service.post('/api/me/email', {new_email: address}, other));
  const change = await openMailbox(service, address).next(/confirm your new address/);
  token('link of a new address', inMail(change, 'eml'));
  code('code of a new address', codeIn(change));
  success(await service.post('/api/me/factors', {type: 'email'}, other), 201);
  code('code to a mailbox', codeIn(await openMailbox(service, other.email).next(/your security code$/)));

  await asked('ticket');
  return {canaries, control: {
    // No secret: browsers send it.
    'id of a passkey': forms(passkey.id.toString('base64url'), passkey.id),
    'end of a number': [`${numbers[0].slice(0, 3)}\u2026${numbers[0].slice(-2)}`],
  }};
}
