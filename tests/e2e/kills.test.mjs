// The server is killed at random moments under changes of a password, an address or a second factor, over SQLite and over
// PostgreSQL, where a commit lands although the process that asked for it is gone. Afterwards each was made, and its owner
// is told, or was not, and nobody is; never a half. COFFEEAUTH_KILLS says how often (scripts/test --faults: 50).
import assert from 'node:assert/strict';
import {join} from 'node:path';
import {after, before, describe, test} from 'node:test';
import {problem, success} from './expect.mjs';
import {startPostgres} from './production.mjs';
import {SoftwarePasskey} from './software_passkey.mjs';
import {makeLoggedIn, newAddress, password, startServer, temporaryFolder, until} from './support.mjs';
import {addApp, codeAt, refreshTokens, stepNow} from './two_steps.mjs';

const killsOver = {SQLite: 10, PostgreSQL: 20};
const next = 'quince jelly & 12 ladles';
const publicUrl = 'https://accounts.example.org';

let server, env, postgres;
after(async () => {
  await server?.stop();
  await postgres?.stop();
});

/** A server over a store where nothing was yet. */
async function startOver(store) {
  const dataDir = await temporaryFolder();
  env = {MAIL_LEASE: '5s', PUBLIC_URL: publicUrl, MAIL_FOLDER: join(dataDir, 'mail')};
  if (store === 'PostgreSQL') {
    // A commit takes a while, so that some kills fall between it and its answer.
    postgres = await startPostgres({fsync: true, settings: ['commit_delay=10000', 'commit_siblings=0']});
    await postgres.sql('CREATE DATABASE kills');
    env = {...env, DATABASE_URL: postgres.url('kills'), SECRET_KEY: 'the-secret-key-of-the-killed-servers'};
  }
  await server?.stop();
  server = await startServer({dataDir, env});
}

