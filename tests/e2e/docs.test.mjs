// What is written of the configuration and of the tests is what there is.
import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {test} from 'node:test';
import yaml from 'yaml';
import {command, project} from './support.mjs';

async function table() {
  const printed = await command(['config', '--markdown']);
  assert.equal(printed.code, 0, printed.stderr);
  return printed.stdout.trim();
}

test('docs/configuration.md has the table that `coffeeauth config --markdown` prints', async () => {
  const page = await readFile(join(project, 'docs/configuration.md'), 'utf8');
  assert.ok(page.includes(await table()), 'run: coffeeauth config --markdown, and put it into docs/configuration.md');
});

test('the variables in README.md are rows of that table', async () => {
  const readme = await readFile(join(project, 'README.md'), 'utf8');
  const rows = readme.split('\n').filter((line) => /^\| `[A-Z]/.test(line));
  assert.ok(rows.length >= 5);
  const printed = (await table()).split('\n');
  for (const row of rows) assert.ok(printed.includes(row), row);
});

test('every variable of the contract is in it', async () => {
  const printed = await table();
  for (const name of ['DB_USER', 'DB_PASSWORD', 'DB_NAME', 'DB_HOST', 'DB_PORT', 'REDIS_HOST', 'REDIS_PORT', 'EMAIL_HOST', 'EMAIL_PORT',
    'EMAIL_USE_TLS', 'EMAIL_HOST_USER', 'EMAIL_HOST_PASSWORD', 'DEFAULT_FROM_EMAIL', 'DJANGO_SECRET_KEY', 'SECRET_KEY', 'DATABASE_URL',
    'REDIS_URL', 'SMTP_URL', 'DATA_DIR', 'HTTP_HOST', 'HTTP_PORT', 'MAX_CONNECTIONS', 'MAX_CONNECTIONS_PER_ADDRESS', 'TRUSTED_PROXIES',
    'OPERATOR_NETWORKS', 'RATE_LIMITS_ENABLED']) assert.match(printed, new RegExp(`\\b${name}\\b`), name);
});

/** Each source of tests below these folders, without comments; literals that are cut in two are put together. */
async function* testSources(folders, named) {
  for (let folder; (folder = folders.pop());) {
    for (const entry of await readdir(folder, {withFileTypes: true})) {
      if (entry.isDirectory() && entry.name !== 'node_modules') folders.push(join(folder, entry.name));
      if (!named.test(entry.name)) continue;
      const source = await readFile(join(folder, entry.name), 'utf8');
      yield source.replace(/^\s*(?:\/\/.*$|\/\*[\s\S]*?\*\/)/gm, '').replace(/"\s*\n\s*"/g, '');
    }
  }
}

/** The literals that `call`, with `LITERAL` in it, finds: whole, and as they are read. */
async function literals(folders, call, named = /\.(cpp|mjs)$/) {
  const literal = /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)/.source;
  const pattern = new RegExp(call.source.replace('LITERAL', () => literal), 'g');
  const found = new Set();
  for await (const source of testSources(folders.map((folder) => join(project, folder)), named)) {
    for (const [, text] of source.matchAll(pattern)) found.add(text.slice(1, -1).replace(/\\(.)/g, '$1').trim());
  }
  return found;
}

test('every test that docs/security.md names is there, by its whole name', async () => {
  // The last two pass the name on to test(); what is skipped is no test.
  const tests = await literals(['tests', 'lib/testing/contract', 'features'],
    /(?<![\w.])(?:TEST_CASE_FIXTURE\(\s*\w+,|(?:TEST_CASE|SUBCASE|test|repeat|forEachEngine)\()\s*LITERAL(?!\s*\*\s*doctest::skip)/);
  // What a fuzzer holds, of the API also what every answer promises.
  const properties = new Set([...await literals(['tests/fuzz'], /\bhold\([^;]*?,\s*LITERAL\)/),
    ...await literals(['tests/http'], /\breturn LITERAL/, /^promises\.cpp$/)]);
  const page = await readFile(join(project, 'docs/security.md'), 'utf8');
  let names = 0;
  for (const section of page.split(/^## /m)) {
    for (const row of section.split('\n').filter((line) => line.startsWith('| '))) {
      for (const [, name] of row.split(' | ').at(-1).matchAll(/"([^"]+)"/g)) {
        names += 1;
        assert.ok(tests.has(name) || (section.startsWith('Fuzzing') && properties.has(name)), `no test is called: ${name}`);
      }
    }
  }
  assert.ok(names > 300, `only ${names} names`);
});

test('the nginx of the documents limits bodies as the one that is shipped', async () => {
  const limits = (text) => [...new Set([...text.matchAll(/client_(?:max_body|body_buffer)_size \S+;/g)].map(([line]) => line))].sort();
  const shipped = limits(await readFile(join(project, 'docker/nginx.conf'), 'utf8'));
  assert.equal(shipped.length, 2);
  assert.deepEqual(limits(await readFile(join(project, 'docs/operations.md'), 'utf8')), shipped);
});

/** Each page: its folder, its name and its text without blocks of code. */
async function* pages() {
  const folders = ['', 'docs', 'docs/guide', 'docs/packaging', 'docs/decisions',
    ...(await readdir(join(project, 'examples'), {withFileTypes: true})).filter((entry) => entry.isDirectory()).map((entry) => `examples/${entry.name}`)];
  for (const folder of folders) {
    for (const page of (await readdir(join(project, folder))).filter((name) => name.endsWith('.md'))) {
      yield {folder, page, text: (await readFile(join(project, folder, page), 'utf8')).replace(/^```[\s\S]*?^```/gm, '')};
    }
  }
}

test('every page leads to files that are there', async () => {
  let links = 0;
  for await (const {folder, page, text} of pages()) {
    for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      links += 1;
      assert.ok(existsSync(join(project, folder, link)), `${folder}/${page} leads to ${link}`);
    }
  }
  assert.ok(links > 60, `only ${links} links`);
});

const linesOf = async (file) => (await readFile(join(project, 'examples', file), 'utf8')).trimEnd().split('\n').length;

test('an example has as few lines of C++ as is said of it', async () => {
  const readme = await readFile(join(project, 'README.md'), 'utf8');
  const said = [...readme.matchAll(/\[examples\/\w+\]\(examples\/(\w+)[^)]*\)[^.;]*?under (\d+) lines of C\+\+/g)];
  assert.deepEqual(said.map(([, name, most]) => `${name} ${most}`), ['serve 60', 'loyalty 200']);
  for (const [, name, most] of said) {
    const sources = (await readdir(join(project, 'examples', name), {recursive: true})).filter((file) => /\.[ch]pp$/.test(file));
    const lines = (await Promise.all(sources.map((file) => linesOf(join(name, file))))).reduce((sum, each) => sum + each, 0);
    assert.ok(lines > 20 && lines < most, `examples/${name} has ${lines} lines of C++`);
  }
  const most = (await readFile(join(project, 'docs/guide/embed.md'), 'utf8')).match(/of under (\d+) lines of C\+\+ each/)[1];
  for (const name of ['mount_beast', 'mount_httplib']) {
    const lines = await linesOf(`${name}/mount.hpp`);
    assert.ok(lines > 20 && lines < most, `examples/${name}/mount.hpp has ${lines} lines`);
  }
});

test('a table has rows alone, and no page says a line twice', async () => {
  let rows = 0;
  for await (const {folder, page, text} of pages()) {
    const lines = text.split('\n');
    lines.forEach((line, i) => {
      const where = `${folder}/${page}: ${line}`;
      const isHead = lines[i + 1]?.startsWith('| ---');
      if (line.length > 50 && !isHead) assert.equal(lines.indexOf(line), i, `twice in ${where}`);
      if (!lines[i - 1]?.startsWith('|') || line === '') return;
      rows += 1;
      assert.match(line, /^\|.*\|$/, `no row of its table in ${where}`);
    });
  }
  assert.ok(rows > 100, `only ${rows} rows`);
});

test('the workflows for a public host are YAML, and run what is there', async () => {
  const folder = join(project, '.github/workflows');
  const presets = JSON.parse(await readFile(join(project, 'CMakePresets.json'), 'utf8')).configurePresets.map((preset) => preset.name);
  const seen = [];
  for (const file of await readdir(folder)) {
    const workflow = yaml.parse(await readFile(join(folder, file), 'utf8'));
    assert.ok(workflow.on && workflow.permissions, `${file} says when it runs and what it may do`);
    for (const [name, job] of Object.entries(workflow.jobs)) {
      if (job.uses) {
        // A workflow as a job: its own jobs say when they end.
        const called = yaml.parse(await readFile(join(project, job.uses), 'utf8'));
        assert.ok('workflow_call' in called.on, `${file}: ${name} calls a workflow that may be called`);
        continue;
      }
      assert.ok(job['timeout-minutes'], `${file}: ${name} has an end`);
      for (const step of job.steps) {
        if (step.uses) assert.match(step.uses, /^[\w-]+\/[\w/-]+@v\d+$/, step.uses);
        const command = step.run ?? '';
        for (const [path] of command.matchAll(/\b(scripts|docker|docs|tests|adapters)\/[\w./-]+/g)) {
          assert.ok(existsSync(join(project, path)), `${file} runs ${path}`);
          seen.push(path);
        }
        for (const [, preset] of command.matchAll(/--preset (\S+)/g)) assert.ok(presets.includes(preset), `${file}: preset ${preset}`);
      }
    }
  }
  for (const script of ['scripts/test', 'scripts/tidy', 'scripts/docs', 'docker/Dockerfile']) assert.ok(seen.includes(script), script);
  const matrix = yaml.parse(await readFile(join(folder, 'tests.yml'), 'utf8')).jobs.test.strategy.matrix.include;
  const usage = await readFile(join(project, 'scripts/test'), 'utf8');
  for (const {mode} of matrix) assert.ok(mode === 'plain' || usage.includes(`  --${mode} `), `scripts/test has no --${mode}`);
});
