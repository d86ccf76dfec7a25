// The commands of the program, as an operator types them.
import assert from 'node:assert/strict';
import {execFile, execFileSync, spawn} from 'node:child_process';
import {chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {problem, success} from './expect.mjs';
import {command, logIn, makeUser, newAddress, password, program, project, startProcess, startServer, temporaryFolder} from './support.mjs';

let folder;
before(async () => (folder = await temporaryFolder()));
after(() => rm(folder, {recursive: true, force: true}));

let serial = 0;
/** Runs a command over a data folder of its own, or over `dataDir`. */
async function run(args, {env = {}, input, dataDir} = {}) {
  const data = dataDir ?? join(folder, `data${++serial}`);
  await mkdir(data, {recursive: true});
  return {...await command(args, {cwd: folder, input, env: {DATA_DIR: data, ...env}}), data};
}

/** Runs a line of a shell in which `$0` is the program, with the settings of `server`. */
async function inShell(server, line) {
  const child = spawn('sh', ['-c', line, program], {cwd: server.dataDir, env: server.environment});
  const output = {stdout: '', stderr: ''};
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  return {code: await new Promise((done) => child.once('close', done)), ...output};
}

const good = (ended) => (assert.equal(ended.code, 0, ended.stderr), ended.stdout);

/** Failed with one clear line. */
function bad(ended, pattern) {
  assert.notEqual(ended.code, 0);
  assert.equal(ended.stdout, '');
  assert.equal(ended.stderr.trim().split('\n').length, 1, ended.stderr);
  assert.match(ended.stderr, pattern);
  assert.doesNotMatch(ended.stderr, /terminate called|std::|Poco|exception/i);
}

const commands = [['serve'], ['worker'], ['scheduler'], ['migrate'], ['copy'], ['create-admin'], ['config'], ['openapi'], ['keys'],
  ['keys', 'list'], ['keys', 'rotate'], ['keys', 'revoke'], ['keys', 'rewrap'], ['outbox'], ['outbox', 'list'], ['outbox', 'retry'], ['version'], ['send-password-reset']];

for (const words of commands) {
  test(`coffeeauth ${words.join(' ')} --help says what it is for`, async () => {
    const text = good(await run([...words, '--help']));
    assert.ok(text.includes(words[0]), text);
    assert.ok(text.split('\n').length >= 2, text);
  });
}

test('--help lists every command', async () => {
  const text = good(await run(['--help']));
  for (const [name] of commands) assert.match(text, new RegExp(`\\b${name}\\b`));
});

test('the help of keys and outbox has a line for each of their words', async () => {
  for (const [name, words] of [['keys', ['list', 'rotate', 'revoke', 'rewrap']], ['outbox', ['list', 'retry', 'delete']]]) {
    const text = good(await run([name, '--help']));
    for (const word of words) assert.match(text, new RegExp(`^  ${word}\\b.* {2,}\\w`, 'm'));
  }
});

test('what was typed wrong is said once', async () => {
  assert.equal((await run(['keys'])).stderr, 'coffeeauth: keys: needs a word; there are list, rotate [--now], revoke [--] KID and rewrap; see coffeeauth keys --help\n');
  for (const words of [['keys', 'lose'], ['outbox'], ['outbox', 'lose'], ['create-admin'], ['keys', 'revoke']]) {
    const {stderr} = await run(words);
    assert.equal(stderr.replace(/; see coffeeauth .*/, '').split(words[0]).length, words.join() === 'keys,revoke' ? 3 : 2, stderr);
  }
});

test('a name in the environment that is nearly a setting is warned of, without its value', async () => {
  const env = {HTTP_PROT: 'canary-1', DATABSE_URL: 'canary-2', HTTP_PROXY: 'canary-3'};
  assert.equal((await run(['config'], {env})).stderr,
      'coffeeauth: DATABSE_URL (environment) is not a setting; DATABASE_URL is\ncoffeeauth: HTTP_PROT (environment) is not a setting; HTTP_PORT is\n');
  const server = await startProcess({env});
  await server.stop();
  assert.match(server.log(), /"level":"warning","event":"no_setting_of_this_name","name":"HTTP_PROT","meant":"HTTP_PORT"/);
  assert.ok(!server.log().includes('canary'));
});

test('an unknown command or option is one clear line', async () => {
  bad(await run(['brew']), /brew/);
  bad(await run(['serve', '--cofee']), /--cofee/);
  bad(await run(['keys', 'lose']), /lose/);
  bad(await run(['create-admin']), /--email/);
});

test('version is that of the project', async () => {
  assert.match(good(await run(['version'])), /\b\d+\.\d+\.\d+\b/);
});

test('migrate makes the database, and a second time changes nothing', async () => {
  const first = await run(['migrate']);
  good(first);
  const again = await run(['migrate'], {dataDir: first.data});
  good(again);
  assert.notEqual(again.stdout + again.stderr, first.stdout + first.stderr);
});

test('migrate shows the rooms of a database, and leaves alone those that this program does not have', async () => {
  const first = await run(['migrate']);
  const file = join(first.data, 'coffeeauth.db');
  execFileSync('sqlite3', [file, `CREATE TABLE shop_orders (x); INSERT INTO feature_migrations (feature, version, name, checksum)
    VALUES ('shop', 1, 'a', 'b'), ('shop', 2, 'c', 'd')`]);
  assert.match(good(await run(['migrate'], {dataDir: first.data})),
               /is at version \d+: nothing to do\n(\w+ is at version \d+\n)*shop is at version 2, which this program does not have: left alone\n$/);
  assert.match(execFileSync('sqlite3', [file, '.tables']).toString(), /shop_orders/);
});

test('create-admin makes a verified administrator who can log in', async () => {
  const server = await startServer();
  try {
    const email = newAddress('boss');
    good(await server.command(['create-admin', '--email', email, '--password-stdin'], {input: `${password}\n`}));
    const {access_token: token} = await logIn(server, {email});
    const me = success(await server.get('/api/me', {token}));
    assert.equal(me.role, 'admin');
    assert.equal(me.is_verified, true);
    bad(await server.command(['create-admin', '--email', email, '--password-stdin'], {input: `${password}\n`}), /--promote|exist|taken|use/i);
    bad(await server.command(['create-admin', '--email', newAddress(), '--password-stdin'], {input: 'short\n'}), /password/i);
    bad(await server.command(['create-admin', '--email', newAddress(), '--password-stdin'], {input: 'sunshine1984\n'}),
        /password: .*a common word or name and a date or year/);
    bad(await server.command(['create-admin', '--email', 'nonsense', '--password-stdin'], {input: `${password}\n`}), /mail/i);
    bad(await server.command(['create-admin', '--email', newAddress(), '--password-stdin'], {input: ''}), /password/i);
    for (const ended of [await server.command(['create-admin', '--email', newAddress(), '--password-stdin'], {input: `${password}\n`})]) {
      assert.ok(!(ended.stdout + ended.stderr).includes(password));
    }
  } finally {
    await server.stop();
  }
});

test('create-admin takes an address over that a stranger signed up, --promote does not', async () => {
  const server = await startServer();
  try {
    const email = newAddress('ops');
    const strangers = 'the stranger waits 1';
    success(await server.post('/api/auth/signup', {email, password: strangers}), 201);
    const code = await server.code(email);
    bad(await server.command(['create-admin', '--email', email, '--promote']), /not verified/);
    good(await server.command(['create-admin', '--email', email, '--password-stdin', '--first-name', 'Grace'], {input: `${password}\n`}));
    const {access_token: token} = await logIn(server, {email});
    const me = success(await server.get('/api/me', {token}));
    assert.deepEqual([me.role, me.first_name, me.is_verified], ['admin', 'Grace', true]);
    problem(await server.post('/api/auth/login', {email, password: strangers}), 401, 'invalid_credentials');
    problem(await server.post('/api/auth/verify', {email, code, password: strangers}), 400, 'invalid_code');
  } finally {
    await server.stop();
  }
});

test('create-admin --promote refuses an administrator who awaits the owner', async () => {
  const server = await startServer();
  try {
    const [email, other] = [newAddress('boss'), newAddress('ops')];
    for (const each of [email, other]) {
      good(await server.command(['create-admin', '--email', each, '--password-stdin'], {input: `${password}\n`}));
    }
    const {access_token: token} = await logIn(server, {email});
    const {results} = success(await server.get(`/api/users?search=${encodeURIComponent(other)}`, {token}));
    success(await server.patch(`/api/users/${results[0].id}`, {is_verified: false}, {token}));
    bad(await server.command(['create-admin', '--email', other, '--promote']), /not verified/);
  } finally {
    await server.stop();
  }
});

test('create-admin refuses a name that sign-up refuses, and lists stay readable', async () => {
  const server = await startServer();
  try {
    const create = (name) => server.command(
        ['create-admin', '--email', newAddress('boss'), '--password-stdin', '--first-name', name], {input: `${password}\n`});
    // Node hands arguments on as UTF-8; a shell writes the octet that is none.
    bad(await inShell(server, `echo '${password}' | "$0" create-admin --email broken@example.com --password-stdin --first-name "$(printf '\\377')"`), /first_name/);
    bad(await create('x'.repeat(151)), /first_name/);
    bad(await create('two\nlines'), /first_name/);
    const email = newAddress('boss');
    good(await server.command(['create-admin', '--email', email, '--password-stdin'], {input: `${password}\n`}));
    const {access_token: token} = await logIn(server, {email});
    assert.equal(success(await server.get('/api/users', {token})).count, 1);
  } finally {
    await server.stop();
  }
});

test('create-admin --language is the language of mails to the administrator, and refuses what sign-up refuses', async () => {
  const server = await startServer();
  try {
    const create = (email, ...options) =>
        server.command(['create-admin', '--email', email, '--password-stdin', ...options], {input: `${password}\n`});
    const [email, other] = [newAddress('boss'), newAddress('ops')];
    for (const tag of ['', 'german', 'de_AT', 'x', '-de']) {
      const {errors} = problem(await server.post('/api/auth/signup', {email, password, language: tag}), 400, 'validation_failed');
      const refused = await create(email, `--language=${tag}`);
      bad(refused, /language: /);
      assert.ok(refused.stderr.includes(errors.language[0].message), refused.stderr);
    }
    bad(await create(email, '--language', 'de-'.padEnd(40, 'a')), /language: .*35/);
    bad(await server.command(['create-admin', '--email', email, '--promote', '--language', 'de']), /--language is for a new account/);
    good(await create(email, '--language', 'PT-br'));
    good(await create(other));
    for (const [each, language] of [[email, 'pt-BR'], [other, null]]) {
      const {access_token: token} = await logIn(server, {email: each});
      assert.equal(success(await server.get('/api/me', {token})).language, language);
    }
  } finally {
    await server.stop();
  }
});

test('create-admin makes no database for a language that it refuses', async () => {
  const ended = await run(['create-admin', '--email', newAddress(), '--password-stdin', '--language', 'german'], {input: `${password}\n`});
  bad(ended, /language: /);
  assert.deepEqual(await readdir(ended.data), []);
});

test('create-admin --promote makes one of a user who is there', async () => {
  const server = await startServer();
  try {
    const user = await makeUser(server);
    good(await server.command(['create-admin', '--email', user.email, '--promote']));
    const {access_token: token} = await logIn(server, user);
    success(await server.get('/api/users', {token}));
    bad(await server.command(['create-admin', '--email', newAddress('nobody'), '--promote']), /no|not/i);
  } finally {
    await server.stop();
  }
});

test('config shows what is in force and from where, with secrets masked', async () => {
  const secret = 'an-environment-secret-of-32-bytes-or-more';
  const env = {SECRET_KEY: secret, CODE_LIFETIME: '20min', EMAIL_HOST: 'mail.example', EMAIL_HOST_PASSWORD: 'mail-secret-9', EMAIL_HOST_USER: 'me'};
  const text = good(await run(['config'], {env}));
  assert.ok(!text.includes(secret) && !text.includes('mail-secret-9'), text);
  const line = (name) => text.split('\n').find((one) => new RegExp(`\\b${name}\\b`).test(one)) ?? '';
  assert.match(line('CODE_LIFETIME'), /20min/);
  assert.match(line('CODE_LIFETIME'), /environment/i);
  assert.match(line('CODE_ATTEMPTS'), /\b5\b/);
  assert.match(line('CODE_ATTEMPTS'), /default/i);
  assert.notEqual(line('SECRET_KEY'), '');
});

test('passwords inside URLs are masked too', async () => {
  const text = good(await run(['config'], {env: {SMTP_URL: 'smtp://me:url-secret-9@mail.example:587', REDIS_URL: 'redis://:url-secret-8@cache.example'}}));
  assert.ok(!text.includes('url-secret'), text);
  assert.match(text, /mail\.example/);
});

test('an env file counts below the environment and above the defaults', async () => {
  const file = join(folder, 'some.env');
  await writeFile(file, '# a comment\n\nCODE_LIFETIME=30min\nCODE_ATTEMPTS="4"\nexport SERVICE_NAME=\'Tea & Co\'\n');
  const text = good(await run(['config', '--env-file', file], {env: {CODE_ATTEMPTS: '3'}}));
  const line = (name) => text.split('\n').find((one) => new RegExp(`\\b${name}\\b`).test(one)) ?? '';
  assert.match(line('CODE_LIFETIME'), /30min.*some\.env/);
  assert.match(line('CODE_ATTEMPTS'), /\b3\b.*environment/i);
  assert.match(line('SERVICE_NAME'), /Tea & Co/);
});

test('a bad configuration stops the start with one clear line', async () => {
  const file = join(folder, 'bad.env');
  await writeFile(file, 'CODE_LIFTIME=30min\n');
  const cases = [
    [{CODE_LIFETIME: 'soon'}, /CODE_LIFETIME/],
    [{CODE_LIFETIME: '1s'}, /CODE_LIFETIME/],
    [{CODE_ATTEMPTS: '-1'}, /CODE_ATTEMPTS/],
    [{HTTP_PORT: '99999'}, /HTTP_PORT/],
    [{HTTP_PORT: 'http'}, /HTTP_PORT/],
    [{TOKEN_ALGORITHM: 'none'}, /TOKEN_ALGORITHM/],
    [{RATE_LIMITS_ENABLED: 'perhaps'}, /RATE_LIMITS_ENABLED/],
    [{DATABASE_URL: 'mongodb://x'}, /DATABASE_URL/],
    [{SMTP_URL: 'gopher://x'}, /SMTP_URL/],
    [{REDIS_URL: 'http://x'}, /REDIS_URL/],
    [{SECRET_KEY: 'short'}, /SECRET_KEY/],
    [{TRUSTED_PROXIES: '10.0.0.0/99'}, /TRUSTED_PROXIES/],
    [{DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/x'}, /SECRET_KEY/],
  ];
  for (const [env, pattern] of cases) bad(await run(['serve'], {env}), pattern);
  bad(await run(['serve', '--env-file', file]), /CODE_LIFTIME/);
  bad(await run(['serve', '--env-file', join(folder, 'missing.env')]), /missing\.env/);
});

test('config and serve refuse the same, in the same words, with the name of the variable', async () => {
  const cases = [{DB_PORT: 'abc'}, {EMAIL_PORT: '99999'}, {CORS_ORIGINS: 'x'}, {CORS_ORIGINS: 'https://a.example/path'},
    {EMAIL_USE_TLS: 'maybe'}, {DEV_MAIL: 'perhaps'}, {HTTP_HOST: 'http://x'}, {MAX_CONNECTIONS: '200000'}, {DATABASE_URL: 'sqlite:///x.db?mode=ro'},
    {DATABASE_URL: 'postgresql://u:p@h/d?sslmode=maybe', SECRET_KEY: 'x'.repeat(32)}, {DB_NAME: 'x', SECRET_KEY: 'x'.repeat(32)},
    {REDIS_URL: 'rediss://h?ca_file=/nowhere'}, {SMTP_URL: 'smtp://h?ca_file=/nowhere'}, {SECRET_KEY_FILE: '/nowhere'},
    {EMAIL_HOST: 'm', EMAIL_USE_TLS: 'on', EMAIL_USE_SSL: 'on'}, {CODE_ATTEMPTS: '11'},
    // What only the features together know.
    {SECOND_FACTORS: 'totp,sms'}, {SMS_PREFIXES: '+49', SMS_URL: 'https://gateway.example'},
    {PUBLIC_URL: 'https://shop.example', WEBAUTHN_RP_ID: 'example.org'}, {WEBAUTHN_RP_ID: 'example.org'},
    {PUBLIC_URL: 'https://shop.example', WEBAUTHN_ORIGINS: 'https://example.org'},
    {PUBLIC_URL: 'https://192.0.2.1', SECOND_FACTOR_POLICY: 'admins', ADMIN_SECOND_FACTORS: 'passkey'},
    {SECOND_FACTOR_POLICY: 'everyone', ADMIN_SECOND_FACTORS: 'sms,email'}];
  for (const env of cases) {
    const [config, serve] = [await run(['config'], {env}), await run(['serve'], {env})];
    const names = [...Object.keys(env), 'DB_USER', 'SMS_SECRET', 'WEBAUTHN_ORIGINS'].join('|');
    bad(config, new RegExp(`^coffeeauth: (${names})\\b`));
    assert.equal(serve.stderr, config.stderr);
    assert.doesNotMatch(config.stderr, /::|Options/);
  }
});

test('settings of features that do not fit are refused by the names of all that is to be looked at', async () => {
  for (const [env, ...names] of [
    [{SECOND_FACTORS: 'sms'}, 'SECOND_FACTORS', 'SMS_PREFIXES'],
    [{PUBLIC_URL: 'https://shop.example', WEBAUTHN_RP_ID: 'example.org'}, 'WEBAUTHN_RP_ID', 'PUBLIC_URL'],
    [{PUBLIC_URL: 'https://shop.example', WEBAUTHN_ORIGINS: 'https://example.org'}, 'WEBAUTHN_ORIGINS', 'PUBLIC_URL'],
    [{HTTP_HOST: '0.0.0.0', SECOND_FACTOR_POLICY: 'admins', ADMIN_SECOND_FACTORS: 'passkey'}, 'SECOND_FACTOR_POLICY', 'ADMIN_SECOND_FACTORS', 'PUBLIC_URL']]) {
    for (const command of ['config', 'serve']) {
      const ended = await run([command], {env});
      bad(ended, new RegExp(`^coffeeauth: ${names[0]}: `));
      for (const name of names) assert.match(ended.stderr, new RegExp(`\\b${name}\\b`));
    }
  }
  good(await run(['config'], {env: {SECOND_FACTORS: 'totp,sms', SMS_PREFIXES: '+49', SECOND_FACTOR_POLICY: 'admins', ADMIN_SECOND_FACTORS: 'sms'}}));
});

test('what cannot be a folder or a file is refused with the name of the variable', async () => {
  bad(await run(['serve'], {env: {DATABASE_URL: `sqlite:///${folder}`}}), /^coffeeauth: DATABASE_URL, DATA_DIR: .* is not a file/);
  bad(await run(['migrate'], {env: {DATABASE_URL: `sqlite:///${folder}/nowhere/a.db`}}), /^coffeeauth: DATABASE_URL, DATA_DIR: .* is no folder/);
  bad(await run(['serve'], {env: {MAIL_FOLDER: '/dev/null'}}), /^coffeeauth: MAIL_FOLDER: \/dev\/null cannot be made/);
  const templates = join(folder, 'templates');
  await mkdir(join(templates, 'en'), {recursive: true});
  await writeFile(join(templates, 'en/login_code.txt'), 'Subject: Hi\n\n{{cdoe}}');
  const broken = await run(['serve'], {env: {MAIL_TEMPLATES: templates}});
  bad(broken, /^coffeeauth: MAIL_TEMPLATES: /);
  assert.ok(broken.stderr.includes(`${templates}/en/login_code.txt: nothing fills {{cdoe}}`), broken.stderr);
  bad(await run(['serve'], {env: {DATA_DIR: '/dev/null/below'}}), /^coffeeauth: DATA_DIR: \/dev\/null\/below cannot be made: Not a directory/);
});

test('over PostgreSQL a missing place for mails is refused before the database is asked, by config too', async () => {
  // Where nothing listens: whoever asked the database would say so.
  const env = {DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/x', SECRET_KEY: 'x'.repeat(32)};
  for (const args of [['config'], ['serve'], ['worker']]) bad(await run(args, {env}), /^coffeeauth: SMTP_URL: .*MAIL_FOLDER/);
  good(await run(['config', '--no-worker'], {env}));
  bad(await run(['serve', '--no-worker'], {env}), /^coffeeauth: DATABASE_URL: postgresql:\/\/127\.0\.0\.1:1\/x: nothing listens/);
  for (const place of [{MAIL_FOLDER: join(folder, 'mails')}, {SMTP_URL: 'smtp://m'}, {EMAIL_HOST: 'm'}]) {
    good(await run(['config'], {env: {...env, ...place}}));
  }
});

test('a database that cannot be opened is named with its settings, and no password is', async () => {
  const key = {SECRET_KEY: 'x'.repeat(32)};
  const parts = {...key, DB_HOST: '127.0.0.1', DB_PORT: '1', DB_NAME: 'shop', DB_USER: 'me-myself', DB_PASSWORD: 'url-secret-9'};
  for (const args of [['migrate'], ['keys', 'list'], ['scheduler']]) {
    const ended = await run(args, {env: parts});
    bad(ended, /^coffeeauth: DB_HOST, DB_NAME: postgresql:\/\/127\.0\.0\.1:1\/shop: nothing listens/);
    assert.doesNotMatch(ended.stderr, /url-secret|me-myself/);
  }
  const place = await mkdtemp(join(folder, 'place-'));
  await writeFile(join(place, 'coffeeauth.db'), 'no database at all, '.repeat(100));
  bad(await run(['migrate'], {dataDir: place}), new RegExp(`^coffeeauth: DATA_DIR: sqlite:${place}/coffeeauth\\.db: .+`));
  // Where a part of the password would be taken for the host or the database.
  for (const password of ['a@url-secret/9', 'url/secret-9', 'a@url?secret-9']) {
    const ended = await run(['serve'], {env: {...key, DATABASE_URL: `postgresql://me:${password}@127.0.0.1/shop`}});
    bad(ended, /^coffeeauth: DATABASE_URL: .*percent-encode/);
    assert.doesNotMatch(ended.stderr, /secret|127/);
  }
});

test('an env file that is there and cannot be read stops the start; only a missing .env is silence', async () => {
  for (const name of ['a folder', 'a dangling link', 'a pipe']) {
    const place = await mkdtemp(join(folder, 'place-'));
    const file = join(place, '.env');
    if (name === 'a folder') await mkdir(file);
    if (name === 'a dangling link') await symlink(join(place, 'nowhere'), file);
    if (name === 'a pipe') execFileSync('mkfifo', [file]);
    for (const args of [['config'], ['serve'], ['config', '--env-file', file]]) {
      bad(await command(args, {cwd: place, env: {DATA_DIR: place}}), /\.env: is (a folder|not)/);
    }
  }
  const empty = await mkdtemp(join(folder, 'place-'));
  good(await command(['config'], {cwd: empty, env: {DATA_DIR: empty}}));
});

test('the old service\'s file is read, and what has no meaning is told in one line', async () => {
  const file = join(folder, 'old.env');
  await writeFile(file, '\uFEFFDJANGO_SECRET_KEY=it\'s "quoted" and long enough for all of it\r\nSECRET_KEY=\r\nexport\tHTTP_PORT=\r\n' +
    'EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend\r\nEMAIL_USE_SSL=False\r\nCELERY_BROKER_URL=redis://redis/0\r\nDJANGO_DEBUG=0\r\nREDIS_DB=0\r\n');
  const ended = await run(['config', '--env-file', file]);
  assert.match(good(ended), /^SECRET_KEY +\*{8} +.*old\.env:1$/m);
  assert.match(ended.stdout, /^HTTP_PORT +8000 +default$/m);
  assert.equal(ended.stderr, 'coffeeauth: no meaning here: EMAIL_BACKEND,CELERY_BROKER_URL,DJANGO_DEBUG\n');
});

test('--version and -V say the version, too', async () => {
  const text = good(await run(['version']));
  assert.equal(good(await run(['--version'])), text);
  assert.equal(good(await run(['-V'])), text);
});

test('an address is taken in the form in which it is printed', async () => {
  assert.match(good(await run(['config'], {env: {HTTP_HOST: '[::]'}})), /^HTTP_HOST +::/m);
});

test('the key and the database are readable by their owner alone', async () => {
  const {data} = await run(['migrate']);
  const server = await startServer({dataDir: data});
  await server.stop({keep: true});
  for (const name of await readdir(data)) {
    const entry = await stat(join(data, name));
    if (entry.isFile()) assert.equal(entry.mode & 0o077, 0, name);
  }
});

test('keys list shows kid and algorithm, keys rotate adds one, and no private part is printed', async () => {
  const server = await startServer();
  try {
    const kids = async () => success(await server.get('/.well-known/jwks.json')).keys.map((key) => key.kid);
    const [first] = await kids();
    const before = good(await server.command(['keys', 'list']));
    assert.ok(before.includes(first) && before.includes('ES256'), before);
    good(await server.command(['keys', 'rotate']));
    const after = good(await server.command(['keys', 'list']));
    assert.ok(after.includes(first));
    assert.equal(after.match(/ES256/g).length, before.match(/ES256/g).length + 1);
    assert.doesNotMatch(after, /PRIVATE/);
  } finally {
    await server.stop();
  }
});

test('keys rotate under another secret key changes nothing, and makes none', async () => {
  const server = await startProcess();
  const user = await makeUser(server);
  await logIn(server, user);
  const listed = async (env) => good(await run(['keys', 'list'], {env, dataDir: server.dataDir}));
  const before = await listed();
  const other = {SECRET_KEY: 'another-secret-key-of-32-bytes-or-more'};
  bad(await run(['keys', 'rotate'], {env: other, dataDir: server.dataDir}), /^coffeeauth: SECRET_KEY: .*encrypted with another.*keys list.*keys revoke KID/);
  assert.match(await listed(other), /current, encrypted with a secret key that this process does not have/);
  // From a wrong folder, over the database of the server.
  const elsewhere = {env: {DATABASE_URL: `sqlite:///${server.dataDir}/coffeeauth.db`}};
  for (const args of [['keys', 'rotate'], ['keys', 'list'], ['outbox', 'list'], ['migrate'], ['serve'],
    ['create-admin', '--email', newAddress(), '--password-stdin']]) {
    const ended = await run(args, {...elsewhere, input: `${password}\n`});
    if (/list|migrate/.test(args.join())) good(ended);
    else bad(ended, /secret\.key is missing.*encrypted with it/);
    assert.deepEqual(await readdir(ended.data), [], args.join(' '));
  }
  assert.equal(await listed(), before);
  await logIn(server, user);

  // Made all the same, it is told what it costs and is taken away without loss.
  const forced = good(await run(['keys', 'rotate', '--now'], {env: other, dataDir: server.dataDir}));
  assert.match(forced, /all sessions, codes and pending mails under that one are invalid/);
  await server.stop({keep: true});
  const args = ['create-admin', '--email', newAddress(), '--password-stdin'];
  bad(await run(args, {dataDir: server.dataDir, input: `${password}\n`}), /encrypted with another secret key.*keys list.*keys revoke KID/);
  const [, kid] = /^(\S+).*current, encrypted with a secret key that this process does not have$/m.exec(await listed());
  good(await run(['keys', 'revoke', '--', kid], {dataDir: server.dataDir}));
  const again = await startProcess({dataDir: server.dataDir});
  await logIn(again, user);
  await again.stop();
});

test('keys rotate makes no secret key before the server has one, and --now says that nothing is void', async () => {
  const {data} = await run(['migrate']);
  bad(await run(['keys', 'rotate'], {dataDir: data}), /secret\.key is missing: the server creates it/);
  const server = await startProcess({dataDir: data});
  await logIn(server, await makeUser(server));
  assert.match(good(await server.command(['keys', 'rotate', '--now'])), /signs now\nnothing becomes invalid/);
  await server.stop();
});

test('only what sets a service up makes a database, and what was done says where', async () => {
  const nowhere = await mkdtemp(join(folder, 'place-'));
  for (const args of [['keys', 'list'], ['keys', 'rotate', '--now'], ['outbox', 'list'], ['outbox', 'delete']]) {
    bad(await command(args, {cwd: nowhere, env: {}}), new RegExp(`^coffeeauth: DATABASE_URL, DATA_DIR: there is no sqlite:${nowhere}/data/coffeeauth\\.db`));
    assert.deepEqual(await readdir(nowhere), []);
  }
  const makeAdmin = () => command(['create-admin', '--email', newAddress(), '--password-stdin'], {cwd: nowhere, env: {}, input: `${password}\n`});
  const place = `in sqlite:${nowhere}/data/coffeeauth.db`;
  assert.ok(good(await makeAdmin()).endsWith(`${place}, which was created for it\n`));
  for (const ended of [await makeAdmin(), await command(['keys', 'list'], {cwd: nowhere}), await command(['outbox', 'list'], {cwd: nowhere}),
    await command(['outbox', 'retry'], {cwd: nowhere})]) assert.ok(good(ended).endsWith(`${place}\n`), ended.stdout);
});

test('mails that wait are listed without addresses, and a retry touches those given up alone', async () => {
  const server = await startServer({args: ['--no-worker']});
  try {
    const email = newAddress();
    success(await server.post('/api/auth/signup', {email, password}), 201);
    const listed = good(await server.command(['outbox', 'list']));
    assert.match(listed, /verification/);
    assert.ok(!listed.includes(email), 'addresses are personal data');
    good(await server.command(['outbox', 'retry']));
  } finally {
    await server.stop();
  }
});

test('outbox takes all that were given up, however many, and says of how many it lists no line', async () => {
  const {data} = await run(['migrate']);
  const total = 2345;
  const fill = () => execFileSync('sqlite3', [join(data, 'coffeeauth.db'), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${total})
    INSERT INTO outbox_jobs (id, kind, message_id, created_at, state, attempts, due_at, last_error)
    SELECT printf('00000000-0000-7000-8000-%012d', i), 'verification', 'm' || i, i, 1, 1, i, '' FROM n`]);
  const outbox = async (...words) => good(await run(['outbox', ...words], {dataDir: data}));
  fill();
  const listed = await outbox('list');
  assert.equal(listed.match(/ given up  /g).length, 1000);
  assert.match(listed, /^\.\.\. and 1345 more\n0 waiting, 2345 given up/m);
  assert.match(await outbox('retry'), /^2345 will be tried now/);
  assert.match(await outbox('list'), /^\.\.\. and 1345 more\n2345 waiting, 0 given up/m);
  execFileSync('sqlite3', [join(data, 'coffeeauth.db'), 'DELETE FROM outbox_jobs']);
  fill();
  assert.match(await outbox('delete'), /^2345 deleted/);
  assert.match(await outbox('list'), /^0 waiting, 0 given up/);
});

test('worker and scheduler run by themselves and stop cleanly', async () => {
  const server = await startServer({args: ['--no-worker', '--no-scheduler']});
  try {
    const email = newAddress();
    success(await server.post('/api/auth/signup', {email, password}), 201);
    assert.equal((await server.mails(email)).length, 0);
    for (const name of ['worker', 'scheduler']) {
      const child = spawn(program, [name], {cwd: server.dataDir, env: server.environment, stdio: 'ignore'});
      const ended = new Promise((done) => child.once('exit', (code, signal) => done({code, signal})));
      if (name === 'worker') await server.code(email);
      else await new Promise((go) => child.once('spawn', go)).then(() => new Promise((go) => setTimeout(go, 300)));
      child.kill('SIGTERM');
      assert.deepEqual(await ended, {code: 0, signal: null}, name);
    }
  } finally {
    await server.stop();
  }
});

test('a host that is not known is named with its setting', async () => {
  const ended = await run(['serve'], {env: {HTTP_HOST: 'nohost.invalid', HTTP_PORT: '0'}});
  assert.match(ended.stderr, /HTTP_HOST, HTTP_PORT: cannot listen on nohost\.invalid port 0: the name is not known/);
});

test('a port that another process has is named with its settings', async () => {
  const server = await startServer({args: ['--no-worker', '--no-scheduler']});
  try {
    const {hostname, port} = new URL(server.base);
    const second = await run(['serve'], {env: {HTTP_HOST: hostname, HTTP_PORT: port}});
    assert.notEqual(second.code, 0);
    assert.match(second.stderr, new RegExp(`HTTP_HOST, HTTP_PORT: cannot listen on ${hostname} port ${port}`));
    const worker = await run(['worker'], {env: {METRICS_HOST: hostname, METRICS_PORT: port}});
    assert.notEqual(worker.code, 0);
    assert.match(worker.stderr, /METRICS_HOST, METRICS_PORT: cannot listen/);
  } finally {
    await server.stop();
  }
});

test('a log that is not a terminal is one JSON object a line, without secrets', async () => {
  const server = await startServer();
  const user = await makeUser(server);
  const tokens = await logIn(server, user);
  problem(await server.post('/api/auth/login', {email: user.email, password: 'wrong password 1'}), 401, 'invalid_credentials');
  await server.stop();
  // What was asked for is printed beside the log: the link of DEV_MAIL is for eyes and never in the log.
  const {stdout, stderr} = server.said();
  assert.match(stdout, /^mails http:\/\/\S+\/dev\/mail\?token=[0-9a-f]+\n$/);
  assert.ok(!stderr.includes(server.mailPage().split('=')[1]));
  const lines = stderr.trim().split('\n');
  assert.ok(lines.length >= 2);
  const records = lines.map((line) => JSON.parse(line));
  for (const record of records) assert.ok(record.time && record.event, JSON.stringify(record));
  for (const secret of [password, tokens.access_token, tokens.refresh_token, 'wrong password 1']) assert.ok(!server.log().includes(secret));
  assert.ok(records.some((record) => /login/.test(record.event)), server.log());
});

test('the database holds neither passwords nor codes nor tokens', async () => {
  const server = await startServer();
  const user = await makeUser(server);
  const pending = newAddress();
  success(await server.post('/api/auth/signup', {email: pending, password}), 201);
  const code = await server.code(pending);
  const tokens = await logIn(server, user);
  await server.stop({keep: true});
  for (const name of (await readdir(server.dataDir)).filter((file) => /\.(db|sqlite)/.test(file))) {
    const bytes = await readFile(join(server.dataDir, name), 'latin1');
    for (const secret of [password, tokens.access_token, tokens.refresh_token]) assert.ok(!bytes.includes(secret), name);
    assert.ok(!new RegExp(`[^0-9a-f]${code}[^0-9a-f]`).test(bytes), `the code is in ${name}`);
  }
  await rm(server.dataDir, {recursive: true, force: true});
});

test('health says whether the server of these settings serves', async () => {
  const server = await startServer();
  const up = await server.command(['health']);
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stdout, new RegExp(`^serving on 127\\.0\\.0\\.1 port ${server.port}\n$`));
  await server.stop({keep: true});
  const down = await server.command(['health']);
  assert.equal(down.code, 1);
  assert.match(down.stderr, /^coffeeauth: nothing serves on .+\n$/);
  await rm(server.dataDir, {recursive: true, force: true});
});

/** A copy of scripts/run, with everything that it would install and build in place already. */
async function makeRunScript() {
  const place = await mkdtemp(join(folder, 'run-'));
  const script = join(place, 'scripts/run');
  await mkdir(join(place, 'scripts'));
  await copyFile(join(project, 'scripts/run'), script);
  await writeFile(join(place, 'scripts/lib.sh'), `cd '${place}'\ninstall_packages() { :; }\nbuild() { :; }\nprogram_of() { echo ./program; }\n`);
  // Says what it was started with instead of serving.
  await writeFile(join(place, 'program'), `#!/bin/sh\n[ "$1" = serve ] || exec '${program}' "$@"\necho "DEV_MAIL=$DEV_MAIL words: $*"\n`);
  await chmod(join(place, 'program'), 0o755);
  const start = (args, env = {}) => new Promise((done) => execFile('bash', [script, ...args],
      {env: {PATH: process.env.PATH, ...env}}, (error, stdout, stderr) => done({code: error?.code ?? 0, stdout, stderr})));
  return {place, start};
}

test('scripts/run shows mails where neither the environment nor an env file says whether to', async () => {
  const {place, start} = await makeRunScript();
  const shown = async (args, env) => /^DEV_MAIL=(\w*) /m.exec((await start(args, env)).stdout)[1];
  assert.equal(await shown([]), 'true');
  assert.equal(await shown([], {DEV_MAIL: 'false'}), 'false');
  await writeFile(join(place, 'own.env'), 'DEV_MAIL=false\n');
  assert.equal(await shown(['--', '--env-file', 'own.env']), '');
  await writeFile(join(place, '.env'), 'DEV_MAIL=no\n');
  assert.equal(await shown([]), '');
  await rm(join(place, '.env'));
});

test('scripts/run names the word that it does not know', async () => {
  const {start} = await makeRunScript();
  const {code, stderr} = await start(['--foo']);
  assert.equal(code, 2);
  assert.match(stderr, /--foo is not one of its options/);
});

test('the help of scripts/run names the SECRET_KEY that PostgreSQL needs', async () => {
  const {start} = await makeRunScript();
  assert.match((await start(['--help'])).stdout, /SECRET_KEY=/);
});