/** Kills the server, and starts it anew over what it leaves, when all that it has begun is over. */
async function killAndStart(sent) {
  await server.kill();
  const answer = await sent;
  if (postgres) await until('the transactions of the killed one to end', async () =>
    (await postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'kills'")).stdout.trim() === '0');
  server = await startServer({dataDir: server.dataDir, env});
  return answer;
}

const worksAs = async (credentials) => (await server.post('/api/auth/login', credentials)).status === 200;
const refreshed = (user) => server.post('/api/auth/refresh', {refresh_token: user.refresh_token});
const mailsTo = async (address, subject) =>
  (await server.mails(address)).filter((mail) => subject.test(mail.headers.get('subject') ?? ''));
const tokenTo = (address, kind) => until(`a link to ${address}`, async () =>
  (await server.mails(address)).map((mail) => new RegExp(`#token=(${kind}_[\\w-]{43})`).exec(mail.text)?.[1]).find(Boolean));

/** What is killed, by its name. */
const requests = {};

/**
 * Kills the server under one request for each of many users. `prepare` gives for a user `send()`, which sends it; `made()`,
 * whether it came to pass, which fails for a half; `notice`, whom a made one tells under which subject; `last()`, what is
 * looked at in the end; and `again()`, which makes what was not made.
 */
function killedUnder(what, store, prepare) {
  const kills = Number(process.env.COFFEEAUTH_KILLS ?? killsOver[store]);
  what = `${what} over ${store}`;
  test(`after each of ${kills} kills under ${what} it was made and its owner is told, or neither`, async () => {
    const begin = async () => prepare(await makeLoggedIn(server));
    // About how long one takes on this machine, so that the kills fall into it; told apart further by what they come to.
    const undisturbed = await begin();
    const begun = performance.now();
    assert.ok((await undisturbed.send()).status < 300);
    let takes = performance.now() - begun;
    assert.ok(await undisturbed.made());

    const made = [], left = [];
    let unanswered = 0;
    for (let round = 0; round < kills; ++round) {
      const one = await begin();
      const sent = one.send().catch(() => {});
      await new Promise((go) => setTimeout(go, 1.5 * takes * Math.random()));
      const answer = await killAndStart(sent);
      const isMade = await one.made();
      if (answer?.status < 300) assert.ok(isMade, 'what was answered is there');
      else if (isMade) unanswered += 1;
      (isMade ? made : left).push(one);
      takes *= isMade ? 0.85 : 1.15;
    }
    // Mails that were in the hands of a worker when it was killed are taken over when their lease is over.
    await until('every mail to be sent', async () => /^0 waiting/m.test((await server.command(['outbox', 'list'])).stdout),
                {within: 30_000, every: 500});
    for (const {notice: [address, subject]} of made) assert.notEqual((await mailsTo(address, subject)).length, 0, `${address} is not told`);
    for (const {notice: [address, subject]} of left) assert.equal((await mailsTo(address, subject)).length, 0, `${address} is told of nothing`);
    for (const one of made) await one.last?.();
    for (const one of left) await one.again?.();
    console.log(`# ${kills} kills under ${what}: ${made.length} were made, ${unanswered} of them without an answer, ${left.length} were not`);
  });
}

/** Which of two passwords the account has; its session is over with the old one, or as it was. */
async function hasNewPassword(user) {
  const [old, fresh] = [await worksAs({email: user.email, password}), await worksAs({email: user.email, password: next})];
  assert.ok(old !== fresh, `${user.email}: old ${old}, new ${fresh}`);
  assert.equal((await refreshed(user)).status, fresh ? 401 : 200, `${user.email}: ${fresh ? 'a new' : 'the old'} password`);
  return fresh;
}

requests['a reset'] = async (user) => {
  success(await server.post('/api/auth/password-reset', {email: user.email}));
  const token = await tokenTo(user.email, 'rst');
  return {
    send: () => server.post('/api/auth/password-reset/confirm', {token, password: next}),
    async made() {
      const made = await hasNewPassword(user);
      // A link is spent with the change alone.
      if (made) problem(await server.post('/api/auth/password-reset/confirm', {token, password: next}), 400, 'invalid_link');
      return made;
    },
    notice: [user.email, /your password was reset/],
  };
};

requests['a change of password'] = async (user) => ({
  send: () => server.post('/api/me/password', {current_password: password, new_password: next}, user),
  made: () => hasNewPassword(user),
  notice: [user.email, /your password was changed/],
});

requests['an undo'] = async (user) => {
  const address = newAddress('moved');
  success(await server.post('/api/me/email', {new_email: address}, user));
  success(await server.post('/api/auth/email-change/confirm', {token: await tokenTo(address, 'eml')}));
  const token = await tokenTo(user.email, 'und');
  const undo = () => server.post('/api/auth/email-change/undo', {token});
  return {
    send: undo,
    async made() {
      // Neither address has the old password when it was undone, and the new one had it before.
      assert.equal(await worksAs({email: user.email, password}), false, user.email);
      const made = !await worksAs({email: address, password});
      assert.equal((await refreshed(user)).status, made ? 401 : 200, `${user.email}: ${made ? 'undone' : 'changed'}`);
      // A link is spent with the undo alone.
      if (made) problem(await undo(), 400, 'invalid_link');
      return made;
    },
    notice: [user.email, /your address was restored/],
    // The way back in was written with it.
    async last() {
      const reset = await tokenTo(user.email, 'rst');
      assert.equal((await server.post('/api/auth/password-reset/confirm', {token: reset, password: next})).status, 204);
      assert.ok(await worksAs({email: user.email, password: next}), user.email);
    },
  };
};

requests['a change of address'] = async (user) => {
  const address = newAddress('moved');
  success(await server.post('/api/me/email', {new_email: address}, user));
  const token = await tokenTo(address, 'eml');
  return {
    send: () => server.post('/api/auth/email-change/confirm', {token}),
    async made() {
      const [old, fresh] = [await worksAs({email: user.email, password}), await worksAs({email: address, password})];
      assert.ok(old !== fresh, `${user.email}: old ${old}, new ${fresh}`);
      assert.equal((await refreshed(user)).status, 200, 'the session that asked goes on');
      return fresh;
    },
    notice: [user.email, /your address was changed/],
    // What takes it back was written with it.
    async last() {
      assert.equal(success(await server.post('/api/auth/email-change/undo', {token: await tokenTo(user.email, 'und')})).email, user.email);
    },
  };
};

/** What the account says of its second factors, once what was done has its effect on tokens. */
async function secondFactorOf(user) {
  await refreshTokens(server, user);
  return success(await server.get('/api/me/second-factor', {token: user.token}));
}
/** What a login by password alone gets: tokens or a ticket. */
async function passwordAlone({email}) {
  const answer = await server.post('/api/auth/login', {email, password});
  assert.ok(answer.status === 200 || answer.body.code === 'second_factor_required', answer.text);
  return answer.body;
}
const byRecoveryCode = async (user, recovery_code) =>
  (await server.post('/api/auth/second-factor', {mfa_token: (await passwordAlone(user)).mfa_token, recovery_code})).status === 200;

requests['the confirmation of an app'] = async (user) => {
  const {id, secret} = success(await server.post('/api/me/factors', {type: 'totp'}, user), 201);
  const send = () => server.post(`/api/me/factors/${id}/confirm`, {code: codeAt(secret, stepNow())}, {token: user.token});
  return {
    send,
    async made() {
      const made = 'mfa_token' in await passwordAlone(user);
      const {factors, recovery_codes_left} = await secondFactorOf(user);
      assert.deepEqual([factors.length, recovery_codes_left], made ? [1, 10] : [0, 0], user.email);
      return made;
    },
    notice: [user.email, /an authenticator app was added/],
    // Nobody was asked for a code before it counted, so that the one that is shown now is as good as it was.
    async again() {
      assert.equal(success(await send()).recovery_codes.length, 10);
    },
  };
};

requests['the removal of the only app'] = async (user) => {
  const app = await addApp(server, user);
  const send = () => server.delete(`/api/me/factors/${app.id}`, {token: user.token});
  return {
    send,
    async made() {
      const made = 'access_token' in await passwordAlone(user);
      const {factors, recovery_codes_left} = await secondFactorOf(user);
      assert.deepEqual([factors.length, recovery_codes_left], made ? [0, 0] : [1, 10], user.email);
      return made;
    },
    notice: [user.email, /an authenticator app was removed/],
    async again() {
      assert.equal((await send()).status, 204);
    },
  };
};

requests['new recovery codes'] = async (user) => {
  const app = await addApp(server, user);
  const send = () => server.post('/api/me/recovery-codes', undefined, {token: user.token});
  return {
    send,
    async made() {
      assert.equal((await secondFactorOf(user)).recovery_codes_left, 10, 'the old ones or the new ones');
      return !await byRecoveryCode(user, app.codes[0]);
    },
    notice: [user.email, /you have new recovery codes/],
    async last() {
      assert.equal(await byRecoveryCode(user, app.codes[1]), false);
    },
    async again() {
      const {recovery_codes} = success(await send(), 201);
      assert.ok(await byRecoveryCode(user, recovery_codes[0]));
    },
  };
};

requests['the registration of a passkey'] = async (user) => {
  const passkey = new SoftwarePasskey(publicUrl);
  const credential = passkey.create(success(await server.post('/api/me/passkeys/options', {}, {token: user.token})).options);
  const send = () => server.post('/api/me/passkeys', {credential}, {token: user.token});
  return {
    send,
    async made() {
      const made = (await passkey.logIn(server)).status === 200;
      await refreshTokens(server, user);
      assert.equal(success(await server.get('/api/me/passkeys', {token: user.token})).passkeys.length, made ? 1 : 0, user.email);
      return made;
    },
    notice: [user.email, /a passkey was added/],
    async last() {
      problem(await send(), 409, 'passkey_exists');
    },
    // Its challenge was not spent without it.
    async again() {
      success(await send(), 201);
    },
  };
};

for (const store of Object.keys(killsOver)) {
  describe(store, () => {
    before(() => startOver(store));
    for (const [what, prepare] of Object.entries(requests)) killedUnder(what, store, prepare);
  });
}
