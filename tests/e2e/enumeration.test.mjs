// Nobody learns who has an account: answers to known and unknown addresses are the same octets, and take the same
// time. Times are taken in turns (known, unknown, known, ...) so that noise meets all alike, and are judged by their
// medians, with what noise may do to a median taken from the same run: printed always, judged with
// COFFEEAUTH_OVERLOAD=long, which takes more of them, and fails on a machine whose noise would hide a difference.
import assert from 'node:assert/strict';
import {Agent} from 'node:http';
import {after, before, test} from 'node:test';
import {ask, percentile} from './held.mjs';
import {logIn, makeAdmin, makeLoggedIn, makeUser, median, newAddress, password, startServer} from './support.mjs';

const long = process.env.COFFEEAUTH_OVERLOAD === 'long';
const at_first = long ? 300 : 40;
const at_most = 4 * at_first;
const allowed = 3;

let server, port;
const agent = new Agent({keepAlive: true, maxSockets: 1});
before(async () => {
  server = await startServer({env: {PUBLIC_URL: 'https://accounts.example.org', PASSWORD_RESET: 'both', EMAIL_LOGIN: 'on'}});
  port = Number(new URL(server.base).port);
});
after(async () => {
  agent.destroy();
  await server?.stop();
});

// All as long as each other, so that their lengths tell nothing either.
let serial = 0;
const address = () => `enumerated.${String(++serial).padStart(8, '0')}@example.com`;
const post = (path, body, token) => ask(port, 'POST', path, {agent, body, token});

async function pending() {
  const email = address();
  assert.equal((await post('/api/auth/signup', {email, password})).status, 201);
  return email;
}
async function verified() {
  const {email} = await makeUser(server, {email: address()});
  return email;
}
async function disabled() {
  const email = await verified();
  const {token} = (admin ??= await makeAdmin(server));
  const {results: [{id}]} = (await server.get(`/api/users?search=${encodeURIComponent(email)}`, {token})).body;
  assert.equal((await server.patch(`/api/users/${id}`, {is_active: false}, {token})).status, 200);
  return email;
}
let admin;

/**
 * Every octet of an answer, but for dates, ids, tokens and the address that was asked about; and but for Connection: after a
 * thousand requests nginx closes one, whatever was asked.
 */
const octets = ({status, reason, rawHeaders, text}, email) => JSON.stringify([status, reason, rawHeaders, text])
    .replaceAll(email, 'ADDRESS')
    .replace(/lgt_[\w-]{43}/, 'TOKEN')
    .replace(/"Date","[^"]+"/i, '"Date","DATE"')
    .replace(/"X-Request-ID","[^"]+"/i, '"X-Request-ID","ID"')
    .replace(/"Connection","[^"]+"/i, '"Connection","C"')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/g, 'DATE');

/** How far noise alone moves a median (its standard error, by the quartiles). */
function uncertainty(took) {
  return 0.93 * (percentile(took, 0.75) - percentile(took, 0.25)) / Math.sqrt(took.length);
}

/** Three standard errors of the difference of two medians. */
const noiseOf = (took) => 3 * Math.SQRT2 * Math.max(...Object.values(took).map(uncertainty));

/**
 * What the long form has against medians that are `apart`: a difference that noise does not explain, or noise in which
 * one as large as is looked for would not show, so that the run proves nothing.
 */
function complaint(apart, noise, allowed) {
  if (apart > allowed + noise) return 'one kind of address takes longer than another';
  if (noise > allowed) {
    return `the machine is too noisy to tell: its noise of ${noise.toFixed(2)} ms hides a difference of ${allowed.toFixed(2)} ms; run nothing beside`;
  }
}

test('the long form complains of a difference, and of noise that would hide one', () => {
  assert.equal(complaint(2.9, 0.1, 3), undefined);
  assert.equal(complaint(5.9, 3, 3), undefined);
  assert.match(complaint(3.2, 0.1, 3), /takes longer than another/);
  assert.match(complaint(9, 4, 3), /takes longer than another/);
  assert.match(complaint(0, 3.1, 3), /too noisy to tell/);
  assert.match(complaint(6, 3.1, 3), /too noisy to tell/);
});

/**
 * Asks in turns about each kind of address; `kinds` names for each who gives the next address of the kind, or
 * `{email, token}`, where somebody who is logged in asks; `request` says what is asked. The long form goes on asking while
 * medians are further apart than they may be, or noise would hide that; in the end it fails for what complaint() says.
 *
 * `sends`: some of them send a mail, which is not to be made while the next one is asked. `few`: a short run is shorter,
 * since each of them takes an account of its own.
 */
