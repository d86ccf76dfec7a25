// The pages to log in and to manage what protects an account, against the program: second factors from the picture of a
// secret on, as a camera reads it, to logins with an app, a recovery code and a trusted device. In Chromium and Firefox.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before} from 'node:test';
import {promisify} from 'node:util';
import otplib from 'otplib';
import {forEngines} from './browsers.mjs';
import {codeIn, linkIn, openMailbox} from './mailbox.mjs';
import {freePort, logIn, makeAdmin, makeUser, password, startProcess, startServer, until} from './support.mjs';

const period = 30;
const inBrowsers = (name, run) => forEngines(['chromium', 'firefox'], name, run);
const outcome = '#outcome';
let server;
before(async () => (server = await startServer({env: {SERVICE_NAME: 'Roast & Co'}})));
after(() => server?.stop());

/** The codes of an app: each call gives that of a later step, which the server still takes. */
function appOf(secret) {
  const now = () => Math.floor(Date.now() / 1000 / period);
  let last = now() - 1;
  return async () => {
    last = Math.max(last + 1, now() - 1);
    await until('the clock to come near', () => now() >= last - 1, {within: 2 * period * 1000, every: 200});
    return otplib.authenticator.clone({epoch: last * period * 1000}).generate(secret);
  };
}

/** Waits until a place has the focus and its words; gives them. */
async function told(page, words, place = outcome) {
  await page.wait(`${words} in ${place}`, (css, source) => document.activeElement === document.querySelector(css) &&
    new RegExp(source).test(document.activeElement.innerText.trim()), place, words.source);
  return (await page.text(place)).trim();
}
/** Nothing went wrong but what the page has to find out: what a service does not have, and what it refuses. */
async function isClean(page, refused = /(?!)/) {
  assert.deepEqual((await page.faults()).filter((fault) => !/^404 .*(passkey|email-login|\/account\/forgot)/.test(fault) && !refused.test(fault)), []);
}
/** Of a page, however it is looked at. */
async function isInOrder(page, refused) {
  assert.deepEqual(await page.sideways(), []);
  assert.deepEqual(await page.axe(), []);
  await isClean(page, refused);
}
const heading = {role: 'heading', name: 'Security of your account'};
const button = (name) => ({role: 'button', name});

/** Types address and password into the login page. */
async function enter(page, {email}, word = password) {
  await page.fill('#email', email);
  await page.fill('#password', word);
  await page.press('Enter');
}
async function openLoggedIn(browser, user, look) {
  const page = await browser.open(`${server.base}/account/login`, look);
  await enter(page, user);
  await page.see({css: '#own-sessions h2'});
  return page;
}
async function logOut(page) {
  await page.click('#log-out');
  await page.see('#email');
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
}

/** What a camera that is held at the page reads. */
async function scan(page) {
  await page.see('#enrol-picture');
  await page.evaluate(() => document.querySelector('#enrol-picture').scrollIntoView({block: 'center'}));
  const folder = await mkdtemp(join(tmpdir(), 'coffeeauth-qr-'));
  try {
    const file = join(folder, 'page.png');
    await writeFile(file, await page.screenshot());
    const {stdout} = await promisify(execFile)('zbarimg', ['--quiet', '--raw', file]);
    return stdout.trim();
  } finally {
    await rm(folder, {recursive: true});
  }
}
/** Adds an app on the account's page; gives what makes its codes, and the recovery codes. */
async function addApp(page, label = 'Phone') {
  await page.click('#add-app');
  const uri = new URL(await scan(page));
  const secret = uri.searchParams.get('secret');
  assert.equal(uri.protocol, 'otpauth:');
  assert.equal((await page.text('#enrol-secret')).replaceAll(' ', ''), secret);
  const next = appOf(secret);
  await page.fill('#enrol-code', await next());
  await page.fill('#enrol-label', label);
  await page.click('#enrol button:not([type])');
  await page.see('#codes');
  const codes = await page.texts('#code-list li');
  await page.wait('the focus to be at the codes', () => document.activeElement?.id === 'codes-title');
  return {next, codes};
}

