// A person with a browser, which may be any of three: both API pages show every operation without the internet, "Try it
// out" works, and the mail page shows the mail. Swagger UI and ReDoc are not ours: what is asked of them is that they
// work here, and not that axe-core finds nothing in them.
import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {forEachEngine} from './browsers.mjs';
import {codeIn, openMailbox} from './mailbox.mjs';
import {makeAdmin, newAddress, password, startServer, until} from './support.mjs';
import {admitListener} from './webkit.mjs';

let server, operations, admin;
before(async () => {
  server = await startServer();
  admin = await makeAdmin(server);
  const {paths} = (await server.get('/openapi.json')).body;
  operations = Object.values(paths).flatMap((item) =>
    ['get', 'post', 'put', 'patch', 'delete'].filter((method) => method in item).map((method) => item[method].operationId));
});
after(() => server?.stop());

async function open(browser, path, options) {
  const page = await browser.open(server.base + path, options);
  assert.equal(page.status, 200);
  return page;
}

/** Answers every path with a page: its body, its header fields. */
async function serve(pages) {
  const site = createServer(({url}, response) => {
    const [body, headers] = pages[url] ?? ['', {}];
    response.writeHead(pages[url] ? 200 : 404, {'Content-Type': 'text/html; charset=utf-8', ...headers});
    response.end(`<!doctype html>\n<html lang="en"><head><title>A page</title><link rel="icon" href="data:,"></head><body>${body}</body></html>`);
  });
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  return {base: `http://127.0.0.1:${site.address().port}`, stop: () => { site.close(); site.closeAllConnections(); }};
}

// These tests would pass over everything if they were blind.
forEachEngine('what goes wrong in a page is told', async (browser) => {
  const site = await serve({
    '/': [`<main><h1>Wrong</h1><p style="width: 50rem">Too wide</p><input><img src="/missing" alt="">
      <button onclick="setTimeout(() => { throw new Error('thrown') })">Throw</button>
      <button onclick="Promise.reject(new Error('rejected'))">Reject</button>
      <button onclick="console.error('said')">Say</button>
      <button onclick="fetch('http://elsewhere.invalid/').catch(() => {})">Elsewhere</button><a href="/strict" style="outline: none">Strict</a></main>`, {}],
    '/strict': ['<main><h1>Strict</h1><p onclick="0" style="color: red">Styled</p></main>', {'Content-Security-Policy': "default-src 'none'; img-src data:"}],
  });
  try {
    const page = await browser.open(`${site.base}/`, {width: 320});
    assert.match((await page.sideways()).join('\n'), /Too wide/);
    assert.match((await page.axe()).join('\n'), /^label: input/m);
    const stops = await page.tabStops();
    assert.deepEqual(stops.map(({tag, name, ring}) => [tag, name, ring]),
      [['input', '', true], ...['Throw', 'Reject', 'Say', 'Elsewhere'].map((name) => ['button', name, true]), ['a', 'Strict', false]]);
    for (const name of ['Throw', 'Reject', 'Say', 'Elsewhere']) await page.click({role: 'button', name});
    await page.press('Tab', 'Shift+Tab', 'Tab', 'Enter');
    await page.see({text: 'Styled'});
    const faults = (await page.faults()).join('\n');
    for (const told of [/thrown/, /rejected/, /said/, /request to http:\/\/elsewhere\.invalid/, /^404 .*\/missing$/m, /style|policy/i]) assert.match(faults, told);
  } finally {
    site.stop();
  }
});

test('what listens to a page in WebKit leaves its policy as it is for everything else', () => {
  const hash = / 'sha256-[^']+'/;
  for (const [policy, admitted] of [
    ["default-src 'none'; style-src 'self'", "default-src 'none'; style-src 'self'; script-src"],
    ["default-src 'self'", "default-src 'self'; script-src 'self'"],
    ["default-src 'none'; script-src 'none'; img-src *", "default-src 'none'; img-src *; script-src"],
    ["script-src 'self' 'wasm-unsafe-eval'", "script-src 'self' 'wasm-unsafe-eval'"],
  ]) {
    assert.match(admitListener(policy), hash);
    assert.equal(admitListener(policy).replace(hash, ''), admitted);
  }
  for (const policy of ["img-src 'self'", "script-src 'self' 'unsafe-inline'"]) assert.equal(admitListener(policy), policy);
});

// What holds for a page of ours, however it is looked at.
async function isInOrder(page) {
  assert.deepEqual(await page.sideways(), []);
  assert.deepEqual(await page.axe(), []);
  // What is in a frame shows by itself where it is.
  const stops = (await page.tabStops()).filter(({tag}) => tag !== 'iframe');
  assert.deepEqual(stops.filter(({ring}) => !ring), [], 'the focus can be seen');
  assert.equal(stops.length, await page.count({css: ':is(a[href], button, input, select, textarea, summary, [tabindex="0"]):not(:disabled)'}));
  assert.deepEqual(await page.faults(), []);
}
const looks = [{width: 1400}, {width: 320}, {width: 1400, scheme: 'dark'}, {width: 320, scheme: 'dark'}];

