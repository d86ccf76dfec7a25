// What is written of the configuration is what the program reads.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {test} from 'node:test';
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