inBrowsers('an app is added with the picture of its secret, asked for at logins, and removed', async (browser) => {
  const user = await makeUser(server);
  const page = await openLoggedIn(browser, user);
  assert.equal(await page.url(), `${server.base}/account/security`);
  assert.equal(await page.title(), 'Security of your account · Roast & Co');
  assert.equal(await page.text('#whose'), user.email);
  await page.see({css: '#is-off'});
  await page.see('#passkeys-none');
  await isInOrder(page);

  const {next, codes} = await addApp(page);
  assert.match(await page.text(outcome), /was added/);
  assert.equal(codes.length, 10);
  for (const code of codes) assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
  await page.see({css: '#is-on'});
  assert.equal(await page.text('#codes-left'), '10');
  await isInOrder(page, /401/);
  await page.click(button('I have kept them'));
  await page.gone('#codes');
  assert.equal(await page.evaluate((code) => document.documentElement.outerHTML.includes(code), codes[0]), false);
  await logOut(page);

  await enter(page, user);
  await page.see({role: 'heading', name: 'Confirm that it is you'});
  assert.equal(await page.evaluate(() => document.activeElement.id), 'step-title');
  assert.deepEqual(await page.texts('#step-factors label'), ['Authenticator app: Phone', 'Recovery code']);
  await isInOrder(page, /401|403/);
  await page.fill('#step-code', '000000');
  await page.press('Enter');
  await page.wait('the wrong code', () => /This code is wrong/.test(document.querySelector('#step-code-error').innerText));
  assert.equal((await page.focused()).name, 'Code');
  await page.fill('#step-code', await next());
  await page.click(button('Continue'));
  await page.see({css: '#is-on'});

  await page.click({role: 'button', name: 'Rename Phone'});
  await page.fill('#rename-name', 'Old <phone>');
  await page.press('Enter');
  await told(page, /new name is saved/);
  assert.equal(await page.text('#apps .name'), 'Old <phone>');
  await page.click({role: 'button', name: 'Remove Old <phone>'});
  await page.see({css: '#confirm-question p', text: 'Remove'});
  await page.click(button('No'));
  await page.click({role: 'button', name: 'Remove Old <phone>'});
  await page.click(button('Yes'));
  await told(page, /was removed/);
  await page.see({css: '#is-off'});
  await logOut(page);
  await enter(page, user);
  await page.see(heading);
});

/** What the clipboard holds. */
async function pasted(page) {
  await page.evaluate(() => {
    const box = document.createElement('textarea');
    document.querySelector('main').append(box);
    box.focus();
  });
  await page.press('Control+v');
  const text = await page.wait('what is pasted', () => document.querySelector('textarea').value);
  await page.evaluate(() => document.querySelector('textarea').remove());
  return text;
}

