// A forgotten password and a new address, over HTTP and by mail.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {request} from 'node:http';
import {after, before, test} from 'node:test';
import {problem, success} from './expect.mjs';
import {SoftwarePasskey} from './software_passkey.mjs';
import {everyProcessKnows, logIn, makeAdmin, makeLoggedIn, makeUser, newAddress, password, program, startServer, until} from './support.mjs';
import {addApp, refreshTokens} from './two_steps.mjs';

const publicUrl = 'https://accounts.example.org';
const next = 'quince jelly & 12 ladles';

let server, admin;
before(async () => {
  server = await startServer({env: {PUBLIC_URL: publicUrl, PASSWORD_RESET: 'both'}});
  admin = await makeAdmin(server);
});
after(() => server?.stop());

const askReset = (email, options) => server.post('/api/auth/password-reset', {email}, options);
const confirm = (body) => server.post('/api/auth/password-reset/confirm', body);
const tokenIn = (mail, kind) => new RegExp(`#token=(${kind}_[\\w-]{43})(?![\\w-])`).exec(mail.text)?.[1];

/** The mail to an address whose subject matches; waits for it. */
async function mailTo(address, subject) {
  return until(`a mail to ${address}: ${subject}`, async () =>
    (await server.mails(address)).filter((mail) => subject.test(mail.headers.get('subject') ?? '')).at(-1));
}
const resetMail = (address) => mailTo(address, /choose a new password/);

async function refused(credentials) {
  problem(await server.post('/api/auth/login', credentials), 401, 'invalid_credentials');
}

test('a mailed link sets a new password, once, and everything of before is over', async () => {
  const user = await makeLoggedIn(server);
  const receipt = success(await askReset(user.email));
  assert.deepEqual(Object.keys(receipt).sort(), ['email', 'expires_at', 'message']);
  const mail = await resetMail(user.email);
  assert.ok(mail.text.includes(`${publicUrl}/account/reset#token=`));
  const token = tokenIn(mail, 'rst');

  const weak = problem(await confirm({token, password: 'short'}), 400, 'validation_failed');
  assert.ok('password' in weak.errors);
  const same = problem(await confirm({token, password}), 400, 'validation_failed');
  assert.equal(same.errors.password[0].code, 'unchanged');
  assert.equal((await confirm({token, password: next})).status, 204);
  problem(await confirm({token, password: next}), 400, 'invalid_link');
  await everyProcessKnows();
  problem(await server.get('/api/me', user), 401, 'token_invalid');
  problem(await server.post('/api/auth/refresh', {refresh_token: user.refresh_token}), 401, 'token_invalid');
  await refused({email: user.email, password});
  await logIn(server, {email: user.email, password: next});
  await mailTo(user.email, /your password was reset/);
});

test('the eight digits of the same mail do it, too', async () => {
  const {email} = await makeUser(server);
  success(await askReset(email));
  const mail = await resetMail(email);
  const code = /^\s*(\d{8})\s*$/m.exec(mail.text)[1];
  problem(await confirm({email: newAddress(), code, password: next}), 400, 'invalid_code');
  assert.equal((await confirm({email, code: `${code.slice(0, 4)} ${code.slice(4)}`, password: next})).status, 204);
  problem(await confirm({token: tokenIn(mail, 'rst'), password: next}), 400, 'invalid_link');
  await logIn(server, {email, password: next});
});

/** The challenge that an answer is. */
function challengeIn(answer) {
  assert.equal(answer.status, 403, answer.text);
  assert.equal(answer.body.code, 'second_factor_required');
  assert.doesNotMatch(answer.text, /access_token|refresh_token|rst_/);
  return answer.body;
}
const prove = (body) => server.post('/api/auth/second-factor', body);

