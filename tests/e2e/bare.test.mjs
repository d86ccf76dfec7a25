// The program without features: the core's contract is the same with and without them, byte for byte.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {canonical, changes, documentBefore, flowBefore, withOldTexts, withoutAdditions, withoutAlternatives} from './contract/before.mjs';
import {flow} from './contract/flow.mjs';
import {here, program, project, startServer} from './support.mjs';

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

test('what the core documents is the same with and without features, but for what is listed as meant', async () => {
  const listed = (await changes()).with_features;
  const core = await document(without);
  const told = withoutAlternatives(await document(whole), core, listed.flatMap(({alternatives = []}) => alternatives));
  const left = withoutAdditions(told, core, listed.flatMap(({openapi = []}) => openapi));
  const pairs = listed.flatMap(({texts = []}) => texts), used = new Set();
  const all = withOldTexts(left, core, pairs, used);
  assert.deepEqual(pairs.filter((pair) => !used.has(pair)), [], 'these texts are not there');
  assert.ok('/api/auth/password-reset' in all.paths);
  assert.ok(!JSON.stringify(core).includes('reset'));
  for (const kind of ['paths', 'components']) assert.ok(Object.keys(core[kind]).length > 0);
  const replaced = listed.flatMap(({replaces = []}) => replaces);
  for (const [path, item] of Object.entries(core.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (replaced.includes(`${method} ${path}`)) continue;
      assert.equal(JSON.stringify(all.paths[path][method]), JSON.stringify(operation), `${method} ${path}`);
    }
  }
  for (const [name, schema] of Object.entries(core.components.schemas)) {
    assert.equal(JSON.stringify(all.components.schemas[name]), JSON.stringify(schema), name);
  }
});

test('what the core documents is what is kept of it, whatever features came', async () => {
  const kept = await readFile(join(here, 'contract/core_openapi.json'), 'utf8');
  const {stdout} = await promisify(execFile)(bare, ['openapi'], {env: {PATH: process.env.PATH}, maxBuffer: 1 << 24});
  const renewed = 'if it is meant: tests/e2e/contract/renew';
  const core = JSON.parse(stdout);
  const before = JSON.parse(kept);
  assert.deepEqual(Object.keys(core.paths), Object.keys(before.paths), renewed);
  for (const [path, item] of Object.entries(before.paths)) assert.deepEqual(core.paths[path], item, `${path}; ${renewed}`);
  for (const [name, schema] of Object.entries(before.components.schemas)) {
    assert.deepEqual(core.components.schemas[name], schema, `${name}; ${renewed}`);
  }
  assert.ok(`${JSON.stringify(core, null, 1)}\n` === kept, `not byte for byte; ${renewed}`);
});

test('the core documents byte for byte what it did before there were features, but for what is listed as meant', async () => {
  const {additions, rewordings} = await changes();
  const before = await documentBefore();
  const {stdout} = await promisify(execFile)(bare, ['openapi'], {env: {PATH: process.env.PATH}, maxBuffer: 1 << 24});
  const pairs = rewordings.flatMap(({texts}) => texts), used = new Set();
  const left = withoutAdditions(JSON.parse(stdout), before, additions.flatMap(({openapi}) => openapi));
  assert.equal(canonical(withOldTexts(left, before, pairs, used)), canonical(before), 'tests/e2e/contract/core_changes.json lists what is meant');
  assert.deepEqual(pairs.filter((pair) => !used.has(pair)), [], 'these texts are not there');
});

test('the core answers a client byte for byte as it did before there were features, but for what is listed as meant', async () => {
  const {additions, with_features: withFeatures} = await changes();
  const before = await flowBefore();
  for (const [file, listed] of [[bare, additions], [program, [...additions, ...withFeatures]]]) {
    const added = listed.flatMap(({flow = []}) => flow);
    const left = withoutAdditions(await flow(file), before, added);
    for (const [name, step] of Object.entries(before)) assert.deepEqual(left[name], step, `${name}, by ${file}`);
    assert.equal(JSON.stringify(left), JSON.stringify(before), file);
  }
});

test('a route of a feature that is not there does not exist', async () => {
  for (const [method, path] of [['POST', '/api/auth/password-reset'], ['POST', '/api/me/email'],
    ['POST', '/api/auth/email-change/undo'], ['GET', '/account/reset'], ['GET', '/account/login'], ['GET', '/account/security']]) {
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
  const settings = async (file) => (await run(file, ['config', '--markdown'])).stdout;
  const [all, core] = [await settings(program), await settings(bare)];
  const named = (text) => [...text.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
  const features = named(all).filter((name) => !named(core).includes(name));
  assert.ok(named(core).includes('PUBLIC_URL') && features.includes('PASSWORD_RESET') && features.includes('KNOWN_DEVICES'));
  for (const name of features) assert.doesNotMatch(core, new RegExp(`\\b${name}\\b`));

  const rooms = join(project, 'features');
  // What has no bundle is in no program yet.
  const names = (await readdir(rooms)).filter((name) => existsSync(join(rooms, name, 'standard')));
  assert.ok(names.includes('recovery') && names.includes('new_device') && names.includes('second_factor') && names.includes('passkeys') && names.includes('account_pages'));
  const mails = await Promise.all(names.map((name) => readdir(join(rooms, name, 'mails/en')).catch(() => [])));
  // Three letters are in any script; the table has more. That an account has a second factor is the core's own (docs/decisions/0044).
  const own = names.map((name) => (name === 'sms' ? 'sms_messages' : name));
  const words = [...new Set([...own, ...mails.flat().map((file) => file.replace(/\.\w+$/, ''))])].filter((word) => word !== 'second_factor');
  assert.ok(words.includes('password_reset'));
  const found = (file, word) => run('sh', ['-c', 'strings -n 4 "$1" | grep -m 100 -F -e "$2" || true', 'sh', file, word]);
  // The form for a second step is the core's (docs/decisions/0044), and one of the kinds is called like a room.
  const isOfTheForm = (line) => /recovery([_ ]?code|-(field|hint|error))|step-recovery/i.test(line);
  for (const word of words) {
    const lines = (await found(bare, word)).stdout.split('\n').filter((line) => line !== '');
    assert.deepEqual(lines.filter((line) => word !== 'recovery' || !isOfTheForm(line)), [], word);
    assert.notEqual((await found(program, word)).stdout, '', `${word} in the program that has it`);
  }
});

test('what the program without features prints as an example, it takes', async () => {
  const run = promisify(execFile);
  const row = (await run(bare, ['config', '--markdown'])).stdout.match(/^\| `NOTICES` .*$/m)[0];
  const examples = [...row.matchAll(/`(-\w+)`/g)].map(([, example]) => example);
  assert.ok(examples.length > 0);
  for (const example of examples) await run(bare, ['config'], {env: {...process.env, NOTICES: example}});
});

test('a command of a feature is in the help with the feature, and unknown without it', async () => {
  assert.match((await whole.command(['--help'])).stdout, /^  send-password-reset  +\w/m);
  const without = async (...words) => promisify(execFile)(bare, words).then((ended) => ({code: 0, ...ended}), (failure) => failure);
  assert.doesNotMatch((await without('--help')).stdout, /reset/);
  const refused = await without('send-password-reset', '--email', 'a@example.com');
  assert.deepEqual([refused.code, refused.stderr], [2, 'coffeeauth: unknown command send-password-reset; see coffeeauth --help\n']);
});