inBrowsers('a recovery code logs in; a trusted device skips the second step, and what is at stake asks for it again', async (browser) => {
  const user = await makeUser(server);
  const page = await openLoggedIn(browser, user);
  const {codes} = await addApp(page, '');
  await logOut(page);

  await enter(page, user);
  await page.click({css: '#step-factors label', has: {css: 'span', text: 'Recovery code'}});
  await page.click(button('Continue'));
  assert.equal(await page.text('#step-recovery-error'), 'Please fill in this field.');
  await page.fill('#step-recovery', codes[0].toLowerCase());
  await page.click('#step-trust');
  await page.click(button('Continue'));
  await page.see('#devices li');
  assert.equal(await page.text('#codes-left'), '9');
  const kept = await page.evaluate(() => Object.entries(localStorage));
  assert.equal(kept.length, 1);
  assert.match(kept[0][0], /^coffeeauth:device:[0-9a-f]{64}$/);
  assert.match(kept[0][1], /^dev_/);
  await logOut(page);

  await enter(page, user);
  await page.see('#devices li');
  await page.click(button('Make new recovery codes'));
  await page.click(button('Yes'));
  await page.see({role: 'dialog', name: 'Confirm that it is you'});
  // What is missing is the second step: the login was a moment ago.
  assert.match(await page.text('#again form p'), /needs a fresh proof that it is you/);
  assert.deepEqual(await page.axe(), []);
  await page.fill('#again-password', 'wrong horse battery');
  await page.press('Enter');
  await page.wait('the wrong password', () => /password is wrong/.test(document.querySelector('#again-password-error').innerText));
  assert.equal((await page.focused()).name, 'Password');
  await page.fill('#again-password', password);
  await page.press('Enter');
  await page.see('#again #step');
  assert.deepEqual(await page.axe(), []);
  assert.equal(await page.count('#again #step-trust'), 0);
  await page.click({css: '#step-factors label', has: {css: 'span', text: 'Recovery code'}});
  await page.fill('#step-recovery', codes[1]);
  await page.press('Enter');
  await page.gone('dialog');
  await page.see('#codes');
  const renewed = await page.texts('#code-list li');
  assert.equal(renewed.filter((code) => codes.includes(code)).length, 0);
  await page.see('#devices-none');

  await page.click(button('Copy the codes'));
  await page.see({css: '#copy-outcome p', text: 'The codes were copied.'});
  // The drivers of the others cannot paste.
  if (browser.engine === 'chromium') assert.equal(await pasted(page), renewed.join('\n'));
  await isClean(page, /401|403|400/);
  await logOut(page);

  // The new codes took the trust of the device.
  await enter(page, user);
  await page.see('#step');
  await page.click(button('Begin again'));
  await page.see('#email');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
});

inBrowsers('what was begun and not done leaves nothing open', async (browser) => {
  const user = await makeUser(server);
  const page = await openLoggedIn(browser, user);
  await addApp(page);
  await logOut(page);
  await enter(page, user);
  await page.click({css: '#step-factors label', has: {css: 'span', text: 'Recovery code'}});
  // Five attempts a ticket, and it is dead.
  for (let attempt = 0; attempt < 5; ++attempt) {
    await page.fill('#step-recovery', '0000-0000-0000-0000-0000-0000');
    await page.press('Enter');
    await page.wait('the wrong code', () => /This code is wrong/.test(document.querySelector('#step-recovery-error').innerText) && !document.querySelector('#step[aria-busy]'));
  }
  await page.press('Enter');
  await told(page, /begin again/);
  await page.see('#email');
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
});

for (const look of [{width: 1400}, {width: 320, scheme: 'dark'}]) {
  inBrowsers(`the login page and the account's page are used by keyboard alone, ${look.width} px wide`, async (browser) => {
    const user = await makeUser(server);
    const looked = await browser.open(`${server.base}/account/login`, look);
    await looked.see('#forgot');
    await isInOrder(looked);
    await looked.click('h1');
    assert.deepEqual((await looked.tabStops()).filter(({ring}) => !ring), [], 'the focus can be seen');
    // Anew, since Tab has left the page.
    const page = await browser.open(`${server.base}/account/login`, look);
    await page.tabTo({role: 'textbox', name: 'Email address'});
    await page.type(user.email);
    await page.press('Tab');
    await page.type(password);
    await page.tabTo(button('Log in'));
    await page.press('Enter');
    await page.see(heading);
    await page.see('#own-sessions');
    await page.tabTo(button('Add an authenticator app'));
    await page.press('Enter');
    await page.see('#enrol-picture');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'enrol-title');
    await isInOrder(page);
    await page.tabTo(button('Cancel'));
    await page.press('Enter');
    await page.gone('#enrol');
    assert.equal((await page.focused()).name, 'Add an authenticator app');
    assert.equal(await page.evaluate(() => document.querySelector('#enrol-secret').textContent), '');
    await page.click('h1');
    assert.deepEqual((await page.tabStops()).filter(({ring}) => !ring), [], 'the focus can be seen');
  });
}

