// The server is killed at random moments under changes of a password or an address. Afterwards each was made, and its
// owner is told, or was not, and nobody is; never a half. COFFEEAUTH_KILLS says how often (scripts/test --faults: 50).
import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {problem, success} from './expect.mjs';
import {makeLoggedIn, newAddress, password, startServer, until} from './support.mjs';

const kills = Number(process.env.COFFEEAUTH_KILLS ?? 10);
const env = {MAIL_LEASE: '5s', PUBLIC_URL: 'https://accounts.example.org'};
const next = 'quince jelly & 12 ladles';

let server;
after(() => server?.stop());

const worksAs = async (credentials) => (await server.post('/api/auth/login', credentials)).status === 200;
const refreshed = (user) => server.post('/api/auth/refresh', {refresh_token: user.refresh_token});
const mailsTo = async (address, subject) =>
  (await server.mails(address)).filter((mail) => subject.test(mail.headers.get('subject') ?? ''));
const tokenTo = (address, kind) => until(`a link to ${address}`, async () =>
  (await server.mails(address)).map((mail) => new RegExp(`#token=(${kind}_[\\w-]{43})`).exec(mail.text)?.[1]).find(Boolean));

/**
 * Kills the server under one request for each of many users. `prepare` gives for a user `send()`, which sends it; `made()`,
 * whether it came to pass, which fails for a half; `notice`, whom a made one tells under which subject; and `last()`, what is
 * looked at in the end.
 */
function killedUnder(what, prepare) {
  test(`after each of ${kills} kills under ${what} it was made and its owner is told, or neither`, async () => {
    server ??= await startServer({env});
    const begin = async () => prepare(await makeLoggedIn(server));
    // About how long one takes on this machine, so that the kills fall into it; told apart further by what they come to.
    const undisturbed = await begin();
    const begun = performance.now();
    assert.ok((await undisturbed.send()).status < 300);
    let takes = performance.now() - begun;
    assert.ok(await undisturbed.made());

    const made = [], left = [];
    for (let round = 0; round < kills; ++round) {
      const one = await begin();
      const sent = one.send().catch(() => {});
      await new Promise((go) => setTimeout(go, 1.5 * takes * Math.random()));
      await server.kill();
      const answer = await sent;
      server = await startServer({dataDir: server.dataDir, env});
      const isMade = await one.made();
      if (answer?.status < 300) assert.ok(isMade, 'what was answered is there');
      (isMade ? made : left).push(one);
      takes *= isMade ? 0.85 : 1.15;
    }
    // Mails that were in the hands of a worker when it was killed are taken over when their lease is over.
    await until('every mail to be sent', async () => /^0 waiting/m.test((await server.command(['outbox', 'list'])).stdout),
                {within: 30_000, every: 500});
    for (const {notice: [address, subject]} of made) assert.notEqual((await mailsTo(address, subject)).length, 0, `${address} is not told`);
    for (const {notice: [address, subject]} of left) assert.equal((await mailsTo(address, subject)).length, 0, `${address} is told of nothing`);
    for (const one of made) await one.last?.();
    console.log(`# ${kills} kills under ${what}: ${made.length} were made, ${left.length} were not`);
  });
}

/** Which of two passwords the account has; its session is over with the old one, or as it was. */
async function hasNewPassword(user) {
  const [old, fresh] = [await worksAs({email: user.email, password}), await worksAs({email: user.email, password: next})];
  assert.ok(old !== fresh, `${user.email}: old ${old}, new ${fresh}`);
  assert.equal((await refreshed(user)).status, fresh ? 401 : 200, `${user.email}: ${fresh ? 'a new' : 'the old'} password`);
  return fresh;
}

killedUnder('a reset', async (user) => {
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
});

killedUnder('a change of password', async (user) => ({
  send: () => server.post('/api/me/password', {current_password: password, new_password: next}, user),
  made: () => hasNewPassword(user),
  notice: [user.email, /your password was changed/],
}));

killedUnder('an undo', async (user) => {
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
});

killedUnder('a change of address', async (user) => {
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
});