test('with an authenticator app neither link nor code sets a password before the app is asked', async () => {
  for (const by of ['link', 'code']) {
    const user = await makeLoggedIn(server);
    const app = await addApp(server, user);
    success(await askReset(user.email));
    const mail = await resetMail(user.email);
    const token = tokenIn(mail, 'rst');
    const proof = by === 'link' ? {token} : {email: user.email, code: /^\s*(\d{8})\s*$/m.exec(mail.text)[1]};
    const {mfa_token, factors, can_trust_device} = challengeIn(await confirm({...proof, password: next}));
    assert.deepEqual(factors.map(({type}) => type), ['totp', 'recovery_code']);
    assert.equal(can_trust_device, false);
    await refused({email: user.email, password: next});
    problem(await server.get('/api/me', {token: mfa_token}), 401, 'token_invalid');
    problem(await confirm({token: mfa_token, password: next}), 400, 'invalid_link');
    problem(await prove({mfa_token, factor_id: app.id, code: '12345'}), 400, 'invalid_code');

    const step = by === 'link' ? {factor_id: app.id, code: await app.next()} : {recovery_code: app.codes[0]};
    const proven = success(await prove({mfa_token, ...step}));
    assert.match(proven.token, /^rst_[\w-]{43}$/);
    assert.ok(!('access_token' in proven) && !('refresh_token' in proven), 'a reset logs nobody in');
    problem(await prove({mfa_token, recovery_code: app.codes[1]}), 401, 'token_invalid');
    problem(await confirm({token, password: next}), 400, 'invalid_link');
    problem(await confirm({token: proven.token, password: 'short'}), 400, 'validation_failed');
    assert.equal((await confirm({token: proven.token, password: next})).status, 204);
    problem(await confirm({token: proven.token, password: next}), 400, 'invalid_link');
    await everyProcessKnows();
    problem(await server.get('/api/me', {token: user.token}), 401, 'token_invalid');
    await refused({email: user.email, password});
    // The app is still the account's.
    assert.equal(challengeIn(await server.post('/api/auth/login', {email: user.email, password: next})).factors[0].id, app.id);
  }
});

/** Changes the address with a session of the account; gives the link that undoes it. */
async function moveAway(user) {
  const address = newAddress('thief');
  success(await server.post('/api/me/email', {new_email: address}, {token: user.token}));
  return {
    address,
    async confirm() {
      const token = tokenIn(await mailTo(address, /confirm your new address/), 'eml');
      success(await server.post('/api/auth/email-change/confirm', {token}));
      await everyProcessKnows();
      return tokenIn(await mailTo(user.email, /your address was changed/), 'und');
    },
  };
}

test('an undo takes the app, the passkey and the recovery codes of a thief, and leaves those of the owner', async () => {
  const user = await makeLoggedIn(server);
  const own = new SoftwarePasskey(publicUrl), foreign = new SoftwarePasskey(publicUrl);
  const passkey = await own.add(server, user);
  const app = await addApp(server, user);
  const change = await moveAway(user);
  await foreign.add(server, user, 'Thief');
  await addApp(server, user, {label: 'Thief'});
  const stolen = success(await server.post('/api/me/recovery-codes', undefined, {token: user.token}), 201).recovery_codes;
  const undo = await change.confirm();
  const thief = success(await foreign.logIn(server));
  await refreshTokens(server, user);
  assert.equal(success(await server.get('/api/me/second-factor', {token: user.token})).factors.length, 2);

  assert.equal(success(await server.post('/api/auth/email-change/undo', {token: undo})).email, user.email);
  await everyProcessKnows();
  problem(await foreign.logIn(server), 401, 'passkey_rejected');
  problem(await server.get('/api/me', {token: thief.access_token}), 401, 'token_invalid');
  problem(await server.post('/api/auth/refresh', {refresh_token: thief.refresh_token}), 401, 'token_invalid');

  const reset = tokenIn(await resetMail(user.email), 'rst');
  const challenge = challengeIn(await confirm({token: reset, password: next}));
  assert.deepEqual(challenge.factors.filter(({type}) => type === 'totp').map(({id, label}) => [id, label]), [[app.id, 'Phone']]);
  for (const recovery_code of [stolen[0], app.codes[0]]) {
    problem(await prove({mfa_token: challenge.mfa_token, recovery_code}), 400, 'invalid_code');
  }
  const proven = success(await prove({mfa_token: challenge.mfa_token, factor_id: app.id, code: await app.next()}));
  assert.equal((await confirm({token: proven.token, password: next})).status, 204);
  const {access_token: token} = success(await own.logIn(server));
  assert.deepEqual(success(await server.get('/api/me/passkeys', {token})).passkeys.map(({id}) => id), [passkey.id]);
  const left = success(await server.get('/api/me/second-factor', {token}));
  assert.deepEqual(left.factors.map(({id}) => id), [app.id]);
  assert.equal(left.recovery_codes_left, 0, 'those of the owner went when the thief had others made');
});

test('an undo frees an owner who had no second factor of the one that a thief has added', async () => {
  const user = await makeLoggedIn(server);
  const undo = await (await moveAway(user)).confirm();
  await refreshTokens(server, user);
  const foreign = new SoftwarePasskey(publicUrl);
  await foreign.add(server, user, 'Thief');
  await addApp(server, user, {label: 'Thief'});
  assert.equal(success(await server.post('/api/auth/email-change/undo', {token: undo})).email, user.email);
  problem(await foreign.logIn(server), 401, 'passkey_rejected');
  assert.equal((await confirm({token: tokenIn(await resetMail(user.email), 'rst'), password: next})).status, 204);
  const {access_token: token} = await logIn(server, {email: user.email, password: next});
  const left = success(await server.get('/api/me/second-factor', {token}));
  assert.deepEqual([left.factors, left.passkeys, left.recovery_codes_left], [[], false, 0]);
});

