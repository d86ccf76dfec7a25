// Passkeys in Chromium, with an authenticator of software: by the client that the guide shows, and by an independent library
// on both sides, which shares no code with the server.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readFile, rm} from 'node:fs/promises';
import {createServer} from 'node:https';
import {request as ask} from 'node:http';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {verifyAuthenticationResponse, verifyRegistrationResponse} from '@simplewebauthn/server';
import {chromium as playwright} from 'playwright-core';
import {isTokenPair, problem, success} from './expect.mjs';
import {freePort, here, logIn, makeLoggedIn, password, project, startServer, temporaryFolder, until} from './support.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const authenticator = {protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true};
const claimsOf = ({access_token}) => JSON.parse(Buffer.from(access_token.split('.')[1], 'base64url').toString());

let server, site, browser, client, library;
before(async () => {
  const guide = await readFile(join(project, 'docs/guide/strong-logins.md'), 'utf8');
  [, client] = /```js\n([^]*?)```/.exec(guide);
  library = await readFile(join(here, 'node_modules/@simplewebauthn/browser/dist/bundle/index.umd.min.js'), 'utf8');
  const port = await freePort();
  // Browsers make no passkey for an address of digits.
  site = `http://localhost:${port}`;
  server = await startServer({port, env: {PUBLIC_URL: site}});
  browser = await playwright.launch({executablePath, headless: true, timeout: 120_000, args: flags});
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** An empty page of an origin, with the guide's client in `window.guide` and the library in `window.SimpleWebAuthnBrowser`. */
async function openPage(t, {at = site, from = browser} = {}) {
  const context = await from.newContext({ignoreHTTPSErrors: true});
  t.after(() => context.close());
  const page = await context.newPage();
  await page.route('**/e2e*', (route) => route.fulfill(route.request().url().endsWith('.js')
    ? {contentType: 'text/javascript', body: route.request().url().includes('library') ? library : client}
    : {contentType: 'text/html', body: `<!doctype html><input autocomplete="username webauthn"><script src="/e2e-library.js"></script>
       <script type="module">import * as guide from '/e2e-client.js'; window.guide = guide;</script>`}));
  await page.goto(`${at}/e2e`);
  await page.waitForFunction('window.guide && window.SimpleWebAuthnBrowser');
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable', {enableUI: false});
  const {authenticatorId} = await session.send('WebAuthn.addVirtualAuthenticator', {options: authenticator});
  return {page, cdp: (method, more = {}) => session.send(`WebAuthn.${method}`, {authenticatorId, ...more}),
    guide: (name, ...args) => page.evaluate(([name, args]) => window.guide[name](...args), [name, args])};
}
/** A user with a passkey that the page's authenticator holds. */
async function withPasskey(t, name = 'Laptop') {
  const user = await makeLoggedIn(server);
  const opened = await openPage(t);
  const passkey = await opened.guide('addPasskey', user.token, name);
  return {user, passkey, ...opened};
}
const bytes = (base64url) => new Uint8Array(Buffer.from(base64url, 'base64url'));
const isRefused = (promise, words) => assert.rejects(promise, (error) => {
  assert.match(error.message, words);
  return true;
});

test('the guide\'s client registers a passkey, which logs in without a name, as both factors', async (t) => {
  const {user, passkey, guide} = await withPasskey(t);
  assert.equal(passkey.name, 'Laptop');
  const tokens = await guide('logIn');
  isTokenPair(tokens);
  assert.equal(claimsOf(tokens).sub, user.id);
  assert.equal(claimsOf(tokens).acr, 'aal2');
  const {passkeys, rp_id: rpId} = success(await server.get('/api/me/passkeys', {token: tokens.access_token}));
  assert.equal(rpId, 'localhost');
  assert.deepEqual(passkeys.map(({id}) => id), [passkey.id]);
  assert.ok(passkeys[0].last_used_at);
});

test('the browser offers the passkey in the field of the address', async (t) => {
  const {user, guide, page} = await withPasskey(t);
  assert.ok(await page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable()));
  assert.equal(claimsOf(await guide('logIn', {mediation: 'conditional'})).sub, user.id);
});

test('a device that has a passkey of the account makes no second one', async (t) => {
  const {user, guide, passkey} = await withPasskey(t);
  await isRefused(guide('addPasskey', user.token, 'again'), /InvalidStateError/);
  const {passkeys} = success(await server.get('/api/me/passkeys', user));
  assert.deepEqual(passkeys.map(({id}) => id), [passkey.id]);
});

test('a passkey answers the challenge after a password, and makes a session recent', async (t) => {
  const {user, guide} = await withPasskey(t);
  const turned = success(await server.put('/api/me/second-factor', {required: true}, user));
  assert.equal(turned.recovery_codes.length, 10);
  const asked = await server.post('/api/auth/login', {email: user.email, password});
  assert.equal(asked.status, 403, asked.text);
  assert.deepEqual(asked.body.factors.map(({type}) => type), ['passkey', 'recovery_code']);
  const tokens = await guide('answerChallenge', asked.body.mfa_token);
  isTokenPair(tokens);
  assert.equal(claimsOf(tokens).acr, 'aal2');

  const again = await guide('stepUp', tokens.access_token);
  assert.ok(again.authenticated_at);
  success(await server.post('/api/me/recovery-codes', undefined, {token: again.access_token}), 201);
});

test('a passkey that was removed logs in no more', async (t) => {
  const {user, passkey, guide} = await withPasskey(t);
  assert.equal((await server.delete(`/api/me/passkeys/${passkey.id}`, user)).status, 204);
  await isRefused(guide('logIn'), /passkey/i);
});

test('a counter that has not grown is a copy\'s: it is refused, and the owner is told', async (t) => {
  const {user, guide, cdp} = await withPasskey(t);
  await guide('logIn');
  const {credentials: [credential]} = await cdp('getCredentials');
  assert.ok(credential.signCount > 1);
  await cdp('clearCredentials');
  await cdp('addCredential', {credential: {...credential, signCount: 0}});
  await isRefused(guide('logIn'), /passkey/i);
  await until('the notice', async () => (await server.mails(user.email)).some((mail) => /may have been copied/.test(mail.headers.get('subject') ?? '')));
  // The one that was there before goes on counting.
  await cdp('clearCredentials');
  await cdp('addCredential', {credential: {...credential, signCount: credential.signCount + 10}});
  isTokenPair(await guide('logIn'));
});

test('an independent server verifies what our options make of Chromium', async (t) => {
  const user = await makeLoggedIn(server);
  const {page} = await openPage(t);
  const made = success(await server.post('/api/me/passkeys/options', {}, user));
  const created = await page.evaluate(async (options) => (await navigator.credentials.create(
    {publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options)})).toJSON(), made.options);
  const expected = {expectedOrigin: site, expectedRPID: 'localhost', requireUserVerification: true};
  const registered = await verifyRegistrationResponse({response: created, expectedChallenge: made.options.challenge, ...expected});
  assert.ok(registered.verified);
  success(await server.post('/api/me/passkeys', {credential: created, name: 'Both'}, user), 201);

  const {options} = success(await server.post('/api/auth/passkey/options', {}));
  const proof = await page.evaluate(async (json) => (await navigator.credentials.get(
    {publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(json)})).toJSON(), options);
  const authenticated = await verifyAuthenticationResponse({response: proof, expectedChallenge: options.challenge, ...expected,
    credential: registered.registrationInfo.credential});
  assert.ok(authenticated.verified);
  assert.deepEqual(bytes(proof.response.userHandle), bytes(made.options.user.id));
  isTokenPair(success(await server.post('/api/auth/passkey', {credential: proof})));
  problem(await server.post('/api/auth/passkey', {credential: proof}), 401, 'passkey_rejected');
});

