// The service as nginx shows it to the world: below a path of somebody's host, and compressed on the way.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {forEachEngine} from './browsers.mjs';
import {success} from './expect.mjs';
import {startNginx} from './production.mjs';
import {makeAdmin, makeLoggedIn, newAddress, password, request, startProcess} from './support.mjs';

const gzip = 'gzip on; gzip_proxied any; gzip_min_length 1; gzip_types application/json application/problem+json;';
let server, nginx, at, admin;
before(async () => {
  // nginx's port is free until nginx takes it, and the server has to know it before.
  server = await startProcess();
  nginx = await startNginx([server.port], {prefix: '/auth', http: gzip});
  at = `http://127.0.0.1:${nginx.port}/auth`;
  await server.stop({keep: true});
  server = await startProcess({port: server.port, dataDir: server.dataDir, env: {PUBLIC_URL: `${at}/`, TRUSTED_PROXIES: '127.0.0.1'}});
  admin = await makeAdmin(server);
});
after(async () => {
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

async function open(browser, path) {
  const page = await browser.open(at + path);
  assert.equal(page.status, 200);
  return page;
}

forEachEngine('the pages work below a path of a proxy', async (browser) => {
  for (const path of ['/', '/swagger', '/redoc', '/redoc/']) {
    const page = await open(browser, path);
    await page.see(path.includes('redoc') ? '[id*="operation/"]' : '.opblock');
    assert.deepEqual(await page.faults(), []);
    assert.deepEqual((await page.requests()).filter((one) => !one.startsWith('/auth/')), []);
  }
});

const operation = (path) => ({css: '.opblock', has: `[data-path="${path}"]`});

forEachEngine('"Try it out" asks the API below that path, with examples a person could have written, and a token that outlives a reload', async (browser) => {
  const page = await open(browser, '/swagger/');
  await page.click('.btn.authorize');
  await page.fill('.auth-container input', admin.token);
  await page.click('.auth-btn-wrapper .authorize');
  await page.click('.btn-done');
  await page.reload();
  const execute = async (path, body) => {
    const within = operation(path);
    await page.click({css: '.opblock-summary', within});
    if (body) {
      const shown = JSON.parse(await page.text({css: '.body-param__example, .highlight-code code', within}));
      assert.equal(shown.email, 'ada@example.com');
      assert.doesNotMatch(JSON.stringify(shown), /"string"/);
    }
    await page.click({role: 'button', name: /Try it out/, within});
    if (body) await page.fill({css: 'textarea', within}, JSON.stringify(body));
    await page.click({role: 'button', name: 'Execute', within});
    return page.text({css: '.live-responses-table .response .response-col_status', within});
  };
  assert.match(await execute('/api/me'), /^200/);
  assert.match(await execute('/api/auth/signup', {email: newAddress('proxied'), password}), /^201/);
  const requests = await page.requests();
  assert.ok(requests.includes('/auth/api/me') && requests.includes('/auth/api/auth/signup'), requests.join(' '));
  assert.deepEqual(await page.faults(), []);
});