test('the answer is the same for every address, whatever headers come with it, and no mail shows them', async () => {
  const {email} = await makeUser(server);
  const headers = {'X-Forwarded-Host': 'evil.example', Origin: 'https://evil.example', Referer: 'https://evil.example/x'};
  const known = success(await askReset(email, {headers}));
  const unknown = success(await askReset(newAddress(), {headers}));
  assert.equal(known.message, unknown.message);
  const mail = await resetMail(email);
  assert.ok(!mail.raw.includes('evil.example'));
  for (const wrong of [[email], {email}, null, 7, true]) problem(await askReset(wrong), 400, 'validation_failed');
});

/** As post(), for a service that the request says is elsewhere; fetch() would not send another Host. */
function postElsewhere(path, body, {token} = {}) {
  const headers = {
    'Content-Type': 'application/json', Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Server': 'evil.example',
    Forwarded: 'host=evil.example', Origin: 'https://evil.example', Referer: 'https://evil.example/x', ...token && {Authorization: `Bearer ${token}`},
  };
  return new Promise((done, fail) => {
    const sent = request(server.base + path, {method: 'POST', headers, agent: false}, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('end', () => done({status: answer.statusCode, headers: new Headers(), text, body: text ? JSON.parse(text) : undefined}));
    });
    sent.on('error', fail);
    sent.end(body && JSON.stringify(body));
  });
}

test('no mail shows what a request says of its host: of a change, its notices, its undo, and a reset', async () => {
  const [user, other] = [await makeLoggedIn(server), await makeLoggedIn(server)];
  const address = newAddress('moved');
  const clean = async (to, subject, kind) => {
    const mail = await mailTo(to, subject);
    // A long line is broken in the middle of a word.
    for (const form of [mail.text, mail.raw.replace(/=\r?\n/g, '')]) assert.ok(!form.includes('evil'), form);
    if (kind) assert.ok(mail.text.includes(`${publicUrl}/account/`), mail.text);
    return kind && tokenIn(mail, kind);
  };
  assert.equal((await postElsewhere('/api/me/email', {new_email: user.email}, other)).status, 200);
  await clean(user.email, /someone tried to use your address/);
  await clean(other.email, /request to change your email address/);
  assert.equal((await postElsewhere('/api/me/email', {new_email: address}, user)).status, 200);
  await clean(user.email, /request to change your email address/);
  const change = await clean(address, /confirm your new address/, 'eml');
  assert.equal((await postElsewhere('/api/auth/email-change/confirm', {token: change})).status, 200);
  const undo = await clean(user.email, /your address was changed/, 'und');
  assert.equal((await postElsewhere('/api/auth/email-change/undo', {token: undo})).status, 200);
  await clean(user.email, /your address was restored/);
  await clean(address, /your address was changed/);
  const reset = await clean(user.email, /choose a new password/, 'rst');
  assert.equal((await postElsewhere('/api/auth/password-reset/confirm', {token: reset, password: next})).status, 204);
  await clean(user.email, /your password was reset/);
  assert.equal((await postElsewhere('/api/auth/password-reset', {email: other.email})).status, 200);
  await clean(other.email, /choose a new password/, 'rst');
  const third = await makeLoggedIn(server);
  assert.equal((await postElsewhere(`/api/users/${third.id}/send-password-reset`, undefined, admin)).status, 204);
  await clean(third.email, /choose a new password/, 'rst');
});

