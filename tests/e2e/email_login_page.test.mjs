// The page behind the link of a login, in three engines, against the program: the link logs in by the button alone, and
// what the page says when it cannot.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {forEachEngine} from './browsers.mjs';
import {success} from './expect.mjs';
import {linkIn, openMailbox} from './mailbox.mjs';
import {freePort, makeUser, startServer} from './support.mjs';

let server;
before(async () => {
  const port = await freePort();
  server = await startServer({port, env: {PUBLIC_URL: `http://127.0.0.1:${port}`, EMAIL_LOGIN: 'on', SERVICE_NAME: 'Roast & Co'}});
});
after(() => server?.stop());

const page = '/account/email-login';
const outcome = '#outcome';
const posts = async (one) => (await one.requests()).filter((path) => path === '/api/auth/email-login/confirm').length;

async function mailedLink() {
  const user = await makeUser(server);
  const box = openMailbox(server, user.email);
  success(await server.post('/api/auth/email-login', {email: user.email}));
  return {user, link: linkIn(await box.next(/: log in$/), page)};
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
  const {user, link} = await mailedLink();
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