function alike(what, kinds, request, status, {sends = false, few = false} = {}) {
  test(`${what}: ${Object.keys(kinds).join(', ')} get the same octets in the same time`, async () => {
    const took = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
    let first, count = 0, noise, medians, apart;
    do {
      for (const until = Math.max(few && !long ? at_first / 4 : at_first, 2 * count); count < until; ++count) {
        for (const [kind, next] of Object.entries(kinds)) {
          const whom = await next();
          const {email, token} = whom.email ? whom : {email: whom};
          if (sends) await new Promise((go) => setTimeout(go, 25));
          const begun = performance.now();
          const answer = await post(...request(email), token);
          took[kind].push(performance.now() - begun);
          assert.equal(answer.status, status, answer.text);
          first ??= octets(answer, email);
          assert.equal(octets(answer, email), first, kind);
        }
      }
      medians = Object.values(took).map(median);
      noise = noiseOf(took);
      apart = Math.max(...medians) - Math.min(...medians);
    } while (long && Math.max(apart, noise) > allowed && count < at_most);
    const each = Object.keys(kinds).map((kind, i) => `${kind} ${medians[i].toFixed(2)}`).join(', ');
    console.log(`# ${what}: medians of ${count}: ${each} ms; apart ${apart.toFixed(2)} ms, noise up to ${noise.toFixed(2)} ms`);
    // Only where somebody asked for the figures, and has a machine for it: elsewhere they are printed.
    const found = complaint(apart, noise, allowed);
    if (long && found) assert.fail(`${what}: ${found} (${each} ms)`);
  });
}

/** The same address as often as it may be asked about, then another one. */
function reused(make, times = Infinity) {
  let email, left = 0;
  return async () => {
    if (left-- <= 0) [email, left] = [await make(), times - 1];
    return email;
  };
}
const unknown = async () => address();

alike('sign-up', {unknown, pending: reused(pending), verified: reused(verified)},
      (email) => ['/api/auth/signup', {email, password}], 201);
// A fifth wrong code would make it another case: a dead code.
alike('verify', {unknown, pending: reused(pending, 4), verified: reused(verified)},
      (email) => ['/api/auth/verify', {email, code: '000000'}], 400);
alike('verify with a password', {unknown, pending: reused(pending, 4), verified: reused(verified)},
      (email) => ['/api/auth/verify', {email, code: '000000', password}], 400);
alike('resend-code', {unknown, pending: reused(pending), verified: reused(verified)},
      (email) => ['/api/auth/resend-code', {email}], 200);
alike('login', {unknown, pending: reused(pending), verified: reused(verified), disabled: reused(disabled)},
      (email) => ['/api/auth/login', {email, password: 'a wrong password'}], 401);

alike('login-code', {unknown, pending: reused(pending), verified: reused(verified), disabled: reused(disabled)},
      (email) => ['/api/auth/login-code', {email}], 200);
alike('login with a code', {unknown, pending: reused(pending), verified: reused(verified), disabled: reused(disabled)},
      (email) => ['/api/auth/login', {email, password: 'a wrong password', code: '000000'}], 401);

alike('password-reset', {unknown, pending: reused(pending), verified, disabled: reused(disabled), paced: reused(verified)},
      (email) => ['/api/auth/password-reset', {email}], 200, {sends: true, few: true});

/** One whose mailbox has a code for a new password. */
async function awaitingReset() {
  const email = await verified();
  assert.equal((await post('/api/auth/password-reset', {email})).status, 200);
  return email;
}
// A fifth wrong code would make it another case here, too.
alike('a code for a new password', {unknown, pending: reused(pending), verified: reused(verified), awaitingReset: reused(awaitingReset, 4)},
      (email) => ['/api/auth/password-reset/confirm', {email, code: '00000000', password: 'quince jelly & 12 ladles'}], 400,
      {sends: true, few: true});

alike('email-login', {unknown, pending: reused(pending), verified, disabled: reused(disabled), paced: reused(verified)},
      (email) => ['/api/auth/email-login', {email}], 200, {sends: true, few: true});