forEachEngine('/dev/mail without a mail is in order', async (browser) => {
  const fresh = await startServer();
  try {
    const path = await until('the link to /dev/mail', () => fresh.mailPage());
    await isInOrder(await browser.open(fresh.base + path, {width: 320}));
  } finally {
    await fresh.stop();
  }
});

forEachEngine('/dev/mail is in order in a wide and in a narrow window, light and dark', async (browser) => {
  const email = `${'long.'.repeat(10)}${newAddress('mail')}`;
  assert.equal((await server.post('/api/auth/signup', {email, password, first_name: 'W'.repeat(100)})).status, 201);
  await server.code(email);
  for (const look of looks) {
    const page = await open(browser, server.mailPage(), look);
    assert.ok((await page.text('body')).includes(email));
    await isInOrder(page);
  }
});

forEachEngine('/ leads to Swagger, which shows every operation, without an error and without the internet', async (browser) => {
  const page = await open(browser, '/');
  assert.equal(new URL(await page.url()).pathname, '/swagger/');
  await page.see('.opblock');
  assert.equal(await page.count('.opblock'), operations.length);
  assert.deepEqual(await page.faults(), []);
});

forEachEngine('ReDoc shows every operation, without an error and without the internet', async (browser) => {
  const page = await open(browser, '/redoc/');
  await page.see('[id*="operation/"]');
  const shown = await page.evaluate(() => [...document.querySelectorAll('[id*="operation/"]')].map(({id}) => id.split('operation/')[1]));
  assert.deepEqual(operations.filter((id) => !shown.includes(id)), []);
  assert.deepEqual(await page.faults(), []);
});

const operation = (path) => ({css: '.opblock', has: `[data-path="${path}"]`});
const answer = {css: '.live-responses-table .response .response-col_status'};

forEachEngine('"Try it out" signs a user up, and /dev/mail shows the mail', async (browser) => {
  const email = newAddress('browser'), within = operation('/api/auth/signup');
  const page = await open(browser, '/swagger/');
  await page.click({css: '.opblock-summary', within});
  await page.click({role: 'button', name: /Try it out/, within});
  await page.fill({css: 'textarea', within}, JSON.stringify({email, password}));
  await page.click({role: 'button', name: 'Execute', within});
  assert.match(await page.text({...answer, within}), /^201/);
  assert.deepEqual(await page.faults(), []);

  const code = codeIn(await openMailbox(server, email).next());
  await page.open(server.base + server.mailPage());
  const text = await page.text('body');
  assert.ok(text.includes(email), text);
  assert.ok(text.includes(code), text);
  assert.deepEqual(await page.faults(), []);
});

forEachEngine('an operation is tried with the keyboard alone', async (browser) => {
  const page = await open(browser, '/swagger/');
  await page.see('.opblock');
  const within = operation('/healthz');
  await page.tabTo({role: 'button', within}, {within: 300});
  await page.press('Enter');
  await page.see({role: 'button', name: /Try it out/, within});
  await page.tabTo({role: 'button', name: /Try it out/, within});
  await page.press('Space');
  await page.see({role: 'button', name: 'Execute', within});
  await page.tabTo({role: 'button', name: 'Execute', within});
  await page.press('Enter');
  assert.match(await page.text({...answer, within}), /^200/);
  assert.deepEqual(await page.faults(), []);
});

forEachEngine('an administrator authorises Swagger and lists the users', async (browser) => {
  const page = await open(browser, '/swagger/');
  await page.click('.btn.authorize');
  await page.fill('.auth-container input', admin.token);
  await page.click('.auth-btn-wrapper .authorize');
  await page.click('.btn-done');
  const within = operation('/api/users');
  await page.click({css: '.opblock-summary', within});
  await page.click({role: 'button', name: /Try it out/, within});
  await page.click({role: 'button', name: 'Execute', within});
  assert.match(await page.text({...answer, within}), /^200/);
  const list = await page.text({css: '.live-responses-table', within});
  assert.ok(list.includes(admin.email), list);
  assert.deepEqual(await page.faults(), []);
});

forEachEngine('a mail shows markup as text', async (browser) => {
  const email = newAddress('safe');
  const signedUp = await server.post('/api/auth/signup', {
    email, password, first_name: '<b onclick="x">', last_name: `"<img src=x onerror=alert(1)>"@example.com`});
  assert.equal(signedUp.status, 201);
  await server.code(email);
  const page = await open(browser, server.mailPage());
  assert.equal(await page.evaluate(() => document.querySelectorAll('img, b[onclick], script:not([src])').length), 0);
  assert.deepEqual(await page.faults(), []);
});

