// The page behind the link of a login where there is no login page, in three engines, against the program: the link logs in
// by the button alone and after the second step, and what the page says when it cannot.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {forEachEngine} from './browsers.mjs';
import {success} from './expect.mjs';
import {linkIn, openMailbox} from './mailbox.mjs';
import {addApp} from './second_factors.mjs';
import {freePort, makeLoggedIn, startServer} from './support.mjs';

let server;
before(async () => {
  const port = await freePort();
  server = await startServer({port, env: {PUBLIC_URL: `http://127.0.0.1:${port}`, EMAIL_LOGIN: 'on', EMAIL_LOGIN_MAIL_PAUSE: '0', ACCOUNT_SECURITY_PAGES: 'false', SERVICE_NAME: 'Roast & Co'}});
});
after(() => server?.stop());

const page = '/account/email-login';
const outcome = '#outcome';
const posts = async (one) => (await one.requests()).filter((path) => path === '/api/auth/email-login/confirm').length;

async function mailedLink(user) {
  const box = user.box ??= openMailbox(server, user.email);
  success(await server.post('/api/auth/email-login', {email: user.email}));
  return linkIn(await box.next(/: log in$/), page);
}
async function toldIn(one, words) {
  await one.wait(`${words} in the outcome`, (source) => document.activeElement?.id === 'outcome' && new RegExp(source).test(document.activeElement.innerText.trim()), words.source);
}
async function isInOrder(one, wanted = /(?!)/) {
  assert.deepEqual(await one.sideways(), []);
  assert.deepEqual(await one.axe(), []);
  assert.deepEqual((await one.faults()).filter((fault) => !wanted.test(fault)), []);
}

forEachEngine('the link logs in by the button, once, and leaves the address bar before', async (browser) => {
  const user = await makeLoggedIn(server), link = await mailedLink(user);
  const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token');
  const one = await browser.open(link, {width: 320});
  assert.equal(await one.url(), server.base + page);
  assert.match(await one.title(), / · Roast & Co$/);
  const kept = await one.evaluate((secret) => [document.documentElement.outerHTML, document.cookie, JSON.stringify(history.state),
    ...[localStorage, sessionStorage].flatMap((store) => Object.values(store))].filter((text) => text?.includes(secret)), token);
  assert.deepEqual(kept, []);
  assert.equal(await posts(one), 0);
  await isInOrder(one);
  await one.click({role: 'button', name: 'Log in'});
  await toldIn(one, /You are logged in/);
  assert.equal(await one.count('form'), 0);
  const answer = JSON.parse(await one.evaluate(() => sessionStorage.getItem('coffeeauth.login')));
  assert.equal(success(await server.get('/api/me', {token: answer.access_token})).email, user.email);
  assert.equal(await posts(one), 1);
  await isInOrder(one);

  const again = await browser.open(link, {scheme: 'dark'});
  await again.click({role: 'button', name: 'Log in'});
  await toldIn(again, /can no longer be used/);
  assert.equal(await again.count('form'), 0);
  await isInOrder(again, /400/);
});

forEachEngine('the link of who has a second factor logs in after it, and without it is spent', async (browser) => {
  const user = await makeLoggedIn(server), {codes} = await addApp(server, user);
  const toStep = async (look) => {
    const one = await browser.open(await mailedLink(user), look);
    await one.click({role: 'button', name: 'Log in'});
    await one.see({role: 'heading', name: 'Confirm that it is you'});
    await isInOrder(one, /403/);
    return one;
  };
  const one = await toStep({width: 320});
  await one.click({css: '#step-factors label', has: {css: 'span', text: 'Recovery code'}});
  await one.fill('#step-recovery', codes[0]);
  await one.press('Enter');
  await toldIn(one, /You are logged in/);
  const answer = JSON.parse(await one.evaluate(() => sessionStorage.getItem('coffeeauth.login')));
  assert.equal(success(await server.get('/api/me', {token: answer.access_token})).email, user.email);
  await isInOrder(one, /403/);

  const given = await toStep({scheme: 'dark'});
  await given.click({role: 'button', name: 'Begin again'});
  await toldIn(given, /You are not logged in, and this link is spent/);
  assert.equal(await given.evaluate(() => sessionStorage.getItem('coffeeauth.login')), null);
});

forEachEngine('without a link the page says where one comes from', async (browser) => {
  for (const target of [page, `${page}#token=`]) {
    const one = await browser.open(server.base + target);
    await toldIn(one, /needs the link from the mail/);
    assert.equal(await one.count('form'), 0);
    await isInOrder(one);
  }
});

test('the page is in German, too', async () => {
  const german = await server.get(page, {headers: {'Accept-Language': 'de-AT, en;q=0.5'}});
  assert.match(german.text, /<html lang="de">/);
  const english = await server.get(page);
  const templates = ({text}) => [...text.matchAll(/<template id="([^"]+)"/g)].map(([, id]) => id);
  assert.ok(templates(english).length > 5);
  assert.deepEqual(templates(german), templates(english));
});