const loginTokens = new Map();
/** Addresses about which somebody asked for a mail to log in with. */
const awaitingLogin = (make) => async () => {
  const email = await make();
  const {text} = await post('/api/auth/email-login', {email});
  loginTokens.set(email, JSON.parse(text).login_token);
  return email;
};
alike('a code to log in with', {unknown: reused(awaitingLogin(unknown), 4), pending: reused(awaitingLogin(pending), 4), verified: reused(awaitingLogin(verified), 4)},
      (email) => ['/api/auth/email-login/confirm', {login_token: loginTokens.get(email), code: '000000'}], 400, {sends: true, few: true});

/** Somebody who is logged in and asks for `email`, as each may once a minute. */
const asking = (email) => async () => {
  const {token} = await makeLoggedIn(server, {email: address()});
  return {token, email: await email()};
};
const pacedAsker = async () => {
  const asker = await makeLoggedIn(server, {email: address()});
  assert.equal((await post('/api/me/email', {new_email: address()}, asker.token)).status, 200);
  return asker;
};
const pacedAskers = reused(pacedAsker, 20);
alike('a new address', {
  free: asking(unknown), taken: asking(verified), pending: asking(pending),
  paced: async () => ({token: (await pacedAskers()).token, email: address()}),
}, (email) => ['/api/me/email', {new_email: email}], 200, {sends: true, few: true});

/**
 * Many at once: who queues for a row that only an account has takes as many times as long as there are requests. Told
 * by the time of all of them, in turns; printed always, judged with COFFEEAUTH_OVERLOAD=long.
 */
function alikeAtOnce(what, kinds, request) {
  test(`${what}, twenty at once: ${Object.keys(kinds).join(' and ')} take the same time`, async () => {
    const many = new Agent({keepAlive: true, maxSockets: 20});
    const took = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
    // What may count as different is a part of the time itself here.
    const allowedOf = () => 0.3 * Math.min(...Object.values(took).map(median));
    const isAsking = (round) => (long ? round < 60 || (round < 240 && noiseOf(took) > allowedOf()) : round < 4);
    try {
      for (let round = 0; isAsking(round); ++round) {
        for (const [kind, next] of Object.entries(kinds)) {
          const email = await next();
          const begun = performance.now();
          const answers = await Promise.all(Array.from({length: 20}, () => ask(port, 'POST', request(email)[0], {agent: many, body: request(email)[1]})));
          took[kind].push(performance.now() - begun);
          assert.equal(new Set(answers.map(({status}) => status)).size, 1);
        }
      }
    } finally {
      many.destroy();
    }
    const medians = Object.values(took).map(median);
    const noise = noiseOf(took);
    const apart = Math.max(...medians) - Math.min(...medians);
    console.log(`# ${what}, twenty at once: ${Object.keys(kinds).map((kind, i) => `${kind} ${medians[i].toFixed(1)}`).join(', ')} ms; ` +
      `apart ${apart.toFixed(1)} ms, noise up to ${noise.toFixed(1)} ms`);
    const found = complaint(apart, noise, allowedOf());
    if (long && found) assert.fail(`${what}: ${found} (${medians} ms)`);
  });
}

alikeAtOnce('verify', {unknown, pending, verified: reused(verified)}, (email) => ['/api/auth/verify', {email, code: '000000'}]);
alikeAtOnce('resend-code', {unknown, pending, verified: reused(verified)}, (email) => ['/api/auth/resend-code', {email}]);
alikeAtOnce('login-code', {unknown, pending, verified: reused(verified)}, (email) => ['/api/auth/login-code', {email}]);
alikeAtOnce('password-reset', {unknown, pending, verified}, (email) => ['/api/auth/password-reset', {email}]);
alikeAtOnce('email-login', {unknown, pending, verified}, (email) => ['/api/auth/email-login', {email}]);

// A token carries the id of its session, so the time may tell whether that exists: only its holder can ask.
test('refresh: a token that never was, one that is spent and one of an ended session get the same octets', async () => {
  const email = await verified();
  const tokens = [(await logIn(server, {email})).refresh_token, (await logIn(server, {email})).refresh_token];
  assert.equal((await post('/api/auth/logout', {refresh_token: tokens[0]})).status, 204);
  const never = tokens[1].replace(/[A-Za-z0-9]{8}/, (part) => [...part].reverse().join(''));
  const answers = [];
  for (const refresh_token of [tokens[0], never, 'nonsense']) answers.push(octets(await post('/api/auth/refresh', {refresh_token}), email));
  assert.equal(answers[1], answers[0]);
  assert.equal(answers[2], answers[0]);
});