test('who signed up in German is written to in German, also when an English browser or an administrator asks', async () => {
  const [german, english] = ['de-AT,de;q=0.9', 'en-US,en;q=0.9'].map((language) => ({headers: {'Accept-Language': language}}));
  const says = (address, words) => until(`a mail to ${address} that says ${words}`, async () =>
    (await server.mails(address)).find((mail) => words.test(mail.text)));
  const email = newAddress('berta');
  success(await server.post('/api/auth/signup', {email, password}, german), 201);
  await says(email, /um die Registrierung bei .* abzuschließen/);
  success(await server.post('/api/auth/verify', {email, code: await server.code(email)}, english));
  const {access_token: token} = await logIn(server, {email});
  const me = success(await server.get('/api/me', {token, ...english}));
  assert.equal(me.language, 'de-AT');

  const path = `/api/users/${me.id}/send-password-reset`;
  assert.equal((await server.post(path, undefined, {...admin, ...english})).status, 204);
  const reset = tokenIn(await says(email, /die Verwaltung hat Ihnen .* damit Sie ein neues Passwort/), 'rst');
  assert.equal((await server.post('/api/auth/password-reset/confirm', {token: reset, password: next}, english)).status, 204);
  await says(email, /ein neues Passwort gesetzt/);
  // No stranger's sign-up is heard.
  success(await server.post('/api/auth/signup', {email, password: `${next}, or more`}, english), 201);

  const pair = await logIn(server, {email, password: next});
  const own = {token: pair.access_token, ...english};
  assert.equal(success(await server.get('/api/me', own)).language, 'de-AT');
  const address = newAddress('moved');
  success(await server.post('/api/me/email', {new_email: address}, own));
  await says(email, /jemand möchte die Adresse Ihres Kontos .* ändern/);
  await says(address, /jemand möchte diese Adresse .* verwenden/);
  assert.equal(success(await server.patch('/api/me', {language: 'EN-gb'}, own)).language, 'en-GB');
  success(await server.post('/api/me/email/confirm', {code: await server.code(address)}, {...own, ...german}));
  await mailTo(email, /your address was changed/);
});

test('an administrator has a reset sent and sees nothing of it', async () => {
  const user = await makeLoggedIn(server);
  const path = `/api/users/${user.id}/send-password-reset`;
  problem(await server.post(path, undefined, user), 403, 'forbidden');
  const sent = await server.post(path, undefined, admin);
  assert.equal(sent.status, 204);
  assert.equal(sent.text, '');
  assert.equal((await confirm({token: tokenIn(await resetMail(user.email), 'rst'), password: next})).status, 204);
  problem(await server.post('/api/users/01890a5d-ac96-774b-bcce-b302099a8057/send-password-reset', undefined, admin), 404, 'not_found');
});

test('an address is changed by code, undone by link, and kept for its owner meanwhile', async () => {
  const user = await makeLoggedIn(server);
  const address = newAddress('moved');
  const asked = success(await server.post('/api/me/email', {new_email: address}, user));
  assert.equal(asked.new_email, address);
  assert.equal(success(await server.get('/api/me/email', user)).pending_email, address);
  await mailTo(user.email, /request to change your email address/);
  const changed = success(await server.post('/api/me/email/confirm', {code: await server.code(address)}, user));
  assert.equal(changed.email, address);
  await logIn(server, {email: address});
  await refused({email: user.email, password});
  const pair = success(await server.post('/api/auth/refresh', {refresh_token: user.refresh_token}));
  assert.equal(success(await server.get('/api/me', {token: pair.access_token})).email, address);

  const told = await mailTo(user.email, /your address was changed/);
  const other = await makeLoggedIn(server);
  success(await server.post('/api/me/email', {new_email: user.email}, other));
  await mailTo(user.email, /someone tried to use your address/);
  const again = await server.post('/api/auth/signup', {email: user.email, password: next});
  assert.equal(again.status, 201);
  // As for an address that is taken, and for a free one.
  problem(await server.post('/api/auth/login', {email: user.email, password: next}), 400, 'email_not_verified');

  const undone = success(await server.post('/api/auth/email-change/undo', {token: tokenIn(told, 'und')}));
  assert.equal(undone.email, user.email);
  problem(await server.post('/api/auth/email-change/undo', {token: tokenIn(told, 'und')}), 400, 'invalid_link');
  await refused({email: user.email, password});
  assert.equal((await confirm({token: tokenIn(await resetMail(user.email), 'rst'), password: next})).status, 204);
  await logIn(server, {email: user.email, password: next});
});

test('an address is changed by the link alone, and a taken one tells its own mailbox', async () => {
  const [user, other] = [await makeLoggedIn(server), await makeLoggedIn(server)];
  const receipt = success(await server.post('/api/me/email', {new_email: other.email}, user));
  assert.deepEqual(Object.keys(receipt).sort(), ['expires_at', 'message', 'new_email']);
  const taken = await mailTo(other.email, /someone tried to use your address/);
  assert.equal(tokenIn(taken, 'eml'), undefined);

  const third = await makeLoggedIn(server);
  const address = newAddress('linked');
  success(await server.post('/api/me/email', {new_email: address}, third));
  const token = tokenIn(await mailTo(address, /confirm your new address/), 'eml');
  assert.equal(success(await server.post('/api/auth/email-change/confirm', {token})).email, address);
  problem(await server.post('/api/auth/email-change/confirm', {token}), 400, 'invalid_link');
  await logIn(server, {email: address});
});

