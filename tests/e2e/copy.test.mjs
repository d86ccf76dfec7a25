// `coffeeauth copy`: an installation moves to another database with all that it holds.
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {rename, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {success} from './expect.mjs';
import {startPostgres} from './production.mjs';
import {command, logIn, makeAdmin, makeLoggedIn, newAddress, password, program, startProcess, temporaryFolder, until} from './support.mjs';

let folder, postgres;
before(async () => {
  folder = await temporaryFolder();
  postgres = await startPostgres();
});
after(async () => {
  await postgres?.stop();
  await rm(folder, {recursive: true, force: true});
});

const secret = 'a key of thirty-two octets or more';
let databases = 0;
async function newDatabase() {
  const name = `copied_${++databases}`;
  await postgres.sql(`CREATE DATABASE ${name}`);
  return name;
}
const count = async (database, table = 'users') => Number((await postgres.sql(`SELECT count(*) FROM ${table}`, database)).stdout);
const fileOf = (server) => `sqlite:///${join(server.dataDir, 'coffeeauth.db')}`;
/** As it may stand on a command line. */
const urlOf = (name) => postgres.url(name).replace(/:[^:@]*@/, '@');
const passwordOf = () => ({PGPASSWORD: postgres.environment.PGPASSWORD});
const copy = (words, options) => command(['copy', ...words], {cwd: folder, env: passwordOf(), ...options});

/** Failed with one line and that status. */
function bad(ended, pattern, code = 1) {
  assert.equal(ended.code, code, ended.stderr);
  assert.equal(ended.stdout, '');
  assert.equal(ended.stderr.trim().split('\n').length, 1, ended.stderr);
  assert.match(ended.stderr, pattern);
}

test('a service moves from SQLite to PostgreSQL: passwords, sessions, tokens, codes and waiting mails go on', async () => {
  const server = await startProcess({env: {SECRET_KEY: secret}, args: ['--no-worker']});
  const mail = join(folder, 'mail');
  let moved;
  try {
    const user = newAddress();
    // Nothing delivers here: the code waits in the outbox.
    success(await server.post('/api/auth/signup', {email: user, password, first_name: 'Ёжик'}), 201);
    const admin = await makeAdmin(server);
    const session = await logIn(server, {email: admin.email});
    const name = await newDatabase();
    const done = await copy(['--from', fileOf(server), '--to', urlOf(name)]);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /^users: 2 rows$/m);
    assert.match(done.stdout, new RegExp(`^copied \\d+ rows from sqlite:/.* to postgresql://127.0.0.1:${postgres.port}/${name}$`, 'm'));
    assert.match(done.stdout, /SECRET_KEY/);
    assert.ok(!(done.stdout + done.stderr).includes(encodeURIComponent(new URL(postgres.url(name)).password)));
    await server.stop({keep: true});

    moved = await startProcess({env: {SECRET_KEY: secret, DATABASE_URL: postgres.url(name), MAIL_FOLDER: mail, DEV_MAIL: 'false'}});
    assert.equal(success(await moved.get('/api/me', {token: session.access_token})).email, admin.email);
    success(await moved.post('/api/auth/refresh', {refresh_token: session.refresh_token}));
    await logIn(moved, {email: admin.email});
    const list = success(await moved.get('/api/users?search=' + encodeURIComponent('ёжик'), {token: session.access_token}));
    assert.deepEqual(list.results.map(({email}) => email), [user]);
    assert.equal(success(await moved.get('/api/users', {token: session.access_token})).count, 2);
    const digits = await until('the code', async () => /^\s*(\d{6})\s*$/m.exec(
      execFileSync('sh', ['-c', `cat '${mail}'/* 2>/dev/null || true`]).toString())?.[1]);
    success(await moved.post('/api/auth/verify', {email: user, code: digits, password}));
    await logIn(moved, {email: user});

    // And back again, into a file.
    await moved.stop();
    moved = undefined;
    const back = join(folder, 'back.db');
    const {host, port, pathname, username, password: secretOf} = new URL(postgres.url(name));
    const passwords = join(folder, 'pgpass');
    await writeFile(passwords, `${host.split(':')[0]}:${port}:${pathname.slice(1)}:${username}:${decodeURIComponent(secretOf).replace(/[\\:]/g, '\\$&')}\n`, {mode: 0o600});
    const again = await copy(['--from', urlOf(name), '--to', `sqlite:///${back}`], {env: {PGPASSFILE: passwords}});
    assert.equal(again.code, 0, again.stderr);
    moved = await startProcess({env: {SECRET_KEY: secret, DATABASE_URL: `sqlite:///${back}`}});
    await logIn(moved, {email: user});
  } finally {
    await server.stop();
    await moved?.stop();
  }
});