test('we verify what an independent client sends', async (t) => {
  const user = await makeLoggedIn(server);
  const {page} = await openPage(t);
  const made = success(await server.post('/api/me/passkeys/options', {}, user));
  const created = await page.evaluate((optionsJSON) => window.SimpleWebAuthnBrowser.startRegistration({optionsJSON}), made.options);
  success(await server.post('/api/me/passkeys', {credential: created}, user), 201);
  const {options} = success(await server.post('/api/auth/passkey/options', {}));
  const proof = await page.evaluate((optionsJSON) => window.SimpleWebAuthnBrowser.startAuthentication({optionsJSON}), options);
  assert.equal(claimsOf(success(await server.post('/api/auth/passkey', {credential: proof}))).sub, user.id);
});

test('a page at a related origin uses the passkeys of the domain, and one at another does not', async (t) => {
  const folder = await temporaryFolder();
  t.after(() => rm(folder, {recursive: true, force: true}));
  const names = ['accounts.test', 'shop.example', 'stranger.example'];
  await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=accounts.test',
    '-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`, '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]);
  const related = await startServer({env: {PUBLIC_URL: 'https://accounts.test', WEBAUTHN_RELATED_ORIGINS: 'https://shop.example'}});
  t.after(() => related.stop());
  // What stands in front of it, for all three names.
  const front = createServer({key: await readFile(join(folder, 'key.pem')), cert: await readFile(join(folder, 'cert.pem'))}, (request, response) => {
    request.pipe(ask(related.base + request.url, {method: request.method, headers: request.headers}, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    }).on('error', () => response.destroy()));
  });
  await new Promise((go) => front.listen(0, '127.0.0.1', go));
  t.after(() => new Promise((go) => {
    front.closeAllConnections();
    front.close(go);
  }));
  const own = await playwright.launch({executablePath, headless: true, timeout: 120_000,
    args: [...flags, '--ignore-certificate-errors', `--host-resolver-rules=MAP *:443 127.0.0.1:${front.address().port}`]});
  t.after(() => own.close());

  assert.deepEqual(success(await related.get('/.well-known/webauthn')), {origins: ['https://shop.example']});
  const user = await makeLoggedIn(related);
  const at = (name) => openPage(t, {at: `https://${name}`, from: own});
  const shop = await at('shop.example');
  const passkey = await shop.guide('addPasskey', user.token, 'Shop');
  assert.equal(passkey.name, 'Shop');
  assert.equal(claimsOf(await shop.guide('logIn')).sub, user.id);
  const stranger = await at('stranger.example');
  await isRefused(stranger.guide('logIn'), /SecurityError/);
  isTokenPair(await logIn(related, user));

  // The account's own pages do the same: the browser asks the domain which origins are related.
  await shop.page.goto('https://shop.example/account/login');
  await shop.page.waitForURL('**/account/security');
  await shop.page.locator('#passkeys li', {hasText: 'Shop'}).waitFor();
  await stranger.page.goto('https://stranger.example/account/login');
  await stranger.page.click('#by-passkey button');
  await stranger.page.locator('#outcome', {hasText: 'cannot be used at this web address, but at accounts.test'}).waitFor();
});
