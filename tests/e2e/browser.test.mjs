// A person with a browser, which may be any of three: both API pages show every operation without the internet, "Try it
// out" works, and the mail page shows the mail. Swagger UI and ReDoc are not ours: what is asked of them is that they
// work here, and not that axe-core finds nothing in them.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
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
  const stops = await page.tabStops();
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
