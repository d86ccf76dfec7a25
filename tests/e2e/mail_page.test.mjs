// /dev/mail, where the mails of a developer's server are shown: what a person sees of it, and what a mail in it cannot do.
import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {startChromium} from './chromium.mjs';
import {newAddress, password, startServer, until} from './support.mjs';

let server, chromium;
before(async () => {
  server = await startServer();
  chromium = await startChromium();
  await until('the link to /dev/mail', () => server.mailPage());
});
after(async () => {
  await chromium?.stop();
  await server?.stop();
});

/** What the page complains of, and what it could not fetch. */
function faultsOf(page) {
  const faults = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('requestfailed', (request) => faults.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  return faults;
}

async function open(path) {
  const page = await (await chromium.browser.newContext()).newPage();
  const faults = faultsOf(page);
  assert.equal((await page.goto(server.base + path)).status(), 200);
  return {page, faults};
}

test('/dev/mail shows text and HTML side by side, newest first, and keeps itself up to date', async () => {
  const {page, faults} = await open(server.mailPage());
  const signUp = async (name) => {
    const email = newAddress(name);
    assert.equal((await server.post('/api/auth/signup', {email, password})).status, 201);
    const code = await server.code(email);
    const article = page.locator('article', {hasText: email});
    await article.waitFor();
    return {email, code, article};
  };
  const first = await signUp('first');
  // Whoever marks something in it, or scrolls it, is not interrupted.
  await first.article.evaluate((one) => one.dataset.kept = 'yes');
  const second = await signUp('second');
  const addresses = await page.locator('article dd:first-of-type').allInnerTexts();
  assert.deepEqual(addresses.slice(0, 2), [second.email, first.email]);
  assert.equal(await first.article.getAttribute('data-kept'), 'yes');
  assert.match(await page.getByRole('status').innerText(), /newest first. New: coffeeauth: your verification code/);

  const text = second.article.locator('pre');
  const frame = second.article.locator('iframe');
  assert.ok((await text.innerText()).includes(`\n${second.code}\n`));
  assert.equal(await frame.contentFrame().locator('.code').innerText(), second.code);
  const places = async () => [await text.boundingBox(), await frame.boundingBox()];
  const [left, right] = await places();
  assert.equal(left.y, right.y);
  assert.ok(left.x + left.width < right.x);
  await page.setViewportSize({width: 320, height: 600});
  const [above, below] = await places();
  assert.ok(above.y + above.height < below.y);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);

  const background = () => page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
  await page.emulateMedia({colorScheme: 'light'});
  const light = await background();
  await page.emulateMedia({colorScheme: 'dark'});
  assert.notEqual(await background(), light);
  assert.deepEqual(faults, []);
  await page.close();
});

test('a mail in /dev/mail runs nothing, fetches nothing, and is not there without the link', async () => {
  const name = '01890000-0000-7000-8000-000000000000@coffeeauth';
  const html = '<title>x</title><p class="shown">shown</p><img src="/healthz"><script>parent.document.title = top.name = "taken"</script>';
  await writeFile(join(server.dataDir, 'mail', `${name}.eml`), ['Date: Thu, 26 Nov 2026 14:05:00 +0000', 'From: <a@example.com>',
    'To: someone@example.com', 'Subject: of a stranger', 'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary="=_coffeeauth_alternative"', '', '--=_coffeeauth_alternative',
    'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 7bit', '', 'text', '--=_coffeeauth_alternative',
    'Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: 7bit', '', html, '--=_coffeeauth_alternative--', ''].join('\r\n'));
  const {page, faults} = await open(server.mailPage());
  const frame = page.locator('article', {hasText: 'of a stranger'}).locator('iframe');
  await frame.scrollIntoViewIfNeeded();
  assert.equal(await frame.contentFrame().locator('.shown').innerText(), 'shown');
  assert.equal(await page.title(), 'coffeeauth: mails');
  assert.equal(await page.evaluate(() => window.name), '');
  // Chromium tells of it, and sends nothing.
  assert.ok(faults.includes(`failed: ${server.base}/healthz csp`), String(faults));
  await page.close();

  const path = `/dev/mail/${encodeURIComponent(name)}`;
  const [, query] = server.mailPage().split('?');
  const shown = await server.get(`${path}?${query}`);
  assert.equal(shown.status, 200);
  assert.equal(shown.text.trim(), html);
  const policy = shown.headers.get('content-security-policy');
  for (const rule of ["default-src 'none'", "frame-ancestors 'self'", 'sandbox allow-popups']) assert.ok(policy.includes(rule), policy);
  assert.doesNotMatch(policy, /allow-(scripts|same-origin|forms|top)|script-src/);
  assert.equal((await server.get(`/dev/mail/nothing?${query}`)).status, 404);
  for (const wrong of ['', '?token=', '?token=0']) assert.equal((await server.get(path + wrong)).status, 404);
});
