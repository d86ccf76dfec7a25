// Passkeys on the account's pages, in Chromium with an authenticator of software, which its driver puts in.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import otplib from 'otplib';
import {startChromium} from './chromium.mjs';
import {freePort, logIn, makeUser, password, startProcess, startServer, until} from './support.mjs';

let server, site, chromium;
before(async () => {
  const port = await freePort();
  // No passkey is for an address of digits.
  site = `http://localhost:${port}`;
  server = await startServer({port, env: {PUBLIC_URL: site}});
  chromium = await startChromium();
});
after(async () => {
  await chromium?.stop();
  await server?.stop();
});

/** A page with an authenticator that verifies its user; `presence` says whether somebody touches it when it is asked. */
async function openPage(t) {
  const context = await chromium.browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.addInitScript(() => {
    const {get} = CredentialsContainer.prototype;
    window.e2eGets = 0;
    CredentialsContainer.prototype.get = function(...args) {
      ++window.e2eGets;
      return get.apply(this, args);
    };
  });
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable', {enableUI: false});
  const {authenticatorId} = await session.send('WebAuthn.addVirtualAuthenticator', {options: {protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal',
    hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true}});
  const faults = [], asked = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text());
  });
  return {page, faults, asked,
    /** Replaces what the authenticator holds by this one. */
    hold: async (credential) => {
      await session.send('WebAuthn.clearCredentials', {authenticatorId});
      await session.send('WebAuthn.addCredential', {authenticatorId, credential});
    },
    presence: (enabled) => session.send('WebAuthn.setAutomaticPresenceSimulation', {authenticatorId, enabled}),
    credentials: async () => (await session.send('WebAuthn.getCredentials', {authenticatorId})).credentials};
}
const isIn = async (page) => {
  await page.waitForURL('**/account/security');
  await page.locator('#own-passkeys').waitFor();
};
async function logInByPassword(page, {email}) {
  await page.goto(`${site}/account/login`);
  await page.fill('#email', email);
  await page.fill('#password', password);
  await page.press('#password', 'Enter');
}
const told = (page, words) => page.locator('#outcome', {hasText: words}).waitFor();
async function addPasskey(page, name = '') {
  await page.fill('#passkey-name', name);
  await page.click('#add-passkey button');
  await told(page, 'The passkey was added.');
}
/** Back to the login page, where nobody touches the authenticator until it is wanted. */
async function logOut({page, presence}) {
  await presence(false);
  await page.click('#log-out');
  await page.waitForFunction(() => window.e2eGets > 0);
  // What the page asked for is with the authenticator, which looks once whether it is touched.
  await page.waitForTimeout(300);
}

/** Somebody who has added a passkey, which may have counted further since, and logs in with it by its button. */
async function logInByPasskey(t, {signCount} = {}) {
  const user = await makeUser(server), opened = await openPage(t), {page} = opened;
  await logInByPassword(page, user);
  await isIn(page);
  await addPasskey(page);
  await logOut(opened);
  if (signCount) await opened.hold({...(await opened.credentials())[0], signCount});
  await opened.presence(true);
  await page.click('#by-passkey button');
  await isIn(page);
  return {user, ...opened};
}

test('a passkey is added, excluded, renamed and removed on the account\'s page', async (t) => {
  const user = await makeUser(server);
  const {page, faults, credentials} = await openPage(t);
  await logInByPassword(page, user);
  await isIn(page);
  await page.locator('#passkeys-none').waitFor();
  await addPasskey(page, 'Laptop');
  assert.equal(await page.innerText('#passkeys .name'), 'Laptop');
  assert.deepEqual((await credentials()).map(({rpId, isResidentCredential}) => [rpId, isResidentCredential]), [['localhost', true]]);

  await page.click('#add-passkey button');
  await told(page, 'This device or security key already has a passkey of your account.');
  assert.equal(await page.locator('#passkeys li').count(), 1);

  await page.getByRole('button', {name: 'Rename Laptop'}).click();
  await page.fill('#rename-name', 'Old laptop');
  await page.press('#rename-name', 'Enter');
  await told(page, 'The new name is saved.');
  await page.getByRole('button', {name: 'Remove Old laptop'}).click();
  await page.getByRole('button', {name: 'Yes'}).click();
  await told(page, 'It was removed.');
  await page.locator('#passkeys-none').waitFor();
  await until('the passkey to leave the browser', async () => (await credentials()).length === 0);
  assert.deepEqual(faults, []);
});

