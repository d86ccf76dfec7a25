// The service as nginx shows it to the world: below a path of somebody's host, and compressed on the way.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {openPage, startChromium} from './chromium.mjs';
import {success} from './expect.mjs';
import {startNginx} from './production.mjs';
import {makeAdmin, makeLoggedIn, newAddress, password, request, startProcess} from './support.mjs';

const gzip = 'gzip on; gzip_proxied any; gzip_min_length 1; gzip_types application/json application/problem+json;';
let server, nginx, chromium, at, admin;
before(async () => {
  // nginx's port is free until nginx takes it, and the server has to know it before.
  server = await startProcess();
  nginx = await startNginx([server.port], {prefix: '/auth', http: gzip});
  at = `http://127.0.0.1:${nginx.port}/auth`;
  await server.stop({keep: true});
  server = await startProcess({port: server.port, dataDir: server.dataDir, env: {PUBLIC_URL: `${at}/`, TRUSTED_PROXIES: '127.0.0.1'}});
  admin = await makeAdmin(server);
  chromium = await startChromium();
});
after(async () => {
  await chromium?.stop();
  await nginx?.stop();
  await server?.stop();
});

const ask = (method, path, options) => request(at + path, {method, token: admin.token, ...options});

test('what was read through nginx can be sent back, with the tag that nginx made weak', async () => {
  const user = await makeLoggedIn(server);
  const path = `/api/users/${user.id}`;
  for (const method of ['PUT', 'PATCH']) {
    const read = await ask('GET', path);
    assert.match(read.headers.get('etag'), /^W\//, 'nginx weakens what it compresses');
    const headers = {'If-Match': read.headers.get('etag')};
    assert.deepEqual(success(await ask(method, path, {headers, body: read.body})), read.body);
    success(await ask(method, path, {headers, body: {...read.body, first_name: method}}));
    const stale = await ask(method, path, {headers, body: {last_name: 'Stale'}});
    assert.equal(stale.status, 412, stale.text);
  }
  const {headers} = await ask('GET', path);
  success(await ask('DELETE', path, {headers: {'If-Match': headers.get('etag')}}), 204);
});

test('a page of users that nginx compressed is not sent twice', async () => {
  const first = await ask('GET', '/api/users');
  const again = await ask('GET', '/api/users', {headers: {'If-None-Match': first.headers.get('etag')}});
  assert.equal(again.status, 304);
});

test('next and previous are URLs that can be followed through the proxy', async () => {
  await makeLoggedIn(server);
  const first = success(await ask('GET', '/api/users?page_size=1'));
  assert.ok(first.next.startsWith(`${at}/api/users?`), first.next);
  const second = success(await request(first.next, {method: 'GET', token: admin.token}));
  assert.notDeepEqual(second.results, first.results);
  const back = success(await request(second.previous, {method: 'GET', token: admin.token}));
  assert.deepEqual(back.results, first.results);
});

test('the document names the public address', async () => {
  const {servers} = success(await ask('GET', '/openapi.json'));
  assert.deepEqual(servers.map(({url}) => url), [at, '.']);
  const printed = await server.command(['openapi']);
  assert.deepEqual(JSON.parse(printed.stdout).servers, servers);
});

for (const path of ['/', '/swagger', '/swagger/', '/redoc', '/redoc/']) {
  test(`${path} works below a path of a proxy`, async () => {
    const {page, faults, requests, status} = await openPage(chromium.browser, at + path);
    assert.equal(status, 200);
    await page.locator(path.includes('redoc') ? '[id*="operation/"]' : '.opblock').first().waitFor();
    assert.deepEqual(faults, []);
    assert.deepEqual(requests.filter((one) => !one.startsWith('/auth/')), []);
    await page.close();
  });
}

test('"Try it out" asks the API below that path, and the token is there after a reload', async () => {
  const {page, faults, requests} = await openPage(chromium.browser, `${at}/swagger/`);
  await page.locator('.btn.authorize').first().click();
  await page.locator('.auth-container input').first().fill(admin.token);
  await page.locator('.auth-btn-wrapper .authorize').first().click();
  await page.locator('.btn-done').first().click();
  await page.reload({waitUntil: 'networkidle'});
  const execute = async (path, body) => {
    const block = page.locator('.opblock', {has: page.locator(`[data-path="${path}"]`)}).first();
    await block.locator('.opblock-summary').first().click();
    await block.getByRole('button', {name: 'Try it out'}).click();
    if (body) await block.locator('textarea').fill(JSON.stringify(body));
    await block.getByRole('button', {name: 'Execute'}).click();
    const status = block.locator('.live-responses-table .response .response-col_status').first();
    await status.waitFor();
    return status.innerText();
  };
  assert.match(await execute('/api/me'), /^200/);
  assert.match(await execute('/api/auth/signup', {email: newAddress('proxied'), password}), /^201/);
  assert.ok(requests.includes('/auth/api/me') && requests.includes('/auth/api/auth/signup'), requests.join(' '));
  assert.deepEqual(faults, []);
  await page.close();
});

test('the examples that Swagger shows are values that a person could have written', async () => {
  const {page} = await openPage(chromium.browser, `${at}/swagger/`);
  const block = page.locator('.opblock', {has: page.locator('[data-path="/api/auth/signup"]')});
  await block.locator('.opblock-summary').click();
  const shown = JSON.parse(await block.locator('.body-param__example, .highlight-code code').first().innerText());
  assert.equal(shown.email, 'ada@example.com');
  assert.doesNotMatch(JSON.stringify(shown), /"string"/);
  await page.close();
});