test('a key that was kept beside SQLite becomes the previous one over PostgreSQL, and nobody is logged out', async () => {
  const server = await startProcess();
  let moved;
  try {
    const user = await makeLoggedIn(server);
    const name = await newDatabase();
    const settings = {SECRET_KEY: secret, DATABASE_URL: postgres.url(name), DATA_DIR: server.dataDir, MAIL_FOLDER: join(folder, 'mail2'), DEV_MAIL: 'false'};
    // Without --to it is the database of the settings, whose password then stands on no command line.
    const done = await copy(['--from', fileOf(server)], {env: settings});
    assert.equal(done.code, 0, done.stderr);
    await server.stop({keep: true});
    await rename(join(server.dataDir, 'secret.key'), join(server.dataDir, 'secret.key.previous'));
    assert.equal((await command(['keys', 'rewrap'], {cwd: folder, env: settings})).code, 0);
    moved = await startProcess({dataDir: server.dataDir, env: settings});
    assert.equal(success(await moved.get('/api/me', user)).email, user.email);
    success(await moved.post('/api/auth/refresh', {refresh_token: user.refresh_token}));
  } finally {
    await server.stop();
    await moved?.stop();
  }
});

test('what cannot be copied is refused in one line, and without a password', async () => {
  const server = await startProcess();
  try {
    await makeAdmin(server);
    const name = await newDatabase();
    bad(await copy([]), /needs --from or --to/, 2);
    bad(await copy(['--from', 'mysql://u:canary@h/d', '--to', urlOf(name)]), /^coffeeauth: copy: --from: expected sqlite:(?!.*canary)/, 2);
    for (const [given, other] of [['--to', '--from'], ['--from', '--to']]) {
      bad(await copy([other, fileOf(server), given, 'postgresql://u:canary@127.0.0.1:1/x']),
          new RegExp(`^coffeeauth: copy: ${given}: a URL on the command line must not contain a password: (?!.*canary).*PGPASSWORD.*pgpass.*DATABASE_URL`), 2);
    }
    bad(await copy(['--from', fileOf(server), '--to', 'postgresql://u@127.0.0.1:1/x'], {env: {PGPASSWORD: 'canary'}}), /^coffeeauth: postgresql:\/\/127\.0\.0\.1:1\/x: (?!.*canary)/);
    bad(await copy(['--from', `sqlite:///${join(folder, 'none.db')}`, '--to', urlOf(name)]), /none\.db: there is no such file/);
    bad(await copy(['--from', fileOf(server), '--to', fileOf(server)]), /is the database to copy from/);
    bad(await copy(['--from', urlOf(name), '--to', `sqlite:///${join(folder, 'new.db')}`]), /schema version 0, this program needs \d+: apply the migrations first \(coffeeauth migrate\)/);
    assert.equal((await copy(['--from', fileOf(server), '--to', urlOf(name)])).code, 0);
    bad(await copy(['--from', fileOf(server), '--to', urlOf(name)]), /the table \w+ is not empty: a copy needs a new database/);
    assert.equal(await count(name), 1);
    const help = await copy(['--help']);
    assert.match(help.stdout, /--from URL[\s\S]*--to URL/);
  } finally {
    await server.stop();
  }
});

test('a copy that is killed leaves no row, and the next one is whole', async () => {
  const server = await startProcess();
  try {
    await server.stop({keep: true});
    const file = join(server.dataDir, 'coffeeauth.db');
    execFileSync('sqlite3', [file, `PRAGMA trusted_schema = ON; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
      INSERT INTO users (id, email_canonical, email_display, first_name, last_name, role, is_verified, is_active, date_joined, unverified_since, password_hash, version, security_version)
      SELECT printf('00000000-0000-7000-8000-%012d', i), 'u' || i || '@example.com', 'u' || i || '@example.com', '', '', 0, 1, 1, i, 0, '', 1, 1 FROM n`]);
    for (const kind of ['PostgreSQL', 'SQLite']) {
      const name = await newDatabase();
      const to = kind === 'SQLite' ? join(folder, 'killed.db') : name;
      const url = kind === 'SQLite' ? `sqlite:///${to}` : urlOf(name);
      const rows = async (table) => kind === 'SQLite' ? Number(execFileSync('sqlite3', [to, `SELECT count(*) FROM ${table}`], {stdio: 'pipe'})) : count(name, table);
      const child = spawn(program, ['copy', '--from', `sqlite:///${file}`, '--to', url], {cwd: folder, env: {PATH: process.env.PATH, ...passwordOf()}});
      const ended = new Promise((done) => child.once('close', (_, signal) => done(signal)));
      // The tables are there, and then rows that nothing but this transaction sees are written.
      await until('the tables', async () => rows('recovery_tickets').then(() => true, () => false), {every: 5});
      const written = async () => kind === 'SQLite'
        ? (await stat(`${to}-wal`)).size
        : Number((await postgres.sql("SELECT pg_relation_size('users')", name)).stdout);
      const before = await written();
      await until('rows', async () => await written() > before + (1 << 20), {every: 5});
      child.kill('SIGKILL');
      assert.equal(await ended, 'SIGKILL', kind);
      for (const table of ['users', 'user_counts']) assert.equal(await rows(table), 0, `${kind} ${table}`);
      const done = await copy(['--from', `sqlite:///${file}`, '--to', url]);
      assert.equal(done.code, 0, done.stderr);
      assert.equal(await rows('users'), 30000);
    }
  } finally {
    await server.stop();
  }
});
