// The program without features: the core's contract is the same with and without them, byte for byte.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {program, startServer} from './support.mjs';

const bare = join(dirname(program), 'coffeeauth-bare');
const publicUrl = 'https://accounts.example.org';

let whole, without;
before(async () => {
  assert.ok(existsSync(bare), bare);
  whole = await startServer({env: {PUBLIC_URL: publicUrl}});
  without = await startServer({program: bare, env: {PUBLIC_URL: publicUrl}});
});
after(async () => {
  await whole?.stop();
  await without?.stop();
});

const document = async (server) => JSON.parse((await server.get('/openapi.json')).text);

test('what the core documents is the same with and without features', async () => {
  const all = await document(whole);
  const core = await document(without);
  assert.ok('/api/auth/password-reset' in all.paths);
  assert.ok(!JSON.stringify(core).includes('reset'));
  for (const kind of ['paths', 'components']) assert.ok(Object.keys(core[kind]).length > 0);
  for (const [path, item] of Object.entries(core.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      assert.equal(JSON.stringify(all.paths[path][method]), JSON.stringify(operation), `${method} ${path}`);
    }
  }
  for (const [name, schema] of Object.entries(core.components.schemas)) {
    assert.equal(JSON.stringify(all.components.schemas[name]), JSON.stringify(schema), name);
  }
});

test('a route of a feature that is not there does not exist', async () => {
  for (const [method, path] of [['POST', '/api/auth/password-reset'], ['POST', '/api/me/email'],
    ['POST', '/api/auth/email-change/undo'], ['GET', '/account/reset']]) {
    const answer = await without.request(method, path, method === 'GET' ? {} : {body: {}});
    assert.equal(answer.status, 404, path);
  }
});

test('the core answers alike, byte for byte but for what is drawn or told by the clock', async () => {
  const same = async (method, path, options) => {
    const [one, other] = [await whole.request(method, path, options), await without.request(method, path, options)];
    assert.equal(one.status, other.status, path);
    assert.equal(one.text, other.text, path);
  };
  await same('POST', '/api/auth/login', {body: {email: 'nobody@example.com', password: 'wrong horse battery'}});
  await same('POST', '/api/auth/login', {body: {email: 'nobody'}});
  await same('POST', '/api/auth/verify', {body: {email: 'nobody@example.com', code: '123456'}});
  await same('GET', '/api/me', {});
  await same('GET', '/api/users', {});
  await same('GET', '/nowhere', {});
  await same('GET', '/healthz', {});
});

test('no setting, table or word of a feature is in the program without it', async () => {
  const run = promisify(execFile);
  const {stdout: settings} = await run(bare, ['config', '--markdown']);
  assert.ok(settings.includes('PUBLIC_URL') && !settings.includes('PASSWORD_RESET'));
  const {stdout: names} = await run('sh', ['-c', `strings -n 6 "$1" | grep -c recovery_ || true`, 'sh', bare]);
  assert.equal(names.trim(), '0');
});

test('a command of a feature is in the help with the feature, and unknown without it', async () => {
  assert.match((await whole.command(['--help'])).stdout, /^  send-password-reset  +\w/m);
  const without = async (...words) => promisify(execFile)(bare, words).then((ended) => ({code: 0, ...ended}), (failure) => failure);
  assert.doesNotMatch((await without('--help')).stdout, /reset/);
  const refused = await without('send-password-reset', '--email', 'a@example.com');
  assert.deepEqual([refused.code, refused.stderr], [2, 'coffeeauth: unknown command send-password-reset; see coffeeauth --help\n']);
});