test('of 64 who spend one link at once one sets the password', async () => {
  const {email} = await makeUser(server);
  success(await askReset(email));
  const token = tokenIn(await resetMail(email), 'rst');
  const answers = await Promise.all(Array.from({length: 64}, (_, i) => confirm({token, password: `${next} no. ${i}`})));
  const winners = answers.flatMap((answer, i) => (answer.status === 204 ? [i] : []));
  assert.equal(winners.length, 1, JSON.stringify(answers.map((answer) => answer.status)));
  await logIn(server, {email, password: `${next} no. ${winners[0]}`});
});

/** Runs a command with the settings of the server on a terminal of its own; both streams are one there. */
async function onTerminal(words, env = {}) {
  const child = spawn('script', ['-qec', '"$PROGRAM" $WORDS', '/dev/null'],
                      {cwd: server.dataDir, env: {...server.environment, ...env, PROGRAM: program, WORDS: words.join(' '), TERM: 'dumb'}, stdio: ['ignore', 'pipe', 'pipe']});
  let said = '';
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (text) => (said += text));
  return {code: await new Promise((ended) => child.once('close', ended)), said};
}

/** Failed with one line that matches. */
function failed(ended, pattern, code = 1) {
  assert.equal(ended.code, code, ended.stderr);
  assert.equal(ended.stdout, '');
  assert.match(ended.stderr, pattern);
  assert.equal(ended.stderr.trim().split('\n').length, 1, ended.stderr);
}

test('an operator has a link mailed beside the running server', async () => {
  const {email} = await makeUser(server);
  const sent = await server.command(['send-password-reset', '--email', email]);
  assert.equal(sent.code, 0, sent.stderr);
  assert.ok(/^queued a password reset mail for user [\da-f-]{36}; a worker delivers it$/m.test(sent.stdout), sent.stdout);
  assert.doesNotMatch(sent.stdout + sent.stderr, /rst_/);
  const token = tokenIn(await resetMail(email), 'rst');
  failed(await server.command(['send-password-reset', '--email', email]), /sent a link or code less than RECOVERY_MAIL_PAUSE ago/);
  assert.equal((await confirm({token, password: next})).status, 204);
});

test('an operator prints a link on a terminal and nowhere else; it works, and nothing is mailed', async () => {
  const {email} = await makeUser(server);
  failed(await server.command(['send-password-reset', '--email', email, '--print-link']), /--print-link requires a terminal/);
  success(await askReset(email));
  const mailed = tokenIn(await resetMail(email), 'rst');

  const printed = await onTerminal(['send-password-reset', '--email', email, '--print-link']);
  assert.equal(printed.code, 0, printed.said);
  const token = new RegExp(`^${publicUrl}/account/reset#token=(rst_[\\w-]{43})\\r?$`, 'm').exec(printed.said)?.[1];
  assert.ok(token, printed.said);
  problem(await confirm({token: mailed, password: next}), 400, 'invalid_link');
  assert.equal((await server.mails(email)).filter((mail) => /choose a new password/.test(mail.headers.get('subject'))).length, 1);
  assert.match(printed.said, /"event":"password_reset_link_made"|password_reset_link_made/);
  assert.equal((await confirm({token, password: next})).status, 204);
  await logIn(server, {email, password: next});
  await mailTo(email, /your password was reset/);
});

test('send-password-reset says why it cannot', async () => {
  const send = (email, options) => server.command(['send-password-reset', '--email', email], options);
  failed(await server.command(['send-password-reset']), /needs --email/, 2);
  failed(await send('nonsense'), /not an email address/);
  failed(await send(newAddress('nobody')), /no account has that email address/);
  const waiting = newAddress('waiting');
  success(await server.post('/api/auth/signup', {email: waiting, password}), 201);
  failed(await send(waiting), /has not been verified/);
  const disabled = await makeLoggedIn(server);
  success(await server.patch(`/api/users/${disabled.id}`, {is_active: false}, admin));
  failed(await send(disabled.email), /is disabled/);
  const {email} = await makeUser(server);
  failed(await send(email, {env: {PASSWORD_RESET: 'off'}}), /PASSWORD_RESET is off/);
  const code = await onTerminal(['send-password-reset', '--email', email, '--print-link'], {PASSWORD_RESET: 'code'});
  assert.equal(code.code, 1, code.said);
  assert.match(code.said, /PASSWORD_RESET is code/);
  assert.doesNotMatch(code.said, /rst_/);
});