inBrowsers('a session is ended from another one, and its page says so', async (browser) => {
  const user = await makeUser(server);
  const other = await logIn(server, user);
  const page = await openLoggedIn(browser, user);
  assert.equal(await page.count('#sessions li'), 2);
  assert.equal(await page.count({css: '#sessions li', has: {css: '.mark', text: 'this one'}}), 1);
  await page.click({css: '#sessions button'});
  await told(page, /session has ended/);
  assert.equal(await page.count('#sessions li'), 1);
  assert.equal((await server.post('/api/auth/refresh', {refresh_token: other.refresh_token})).status, 401);
  await isInOrder(page);

  await page.reload();
  await page.see({css: '#own-sessions h2'});
  const access = (await logIn(server, user)).access_token;
  assert.equal((await server.delete('/api/me/sessions', {token: access})).status, 204);
  await page.click('#add-app');
  await page.see('#email');
  await told(page, /have been logged out/);
  await page.reload();
  await page.see('#email');
  assert.equal(await page.text(outcome), '');
});

inBrowsers('a login that is refused says why, and what can be done', async (browser) => {
  const at = await startProcess({env: {RATE_LIMITS_ENABLED: 'true', LOGIN_FAILURE_LIMIT: '2'}});
  try {
    const user = await makeUser(at);
    const page = await browser.open(`${at.base}/account/login`);
    await page.click(button('Log in'));
    assert.deepEqual([await page.text('#email-error'), await page.text('#password-error')], ['Please fill in this field.', 'Please fill in this field.']);
    for (let tries = 0; tries < 20 && await page.count('#ask-code') === 0; ++tries) {
      await enter(page, user, 'wrong horse battery');
      await page.wait('an answer', () => document.querySelector('#outcome').innerText !== '' && !document.querySelector('[aria-busy]'));
    }
    await told(page, /Too many attempts\. Please try again in \d+ (second|minute)s?\./);
    await isInOrder(page, /401|429/);
    await page.fill('#password', password);
    await page.click(button('Send me a code to log in now'));
    await told(page, /code is on its way/);
    await page.fill('#code', codeIn(await openMailbox(at, user.email).next(/log in|login/i)));
    await page.press('Enter');
    await page.see(heading);
  } finally {
    await at.stop();
  }
});

inBrowsers('who must have a second factor and has none is told so on the account\'s page, where it is set up', async (browser) => {
  const at = await startProcess({env: {SECOND_FACTOR_POLICY: 'everyone'}});
  try {
    const user = await makeUser(at);
    const page = await browser.open(`${at.base}/account/login`);
    await enter(page, user);
    await page.see('#is-needed');
    await page.gone('#own-devices');
    await addApp(page);
    await page.gone('#is-needed');
    await page.see('#own-devices');
    assert.equal(await page.count('#turn-off'), 0);
    await page.click({role: 'button', name: 'Remove Phone'});
    await page.click(button('Yes'));
    await told(page, /Add another one before/);
    await isClean(page, /401|403|409/);
  } finally {
    await at.stop();
  }
});

/** Adds a phone with the code that is sent to it. */
async function addPhone(page, at) {
  await page.click(button('Add a phone'));
  await page.fill('#phone', '+49 170 1234567');
  await page.press('Enter');
  await page.see('#enrol-sent');
  await page.fill('#sent-code', await sentCode(at));
  await page.press('Enter');
  await page.see('#codes');
  assert.match(await page.text(outcome), /The phone was added/);
  return page.texts('#code-list li');
}

