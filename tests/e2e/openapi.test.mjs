// Other people's tools read our OpenAPI document: a linter finds no fault, and a client generated from it
// compiles and works.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {cp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import Ajv from 'ajv/dist/2020.js';
import otplib from 'otplib';
import {success} from './expect.mjs';
import {linkIn, openMailbox} from './mailbox.mjs';
import {everyProcessKnows, here, makeAdmin, makeLoggedIn, newAddress, password, startServer, temporaryFolder} from './support.mjs';

let server, folder;
before(async () => {
  server = await startServer({env: {PUBLIC_URL: 'https://accounts.example.org', EMAIL_LOGIN: 'on'}});
  folder = await temporaryFolder();
  await symlink(join(here, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  await writeFile(join(folder, 'openapi.json'), (await server.get('/openapi.json')).text);
});
after(async () => {
  await server?.stop();
  if (folder) await rm(folder, {recursive: true, force: true});
});

/** Type-checks and compiles one file as strictly as it goes. */
async function compile(name) {
  const compilerOptions = {strict: true, target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext',
    lib: ['es2022', 'dom', 'dom.iterable'], types: [], noEmitOnError: true};
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({compilerOptions, files: [name]}));
  await tool('tsc', '--project', '.');
}

const offline = {REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true'};

/** Runs a tool of node_modules in the folder; fails with what it printed. */
async function tool(name, ...args) {
  try {
    return await promisify(execFile)(join(here, 'node_modules/.bin', name), args,
      {cwd: folder, env: {...process.env, ...offline}, maxBuffer: 1 << 24});
  } catch (error) {
    throw new Error(`${name} ${args.join(' ')}:\n${error.stdout}\n${error.stderr}`);
  }
}

test('the document is the one that `coffeeauth openapi` prints', async () => {
  const printed = await server.command(['openapi']);
  assert.equal(printed.code, 0, printed.stderr);
  assert.deepEqual(JSON.parse(printed.stdout), JSON.parse(await readFile(join(folder, 'openapi.json'), 'utf8')));
});

test('redocly lint finds no error', async () => {
  const {stdout} = await tool('redocly', 'lint', 'openapi.json', '--format=json');
  const {totals} = JSON.parse(stdout.slice(stdout.indexOf('{')));
  assert.equal(totals.errors, 0);
});

test('every operation has an id, a summary, a tag, and its errors as problem+json', async () => {
  const document = JSON.parse(await readFile(join(folder, 'openapi.json'), 'utf8'));
  const ids = new Set();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'].filter((name) => name in item)) {
      const operation = item[method];
      const what = `${method} ${path}`;
      for (const field of ['operationId', 'summary']) assert.ok(operation[field], `${field} of ${what}`);
      assert.ok(operation.tags?.length, `tags of ${what}`);
      assert.ok(!ids.has(operation.operationId), what);
      ids.add(operation.operationId);
      const statuses = Object.keys(operation.responses);
      assert.ok(statuses.some((status) => status.startsWith('2')), what);
      if (!path.startsWith('/api')) continue;
      assert.ok(statuses.some((status) => /^[45]|default/.test(status)), what);
    }
  }
});

/** Checks bodies against a schema of the document. */
function validator(document, schema) {
  const ajv = new Ajv.default({strict: false, validateFormats: false, allErrors: true});
  const check = ajv.compile({...schema, components: document.components});
  return (body) => (check(body) ? '' : ajv.errorsText(check.errors));
}
const tokenOf = (mail, path) => new URLSearchParams(new URL(linkIn(mail, path)).hash.slice(1)).get('token');