test('at an address that has no passkeys, the pages name the one that has them, and so does the log', async (t) => {
  const local = await startProcess();
  t.after(() => local.stop());
  await until('the address in the log', () => local.log().includes(`http://localhost:${local.port}"`));
  const user = await makeUser(local);
  const {page, faults} = await openPage(t);
  await page.goto(`${local.base}/account/login`);
  await page.locator('#passkeys-elsewhere', {hasText: 'open this page at localhost'}).waitFor();
  assert.equal(await page.locator('#by-passkey').isVisible(), false);
  await page.fill('#email', user.email);
  await page.fill('#password', password);
  await page.press('#password', 'Enter');
  await isIn(page);
  await page.locator('#passkeys-elsewhere', {hasText: 'open this page at localhost'}).waitFor();
  assert.equal(await page.locator('#add-passkey').isVisible(), false);

  await page.goto(`http://localhost:${local.port}/account/login`);
  await page.locator('#by-passkey').waitFor();
  assert.equal(await page.locator('#passkeys-elsewhere').isVisible(), false);
  assert.deepEqual(faults, []);
});

test('a passkey logs in by its button', async (t) => {
  const {user, page, faults} = await logInByPasskey(t);
  assert.equal(await page.innerText('#whose'), user.email);
  assert.deepEqual(faults, []);
});

test('a passkey logs in from the field of the address, without a button', async (t) => {
  const user = await makeUser(server);
  const {page, faults, asked} = await openPage(t);
  await logInByPassword(page, user);
  await isIn(page);
  await addPasskey(page);
  await page.click('#log-out');
  await until('a login by passkey', () => asked.includes('POST /api/auth/passkey'));
  await isIn(page);
  assert.equal(await page.innerText('#whose'), user.email);
  assert.deepEqual(faults, []);
});

test('a passkey that the service does not take is said so, and stays: a challenge may just have been over', async (t) => {
  const user = await makeUser(server);
  const opened = await openPage(t), {page, faults, credentials} = opened;
  await logInByPassword(page, user);
  await isIn(page);
  await addPasskey(page);
  const {access_token: token} = await logIn(server, user);
  const {body: {passkeys}} = await server.get('/api/me/passkeys', {token});
  assert.equal((await server.delete(`/api/me/passkeys/${passkeys[0].id}`, {token})).status, 204);
  await logOut(opened);
  await opened.presence(true);
  await page.click('#by-passkey button');
  await told(page, 'The service does not accept this passkey.');
  assert.equal((await credentials()).length, 1);
  assert.deepEqual(faults, []);
});

test('a copy of a passkey, whose counter has not grown, is refused on the page, and the owner is told', async (t) => {
  const {user, page, faults, credentials, hold, ...opened} = await logInByPasskey(t, {signCount: 100});
  const [credential] = await credentials();
  assert.ok(credential.signCount > 100);
  // A page may ask more than once: the copy must not catch up.
  await logOut({page, ...opened});
  await hold({...credential, signCount: 0});
  await opened.presence(true);
  await page.click('#by-passkey button');
  await told(page, 'The service does not accept this passkey.');
  await until('the notice', async () => (await server.mails(user.email)).some((mail) => /may have been copied/.test(mail.headers.get('subject') ?? '')));
  assert.deepEqual(faults, []);
});

test('a passkey is the second step of a login by password, and makes a session recent that has none', async (t) => {
  const user = await makeUser(server);
  const opened = await openPage(t), {page, faults, presence} = opened;
  await logInByPassword(page, user);
  await isIn(page);
  await page.click('#add-app');
  await page.locator('#enrol-picture').waitFor();
  const secret = (await page.innerText('#enrol-secret')).replaceAll(' ', '');
  await page.fill('#enrol-code', otplib.authenticator.clone({epoch: Date.now()}).generate(secret));
  await page.click('#enrol button:not([type])');
  await page.locator('#codes').waitFor();
  await page.click('#kept');
  await addPasskey(page, 'Laptop');
  await logOut(opened);

  const choosePasskey = async () => {
    await logInByPassword(page, user);
    await page.getByRole('radio', {name: 'Passkey'}).check();
  };
  await choosePasskey();
  await page.locator('#step-trust').check();
  await presence(true);
  await page.getByRole('button', {name: 'Continue'}).click();
  await isIn(page);
  assert.equal(await page.locator('#devices li').count(), 1);

  // A trusted device is no second step of its own.
  await logOut(opened);
  await logInByPassword(page, user);
  await isIn(page);
  await page.click('#renew-codes');
  await page.getByRole('button', {name: 'Yes'}).click();
  await page.locator('#again').waitFor();
  await presence(true);
  await page.click('#again-passkey');
  await page.locator('#codes').waitFor();
  assert.equal(await page.locator('#code-list li').count(), 10);
  assert.deepEqual(faults, []);
});