inBrowsers('an administrator who has a factor of another kind than the policy accepts is told which it does', async (browser) => {
  const at = await startProcess({env: {SECOND_FACTOR_POLICY: 'admins', SECOND_FACTORS: 'totp,sms', SMS_PREFIXES: '+49'}});
  try {
    const page = await browser.open(`${at.base}/account/login`);
    const admin = await makeAdmin(at);
    await enter(page, admin);
    await page.see('#is-needed');
    const [recovery] = await addPhone(page, at);
    await page.see('#is-on');
    assert.match(await page.text('#is-needed'), /Authenticator app or Passkey\. Until one is set up and turned on/);
    await page.gone('#own-devices');
    await isInOrder(page, /401|403/);
    await logOut(page);
    await enter(page, admin);
    await page.click(button('Send me a code'));
    await told(page, /The code is on its way/, '#step-outcome');
    await page.click(button('Begin again'));
    await enter(page, admin);
    // The message of a moment ago was for the login before.
    await page.click(button('Send me a code'));
    await told(page, /A code was sent a moment ago, or too many were sent\. Please try again in \d+ (second|minute)s?\./, '#step-outcome');
    await page.click({css: '#step-factors label', has: {css: 'span', text: 'Recovery code'}});
    await page.fill('#step-recovery', recovery);
    await page.press('Enter');
    await page.see('#is-needed');
    await page.click(button('Make new recovery codes'));
    await page.click(button('Yes'));
    await told(page, /First set up one of a kind that it accepts/);
    await page.click('#add-app');
    await page.fill('#enrol-code', await appOf((await page.text('#enrol-secret')).replaceAll(' ', ''))());
    await page.press('Enter');
    await told(page, /authenticator app was added/);
    await page.gone('#is-needed');
    await page.see('#own-devices');
    await isInOrder(page, /401|403|429/);
  } finally {
    await at.stop();
  }
});

inBrowsers('a mailed code and a mailed link log in, and the second step is asked for all the same', async (browser) => {
  const port = await freePort(), base = `http://127.0.0.1:${port}`;
  const at = await startProcess({port, env: {EMAIL_LOGIN: 'on', EMAIL_LOGIN_MAIL_PAUSE: '0', PUBLIC_URL: base}});
  try {
    const user = await makeUser(at), box = openMailbox(at, user.email);
    const page = await browser.open(`${base}/account/login`);
    const ask = async () => {
      await page.fill('#email', user.email);
      await page.click(button('Send me a mail to log in'));
      await told(page, /a mail is on its way/);
      return box.next(/log in|login/i);
    };
    await page.fill('#mail-code', codeIn(await ask()));
    await page.press('Enter');
    await page.see('#own-sessions');
    const {codes} = await addApp(page);
    await logOut(page);

    const link = linkIn(await ask(), '/account/login');
    const opened = await browser.open(link);
    assert.equal(await opened.url(), `${base}/account/login`);
    assert.match(await opened.text('#link'), /If it was not you who asked for the mail, close this page/);
    await opened.gone('#link-ends');
    await isInOrder(opened);
    await opened.click(button('Log in'));
    await opened.click({css: '#step-factors label', has: {css: 'span', text: 'Recovery code'}});
    await opened.fill('#step-recovery', codes[0]);
    await opened.press('Enter');
    await opened.see('#own-sessions');
    await logOut(opened);

    // As the page behind the link of a login leaves it for the pages of its origin.
    const left = (await at.post('/api/auth/second-factor', {mfa_token: (await at.post('/api/auth/login', user)).body.mfa_token, recovery_code: codes[1]})).text;
    await opened.evaluate((text) => sessionStorage.setItem('coffeeauth.login', text), left);
    await opened.reload();
    await opened.see('#own-sessions');
    assert.deepEqual(await opened.evaluate(() => Object.keys(sessionStorage)), ['coffeeauth:refresh_token']);

    // A link that is opened in a tab with a session, as another person's would be.
    await opened.evaluate((href) => location.assign(href), link);
    await opened.see({css: '#link-ends', text: 'You will be logged out there.'});
    await isInOrder(opened, /401|403/);

    const again = await browser.open(link);
    await again.click(button('Log in'));
    await told(again, /can no longer be used/);
    await again.click(button('Log in another way'));
    assert.equal((await again.focused()).name, 'Email address');
  } finally {
    await at.stop();
  }
});

/** The code of the only text message. */
async function sentCode({dataDir}) {
  const folder = join(dataDir, 'sms');
  const [file] = await until('a text message', async () => {
    const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.sms'));
    return files.length > 0 && files;
  });
  return /\b\d{6}\b/.exec(await readFile(join(folder, file), 'utf8'))[0];
}
const items = (page, list) => page.texts(`#${list} .name`);

