// Other people's tools read our OpenAPI document: a linter finds no fault, and a client generated from it
// compiles and works.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {cp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {here, makeAdmin, newAddress, startServer, temporaryFolder} from './support.mjs';

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