const article = (email) => ({css: 'article', has: {css: 'dd', text: email}});

forEachEngine('/dev/mail shows text and HTML side by side, newest first, and keeps itself up to date', async (browser) => {
  const page = await open(browser, server.mailPage());
  const signUp = async (name) => {
    const email = newAddress(name);
    assert.equal((await server.post('/api/auth/signup', {email, password})).status, 201);
    const code = await server.code(email);
    await page.see(article(email));
    return {email, code};
  };
  const first = await signUp('first');
  // Whoever marks something in it, or scrolls it, is not interrupted.
  await page.evaluate((email) => {
    [...document.querySelectorAll('article')].find((one) => one.textContent.includes(email)).dataset.kept = 'yes';
  }, first.email);
  const second = await signUp('second');
  assert.deepEqual((await page.texts('article dd:first-of-type')).slice(0, 2), [second.email, first.email]);
  assert.equal(await page.count({css: '[data-kept]', ...article(first.email)}), 1);
  assert.match(await page.text({role: 'status'}), /newest first. New: coffeeauth: your verification code/);

  assert.ok((await page.text({css: 'pre', within: article(second.email)})).includes(`\n${second.code}\n`));
  assert.ok((await page.textOfFrame({css: 'iframe', within: article(second.email)})).includes(second.code));
  const places = () => page.evaluate(() => ['pre', 'iframe'].map((css) => document.querySelector(`article ${css}`).getBoundingClientRect().toJSON()));
  const [left, right] = await places();
  assert.equal(left.y, right.y);
  assert.ok(left.right < right.x);
  await page.resize(320);
  const [above, below] = await places();
  assert.ok(above.bottom < below.y);
  assert.deepEqual(await page.sideways(), []);
  assert.deepEqual(await page.faults(), []);

  const background = (one) => one.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background(page);
  assert.notEqual(await background(await open(browser, server.mailPage(), {scheme: 'dark'})), light);
});

forEachEngine('a mail in /dev/mail runs nothing and fetches nothing', async (browser) => {
  const name = await strangeMail();
  const page = await open(browser, server.mailPage());
  const frame = {css: 'iframe', within: {css: 'article', has: {text: 'of a stranger'}}};
  await page.evaluate((id) => document.querySelector(`iframe[src*="${id}"]`).scrollIntoView(), name.split('@')[0]);
  assert.match(await page.textOfFrame(frame), /shown/);
  assert.equal(await page.title(), 'coffeeauth: mails');
  assert.equal(await page.evaluate(() => window.name), '');
  const requests = await page.requests(), refused = (await page.faults()).filter((fault) => /healthz/.test(fault));
  // Chromium tells of what it did not send as if it had been a request.
  assert.ok(!requests.includes('/healthz') || refused.some((fault) => /csp/.test(fault)), refused.join('\n'));
});

test('a mail in /dev/mail is not there without the link', async () => {
  const path = `/dev/mail/${encodeURIComponent(await strangeMail())}`;
  const [, query] = server.mailPage().split('?');
  const shown = await server.get(`${path}?${query}`);
  assert.equal(shown.status, 200);
  assert.equal(shown.text.trim(), strange);
  const policy = shown.headers.get('content-security-policy');
  for (const rule of ["default-src 'none'", "frame-ancestors 'self'", 'sandbox allow-popups']) assert.ok(policy.includes(rule), policy);
  assert.doesNotMatch(policy, /allow-(scripts|same-origin|forms|top)|script-src/);
  assert.equal((await server.get(`/dev/mail/nothing?${query}`)).status, 404);
  for (const wrong of ['', '?token=', '?token=0']) assert.equal((await server.get(path + wrong)).status, 404);
});

const strange = '<title>x</title><p class="shown">shown</p><img src="/healthz"><script>parent.document.title = top.name = "taken"</script>';
/** A mail that nobody of this project wrote, in the folder of mails; gives its name. */
async function strangeMail() {
  const name = '01890000-0000-7000-8000-000000000000@coffeeauth';
  await writeFile(join(server.dataDir, 'mail', `${name}.eml`), ['Date: Thu, 26 Nov 2026 14:05:00 +0000', 'From: <a@example.com>',
    'To: someone@example.com', 'Subject: of a stranger', 'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary="=_coffeeauth_alternative"', '', '--=_coffeeauth_alternative',
    'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 7bit', '', 'text', '--=_coffeeauth_alternative',
    'Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: 7bit', '', strange, '--=_coffeeauth_alternative--', ''].join('\r\n'));
  return name;
}