inBrowsers('a phone and the mailbox are added as second factors, each under its own heading', async (browser) => {
  const at = await startProcess({env: {SECOND_FACTORS: 'totp,sms,email', SMS_PREFIXES: '+49', EMAIL_LOGIN_MAIL_PAUSE: '0'}});
  try {
    const user = await makeUser(at), box = openMailbox(at, user.email);
    const page = await browser.open(`${at.base}/account/login`, {width: 320});
    await enter(page, user);
    await page.see('#phones-none');
    assert.deepEqual(await page.texts('#two-steps h3'), ['Authenticator apps', 'Phones', 'Codes by mail']);
    await isInOrder(page);

    await page.click(button('Add a phone'));
    await page.wait('the focus to be at the form', () => document.activeElement?.id === 'enrol-phone-title');
    await page.fill('#phone', '+1 212 555 0100');
    await page.press('Enter');
    await page.wait('why it is refused', () => /not sent to this number/.test(document.querySelector('#phone-error').innerText));
    assert.equal((await page.focused()).name, 'Phone number');
    await isInOrder(page, /400/);
    await page.fill('#phone', '+49 170 1234567');
    await page.press('Enter');
    await page.see('#own-phones #enrol-sent');
    await page.wait('the focus to be at the form', () => document.activeElement?.id === 'sent-title');
    assert.match(await page.text('#sent-to'), /^\+49.*67$/);
    const code = await sentCode(at);
    await page.fill('#sent-code', String((Number(code) + 1) % 1e6).padStart(6, '0'));
    await page.press('Enter');
    await page.wait('the wrong code', () => /This code is wrong/.test(document.querySelector('#sent-code-error').innerText));
    await page.click(button('Send another code'));
    await told(page, /No other code was sent: the last one can still be used/);
    await page.fill('#sent-code', code);
    await page.fill('#sent-label', 'Old <phone>');
    await isInOrder(page, /400/);
    await page.click('#enrol-sent button:not([type])');
    await page.see('#codes');
    const [recovery] = await page.texts('#code-list li');
    assert.match(await page.text(outcome), /The phone was added\..*Your other sessions have ended/);
    await page.click(button('I have kept them'));
    assert.deepEqual([await items(page, 'apps'), await items(page, 'phones'), await items(page, 'mails')], [[], ['Old <phone>'], []]);

    const {mfa_token: ticket} = (await at.post('/api/auth/login', user)).body;
    const other = (await at.post('/api/auth/second-factor', {mfa_token: ticket, recovery_code: recovery})).body;
    await page.click(button('Use codes by mail'));
    await page.see('#own-mails #enrol-sent');
    await page.wait('the focus to be at the form', () => document.activeElement?.id === 'sent-title');
    await page.see({css: '#own-mails .hint', text: 'cannot be the second step'});
    await page.fill('#sent-code', codeIn(await box.next(/security code/)));
    await page.press('Enter');
    await told(page, /^Codes by mail were added\.$/);
    assert.deepEqual(await items(page, 'mails'), [`${user.email[0]}...@${user.email.split('@')[1]}`]);
    await page.gone('#add-mail');
    assert.equal((await at.post('/api/auth/refresh', {refresh_token: other.refresh_token})).status, 200, 'no other session has ended');
    await page.click({role: 'button', name: 'Remove Old <phone>'});
    await page.click(button('Yes'));
    await told(page, /was removed/);
    await page.see('#phones-none');
    await isInOrder(page, /400|401/);
  } finally {
    await at.stop();
  }
});

inBrowsers('a mail that is asked for again too soon is not sent, and the code of the first one logs in', async (browser) => {
  const at = await startProcess({env: {EMAIL_LOGIN: 'on', EMAIL_LOGIN_MAIL_PAUSE: '1h'}});
  try {
    const user = await makeUser(at), box = openMailbox(at, user.email);
    const page = await browser.open(`${at.base}/account/login`);
    const ask = async () => {
      await page.fill('#email', user.email);
      await page.click(button('Send me a mail to log in'));
      await told(page, /a mail is on its way/);
    };
    await ask();
    const code = codeIn(await box.next(/log in|login/i));
    await page.click({css: '#mail [data-goto]'});
    await ask();
    await page.fill('#mail-code', code);
    await page.press('Enter');
    await page.see('#own-sessions');
  } finally {
    await at.stop();
  }
});