test('where a second step may be asked for, the document says so, and an actual answer is what it says', async () => {
  const document = JSON.parse(await readFile(join(folder, 'openapi.json'), 'utf8'));
  const user = await makeLoggedIn(server);
  const mail = openMailbox(server, user.email);
  const {id, secret} = success(await server.post('/api/me/factors', {type: 'totp', label: 'Phone'}, user), 201);
  success(await server.post(`/api/me/factors/${id}/confirm`, {code: otplib.authenticator.generate(secret)}, user));
  const {access_token: token} = success(await server.post('/api/auth/refresh', {refresh_token: user.refresh_token}));
  await everyProcessKnows();

  const credentials = {email: user.email, password};
  const bodies = {
    '/api/auth/login': () => credentials,
    '/api/auth/reauthenticate': () => ({password}),
    '/api/auth/password-reset/confirm': async () => {
      success(await server.post('/api/auth/password-reset', {email: user.email}));
      return {token: tokenOf(await mail.next(/choose a new password$/), '/account/reset'), password: 'quince jelly & 12 ladles'};
    },
    '/api/auth/email-login/confirm': async () => {
      success(await server.post('/api/auth/email-login', {email: user.email}));
      return {token: tokenOf(await mail.next(/: log in$/), '/account/login')};
    },
  };
  const listed = Object.entries(document.paths).filter(([, {post}]) =>
    'second_factor_required' in (post?.responses['403']?.content?.['application/problem+json']?.examples ?? {}));
  assert.deepEqual(listed.map(([path]) => path).sort(), Object.keys(bodies).sort());

  const challenge = validator(document, {$ref: '#/components/schemas/SecondFactorRequired'});
  for (const [path, {post}] of listed) {
    const {schema, examples} = post.responses['403'].content['application/problem+json'];
    const answer = await server.post(path, await bodies[path](), path.endsWith('/reauthenticate') ? {token} : {});
    assert.equal(answer.status, 403, `${path}: ${answer.text}`);
    for (const body of [answer.body, examples.second_factor_required.value]) {
      assert.equal(challenge(body), '', path);
      assert.equal(validator(document, schema)(body), '', path);
      assert.deepEqual(Object.keys(body).filter((name) => !(name in document.components.schemas.SecondFactorRequired.properties)), []);
    }
    assert.deepEqual(answer.body.factors, [{type: 'totp', id, label: 'Phone'}, {type: 'recovery_code'}]);
    assert.equal(answer.body.can_trust_device, path === '/api/auth/login' || path.includes('email-login'));
    for (const member of ['mfa_token', 'expires_at', 'factors']) {
      const {[member]: left, ...others} = answer.body;
      assert.match(challenge(others), new RegExp(member), String(left));
    }
  }
});

test('what a policy refuses is in the document while there is one', async () => {
  const document = async (env) => {
    const printed = await server.command(['openapi'], {env});
    assert.equal(printed.code, 0, printed.stderr);
    return JSON.parse(printed.stdout).paths;
  };
  const codes = (operation) => Object.values(operation.responses).flatMap(({content}) => Object.keys(content?.['application/problem+json']?.examples ?? {}));
  const [free, held] = [await document({}), await document({SECOND_FACTOR_POLICY: 'everyone'})];
  const refusing = (paths, code) => Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).filter(([, operation]) => codes(operation).includes(code)).map(([method]) => `${method} ${path}`));
  assert.deepEqual(refusing(free, 'second_factor_enrolment_required'), []);
  const stopped = refusing(held, 'second_factor_enrolment_required');
  for (const operation of ['patch /api/me', 'get /api/users', 'get /api/me/devices']) assert.ok(stopped.includes(operation), operation);
  for (const operation of ['get /api/me', 'post /api/me/factors', 'post /api/auth/login']) assert.ok(!stopped.includes(operation), operation);
  assert.ok(refusing(held, 'second_factor_policy').includes('delete /api/me/passkeys/{id}'));
  assert.ok(!refusing(free, 'second_factor_policy').includes('delete /api/me/passkeys/{id}'));
});

test('a generated client compiles and runs the journey', async () => {
  await tool('openapi-typescript', 'openapi.json', '-o', 'schema.d.ts');
  await cp(join(here, 'generated_client.ts'), join(folder, 'generated_client.ts'));
  await compile('generated_client.ts');
  const {journey} = await import(join(folder, 'generated_client.js'));
  const {email: login, password} = await makeAdmin(server);
  const email = newAddress('generated');
  const seen = await journey(server.base, email, {email: login, password}, () => server.code(email));
  assert.deepEqual(seen, {message: 'User registered successfully. Verification code sent to your email.',
    detail: 'Verification successful', renamed: 'Generated', wrong: 'invalid_credentials', found: email, gone: 404});
});

test('the type checker would notice a wrong field', async () => {
  await writeFile(join(folder, 'wrong.ts'), `import createClient from 'openapi-fetch';
import type {paths} from './schema.js';
export const wrong = createClient<paths>({}).POST('/api/auth/login', {body: {email: 1, password: 'x'}});
`);
  await assert.rejects(compile('wrong.ts'), /number.*string/);
});
