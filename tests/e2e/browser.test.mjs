// A person with a browser: both API pages show every operation without the internet, "Try it out" works,
// and the mail page shows the mail.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {openPage, startChromium} from './chromium.mjs';
import {makeAdmin, newAddress, password, startServer} from './support.mjs';

let server, chromium, operations;
before(async () => {
  server = await startServer();
  chromium = await startChromium();
  const {paths} = (await server.get('/openapi.json')).body;
  operations = Object.values(paths).flatMap((item) =>
    ['get', 'post', 'put', 'patch', 'delete'].filter((method) => method in item).map((method) => item[method].operationId));
});
after(async () => {
  await chromium?.stop();
  await server?.stop();
});

async function open(path) {
  const opened = await openPage(chromium.browser, server.base + path);
  assert.equal(opened.status, 200);
  return opened;
}

test('/ leads to Swagger', async () => {
  const {page} = await open('/');
  assert.equal(new URL(page.url()).pathname, '/swagger/');
  await page.close();
});

test('Swagger shows every operation, without an error and without the internet', async () => {
  const {page, faults} = await open('/swagger/');
  await page.locator('.opblock').first().waitFor();
  assert.equal(await page.locator('.opblock').count(), operations.length);
  assert.deepEqual(faults, []);
  await page.close();
});

test('ReDoc shows every operation, without an error and without the internet', async () => {
  const {page, faults} = await open('/redoc/');
  await page.locator('[id*="operation/"]').first().waitFor();
  const shown = await page.locator('[id*="operation/"]').evaluateAll((all) => all.map((one) => one.id.split('operation/')[1]));
  assert.deepEqual(operations.filter((id) => !shown.includes(id)), []);
  assert.deepEqual(faults, []);
  await page.close();
});

test('"Try it out" signs a user up, and /dev/mail shows the mail', async () => {
  const email = newAddress('browser');
  const {page, faults} = await open('/swagger/');
  const block = page.locator('.opblock', {has: page.locator('[data-path="/api/auth/signup"]')});
  await block.locator('.opblock-summary').click();
  await block.getByRole('button', {name: 'Try it out'}).click();
  await block.locator('textarea').fill(JSON.stringify({email, password}));
  await block.getByRole('button', {name: 'Execute'}).click();
  const status = block.locator('.live-responses-table .response .response-col_status').first();
  await status.waitFor();
  assert.match(await status.innerText(), /^201/);
  assert.deepEqual(faults, []);
  await page.close();

  const code = await server.code(email);
  const mail = await open(server.mailPage());
  const text = await mail.page.locator('body').innerText();
  assert.ok(text.includes(email), text);
  assert.ok(text.includes(code), text);
  assert.deepEqual(mail.faults, []);
  await mail.page.close();
});

test('an administrator authorises Swagger and lists the users', async () => {
  const admin = await makeAdmin(server);
  const {page, faults} = await open('/swagger/');
  await page.locator('.btn.authorize').first().click();
  await page.locator('.auth-container input').first().fill(admin.token);
  await page.locator('.auth-btn-wrapper .authorize').first().click();
  await page.locator('.btn-done').first().click();
  const block = page.locator('.opblock', {has: page.locator('[data-path="/api/users"]')});
  await block.locator('.opblock-summary').click();
  await block.getByRole('button', {name: 'Try it out'}).click();
  await block.getByRole('button', {name: 'Execute'}).click();
  const status = block.locator('.live-responses-table .response .response-col_status').first();
  await status.waitFor();
  assert.match(await status.innerText(), /^200/);
  assert.ok((await block.locator('.live-responses-table').innerText()).includes(admin.email));
  assert.deepEqual(faults, []);
  await page.close();
});

test('a mail shows markup as text', async () => {
  const email = `"<img src=x onerror=alert(1)>"@example.com`;
  const answer = await server.post('/api/auth/signup', {email: 'safe@example.com', password, first_name: '<b onclick="x">', last_name: email});
  assert.equal(answer.status, 201);
  await server.code('safe@example.com');
  const {page, faults} = await open(server.mailPage());
  assert.equal(await page.locator('img, b[onclick], script:not([src])').count(), 0);
  assert.deepEqual(faults, []);
  await page.close();
});