inBrowsers('a code of the second step that is asked for again at once is the one that was sent', async (browser) => {
  const at = await startProcess({env: {SECOND_FACTORS: 'totp,email', EMAIL_LOGIN_MAIL_PAUSE: '1min'}});
  try {
    const user = await makeUser(at), box = openMailbox(at, user.email);
    const page = await browser.open(`${at.base}/account/login`);
    await enter(page, user);
    await page.click(button('Use codes by mail'));
    await page.fill('#sent-code', codeIn(await box.next(/security code/)));
    await page.press('Enter');
    await page.see('#codes');
    await logOut(page);

    await enter(page, user);
    const said = [];
    await until('the last code to be kept', async () => {
      await page.click('#step-send');
      said.push(await page.wait('an answer', () => !document.querySelector('#step-send[aria-busy]') && document.querySelector('#step-outcome').innerText.trim()));
      return /^No other code was sent/.test(said.at(-1));
    }, {within: 60_000, every: 300});
    assert.match(said.at(-2), /^The code is on its way/);
    await page.fill('#step-code', codeIn(await box.next(/security code/)));
    await page.press('Enter');
    await page.see('#is-on');
  } finally {
    await at.stop();
  }
});

inBrowsers('what a service does not have is not on its pages', async (browser) => {
  const at = await startProcess({env: {SECOND_FACTOR: 'false', PASSKEYS: 'false'}});
  try {
    const user = await makeUser(at);
    const page = await browser.open(`${at.base}/account/login/`);
    await enter(page, user);
    await page.see('#own-sessions');
    for (const part of ['#two-steps', '#own-passkeys', '#own-devices']) assert.equal(await page.count(part), 0, part);
    await isInOrder(page, /404/);
  } finally {
    await at.stop();
  }
  const off = await startProcess({env: {ACCOUNT_SECURITY_PAGES: 'false'}});
  try {
    assert.equal((await off.get('/account/login')).status, 404);
  } finally {
    await off.stop();
  }
});

/** Stands before the program and wants everything in German, as a browser would that its owner set so. */
async function putGermanFront({base}) {
  const site = createServer(async (request, response) => {
    const body = [];
    for await (const part of request) body.push(part);
    const {host, connection, ...headers} = request.headers;
    const answer = await fetch(base + request.url, {method: request.method, headers: {...headers, 'accept-language': 'de'},
      body: body.length > 0 ? Buffer.concat(body) : undefined});
    const kept = [...answer.headers].filter(([name]) => !['connection', 'content-encoding', 'content-length', 'transfer-encoding'].includes(name));
    response.writeHead(answer.status, {...Object.fromEntries(kept), Connection: 'close'});
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  return {base: `http://127.0.0.1:${site.address().port}`, stop() { site.close(); site.closeAllConnections(); }};
}

inBrowsers('the pages of an account speak German, 320 px wide', async (browser) => {
  const user = await makeUser(server);
  const front = await putGermanFront(server);
  try {
    const page = await browser.open(`${front.base}/account/login`, {width: 320});
    await enter(page, user, 'falsches Pferd Batterie');
    await told(page, /Die Adresse oder das Passwort ist falsch/);
    await isInOrder(page, /401/);
    await enter(page, user);
    await page.see({role: 'heading', name: 'Sicherheit Ihres Kontos'});
    await addApp(page, '');
    await isInOrder(page, /401/);
    await page.click(button('Abmelden'));
    await enter(page, user);
    await page.see({role: 'heading', name: 'Bestätigen Sie, dass Sie es sind'});
    await isInOrder(page, /401|403/);
    await page.fill('#step-code', '000000');
    await page.press('Enter');
    await page.wait('the wrong code', () => /Dieser Code ist falsch/.test(document.querySelector('#step-code-error').innerText));
  } finally {
    front.stop();
  }
});
