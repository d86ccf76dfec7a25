// What whoever operates the program meets: logs that nobody reads, parts that are down and why, metrics
// meanwhile, a secret key that is lost, stops while it starts.
import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {rename, rm} from 'node:fs/promises';
import {request} from 'node:http';
import {connect} from 'node:net';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {success} from './expect.mjs';
import {child, startPostgres, startRedis} from './production.mjs';
import {command, freePort, makeUser, password, program, startProcess, temporaryFolder, until} from './support.mjs';

let folder, postgres;
before(async () => {
  folder = await temporaryFolder();
  postgres = await startPostgres();
});
after(async () => {
  await postgres.stop();
  await rm(folder, {recursive: true, force: true});
});

// What operators may read is read from here.
const asOperator = {OPERATOR_NETWORKS: '127.0.0.0/8'};
const secret = 'a key that all processes of the service have';
const lines = (log) => log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
const events = (service) => lines(service.log()).map((line) => line.event);
const pause = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));

let databases = 0;
async function newDatabase() {
  const name = `operated_${++databases}`;
  await postgres.sql(`CREATE DATABASE ${name}`);
  return name;
}

test('a log that nobody reads holds up no request, and what was lost is counted and told', async () => {
  const server = await startProcess({env: {ACCESS_LOG: 'true', ...asOperator}});
  try {
    server.child.stderr.pause();
    const headers = {'User-Agent': 'reads nothing'};
    // Some 250 octets a line: more than the pipe and the queue hold.
    const asking = async () => {
      for (let i = 0; i < 300; ++i) success(await server.get('/healthz', {headers}));
    };
    await Promise.all(Array.from({length: 12}, asking));
    const dropped = async () => Number(/^coffeeauth_log_lines_dropped_total (\d+)/m.exec((await server.get('/metrics')).text)[1]);
    const lost = await dropped();
    assert.ok(lost > 0, 'the queue has an end');
    server.child.stderr.resume();
    await until('a line about the lost ones', () => events(server).includes('log_lines_dropped'));
    const told = lines(server.log()).filter((line) => line.event === 'log_lines_dropped');
    assert.ok(told.reduce((sum, line) => sum + Number(line.count), 0) <= await dropped());
    assert.equal((await server.stop()).code, 0);
  } finally {
    server.child.stderr.resume();
    await server.stop();
  }
});

test('a log that nobody reads does not keep the program from ending', async () => {
  const server = await startProcess({env: {ACCESS_LOG: 'true', ...asOperator}});
  server.child.stderr.pause();
  await Promise.all(Array.from({length: 8}, async () => {
    for (let i = 0; i < 100; ++i) success(await server.get('/healthz'));
  }));
  server.child.kill('SIGTERM');
  const code = await new Promise((done) => server.child.once('exit', (ended) => done(ended)));
  assert.equal(code, 0);
  server.child.stderr.resume();
  await server.stop();
});

test('while the database is down /metrics answers, /readyz says why, and its going and coming are a line each', async () => {
  const database = await newDatabase();
  const server = await startProcess({env: {DATABASE_URL: postgres.url(database), SECRET_KEY: secret, MAIL_FOLDER: join(folder, 'mail'), ...asOperator}});
  try {
    const text = async () => {
      const answer = await server.get('/metrics');
      assert.equal(answer.status, 200);
      return answer.text;
    };
    assert.match(await text(), /^coffeeauth_database_up\{pool="writers"\} 1$/m);
    assert.match(await text(), /^coffeeauth_outbox_pending 0$/m);
    for (const family of ['coffeeauth_build_info', 'process_resident_memory_bytes', 'process_open_fds', 'coffeeauth_hashing_waiting',
      'coffeeauth_database_waits_total', 'coffeeauth_database_seconds_total', 'coffeeauth_outbox_oldest_seconds',
      'coffeeauth_log_lines_dropped_total']) assert.match(await text(), new RegExp(`^${family}[ {]`, 'm'));
    for (const kind of ['password_reset', 'email_change', 'email_undo', 'email_login', 'second_factor', 'trusted_device']) {
      assert.match(await text(), new RegExp(`^coffeeauth_live_tokens\\{kind="${kind}"\\} 0$`, 'm'));
    }
    await postgres.stopServer();
    const down = await until('not ready', async () => {
      const answer = await server.get('/readyz');
      return answer.status === 503 && answer.body.store_reason === 'unreachable' && answer;
    });
    assert.equal(down.body.store, 'down');
    assert.match(await text(), /^coffeeauth_database_up\{pool="writers"\} 0$/m);
    assert.doesNotMatch(await text(), /coffeeauth_outbox_pending/, 'what is not known is left out');
    await until('a line', () => events(server).includes('database_down'));
    assert.equal(lines(server.log()).find((line) => line.event === 'database_down').reason, 'unreachable');
    await postgres.startServer();
    await until('the line that it is back', () => events(server).includes('database_back'));
    success(await server.get('/readyz'));
    assert.equal(events(server).filter((event) => event === 'database_down').length, 1);
  } finally {
    await server.stop();
  }
});

test('a database that cannot be used says why in fixed words', async () => {
  const database = await newDatabase();
  const url = new URL(postgres.url(database));
  const closed = await freePort();
  const cases = [
    [(u) => (u.password = 'canary'), /refused the user or the password/],
    [(u) => (u.pathname = '/nowhere'), /no database of this name/],
    [(u) => (u.port = closed), /nothing listens/],
    [(u) => (u.hostname = 'nowhere.invalid'), /not known by that name/],
    [(u) => (u.search = '?sslmode=require'), /offers no TLS/],
    [(u) => (u.search = '?sslmode=verify-full&sslrootcert=/nowhere.pem'), /authorities|TLS/],
  ];
  for (const [change, said] of cases) {
    const other = new URL(url);
    change(other);
    const ended = await command(['serve'], {cwd: folder, env: {DATABASE_URL: other.href, SECRET_KEY: secret, MAIL_FOLDER: join(folder, 'mail')}});
    assert.equal(ended.code, 1, ended.stderr);
    assert.match(ended.stderr, said);
    assert.doesNotMatch(ended.stderr, /canary|FATAL|psql|libpq/);
  }
});

test('a Redis that cannot be used is a line, a metric and a reason, whatever the cause', async () => {
  const redis = await startRedis();
  try {
    await redis.ask('ACL', 'SETUSER', 'mute', 'on', '>mute', '~*', '+@all', '-eval', '-evalsha');
    const at = `127.0.0.1:${redis.port}`;
    for (const [url, reason] of [
      [`redis://:canary@${at}`, 'credentials'],
      [`redis://:redis-pass-word@${at}/99`, 'no_database'],
      [`redis://mute:mute@${at}`, 'not_permitted'],
      [`redis://:x@127.0.0.1:${await freePort()}`, 'unreachable'],
    ]) {
      const server = await startProcess({env: {REDIS_URL: url, ...asOperator}});
      try {
        await until(`a line about ${reason}`, () => events(server).includes('redis_down'));
        assert.equal(lines(server.log()).find((line) => line.event === 'redis_down').reason, reason);
        const ready = success(await server.get('/readyz'));
        assert.equal(ready.cache_reason, reason);
        assert.match((await server.get('/metrics')).text, /^coffeeauth_redis_up 0$/m);
        assert.ok(!server.log().includes('canary'));
      } finally {
        await server.stop();
      }
    }
    const server = await startProcess({env: {REDIS_URL: redis.url('operated:')}});
    try {
      await redis.restart();
      await pause(1500);
      assert.ok(!events(server).includes('redis_down') || events(server).includes('redis_back'));
      redis.signal('SIGSTOP');
      await until('a line that it went', () => events(server).includes('redis_down'));
      redis.signal('SIGCONT');
      await until('a line that it is back', () => events(server).lastIndexOf('redis_back') > events(server).lastIndexOf('redis_down'));
    } finally {
      await server.stop();
    }
  } finally {
    await redis.stop();
  }
});

test('a lost secret key stops every command that needs it and says what can be done', async () => {
  const server = await startProcess();
  const user = await makeUser(server);
  success(await server.post('/api/auth/login', {email: user.email, password}));
  await server.stop({keep: true});
  const key = join(server.dataDir, 'secret.key');
  await rename(key, `${key}.kept`);
  const env = {DATA_DIR: server.dataDir, HTTP_PORT: '0'};
  for (const args of [['serve'], ['worker'], ['scheduler'], ['create-admin', '--email', 'a@example.com', '--password-stdin']]) {
    const ended = await command(args, {cwd: server.dataDir, env, input: `${password}\n`});
    assert.equal(ended.code, 1, args.join(' '));
    assert.match(ended.stderr, /secret\.key is missing.*Restore it.*keys rotate --now/);
    assert.equal(ended.stderr.trim().split('\n').length, 1);
  }
  assert.equal((await command(['keys', 'list'], {cwd: server.dataDir, env})).code, 0);
  assert.ok(!existsSync(key), 'a key that opens nothing was made');
  await rename(`${key}.kept`, key);
  const again = await startProcess({dataDir: server.dataDir});
  success(await again.post('/api/auth/login', {email: user.email, password}));
  await again.stop();
});

test('SIGTERM and SIGINT end a start that waits for the migration of another process', async () => {
  const database = await newDatabase();
  const env = {PATH: process.env.PATH, DATABASE_URL: postgres.url(database), SECRET_KEY: secret, DATA_DIR: folder, MAIL_FOLDER: join(folder, 'mail')};
  const blocker = postgres.hold(database, 'SELECT pg_advisory_lock(7165058122143588725), pg_sleep(600)');
  const waiting = async () => (await postgres.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).stdout.trim();
  await until('the lock', async () => (await postgres.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")).stdout.trim() === '1');
  // A server process goes on waiting for its lock after its client has gone.
  let waiters = 0;
  try {
    for (const [name, signal] of [['serve', 'SIGTERM'], ['serve', 'SIGINT'], ['worker', 'SIGTERM'], ['scheduler', 'SIGINT']]) {
      const starting = child(program, [name], {cwd: folder, env});
      ++waiters;
      await until(`${name} to wait`, async () => await waiting() === String(waiters));
      starting.process.kill('SIGHUP');
      await pause(100);
      assert.equal(starting.process.exitCode, null, 'SIGHUP ends nothing');
      const ended = await starting.stop(signal);
      assert.deepEqual(ended, {code: 0, signal: null}, `${name} ${signal} ${starting.said()}`);
    }
  } finally {
    await blocker.stop('SIGKILL');
  }
});

test('a sender that no mail server can answer is warned of, and no other', async () => {
  const env = {SMTP_URL: 'smtp://127.0.0.1:9'};
  const warned = /"event":"mail_sender_is_local","setting":"DEFAULT_FROM_EMAIL","domain":"localhost"/;
  const silent = await startProcess({env: {...env, DEFAULT_FROM_EMAIL: 'Coffee <hello@coffee.example>'}});
  await silent.stop();
  assert.doesNotMatch(silent.log(), /mail_sender_is_local/);
  const warning = await startProcess({env});
  await warning.stop();
  assert.match(warning.log(), warned);
});

test('the first line and /readyz say where the cache is, and that of a worker where mails go', async () => {
  // The server may answer before its line has come through the pipe.
  const first = (server, event) => until(`the line ${event}`, () => lines(server.log()).find((line) => line.event === event));
  const alone = await startProcess({env: asOperator});
  assert.equal((await first(alone, 'serving')).cache, 'memory');
  assert.equal(success(await alone.get('/readyz')).cache, 'memory');
  await alone.stop();
  const redis = await startRedis();
  try {
    const shared = await startProcess({env: {REDIS_URL: redis.url('named:'), ...asOperator}});
    assert.equal((await first(shared, 'serving')).cache, `redis://127.0.0.1:${redis.port}/0`);
    assert.equal(success(await shared.get('/readyz')).cache, 'up');
    await shared.stop();
  } finally {
    await redis.stop();
  }
  const worker = child(program, ['worker'], {cwd: folder, env: {PATH: process.env.PATH, DATA_DIR: join(folder, 'alone')}});
  await until('its line', () => worker.said().includes('"working"'));
  assert.match(worker.said(), new RegExp(`"cache":"memory","mail":"${folder}/alone/mail"`));
  await worker.stop();
});

test('SIGHUP does not end the program', async () => {
  const server = await startProcess();
  server.child.kill('SIGHUP');
  await pause(200);
  success(await server.get('/healthz'));
  assert.deepEqual(await server.stop(), {code: 0, signal: null});
});

test('worker and scheduler have metrics and health of their own', async () => {
  const database = await newDatabase();
  for (const name of ['worker', 'scheduler']) {
    const port = await freePort();
    const env = {PATH: process.env.PATH, DATABASE_URL: postgres.url(database), SECRET_KEY: secret, DATA_DIR: folder, METRICS_PORT: String(port),
      MAIL_FOLDER: join(folder, 'mail'), OPERATOR_TOKEN: 'sixteen-letters-at-least'};
    const job = child(program, [name], {cwd: folder, env});
    try {
      const authorization = {headers: {Authorization: 'bearer sixteen-letters-at-least'}};
      const ask = (path, options = authorization) => fetch(`http://127.0.0.1:${port}${path}`, options);
      await until(`the ${name} to answer`, () => ask('/healthz').then((answer) => answer.ok, () => false));
      assert.equal((await command(['health', '--worker'], {cwd: folder, env})).code, 0);
      assert.equal((await (await ask('/readyz')).json()).status, 'ready');
      const text = await (await ask('/metrics')).text();
      for (const family of ['coffeeauth_build_info', 'coffeeauth_outbox_pending', 'coffeeauth_database_up', 'process_open_fds']) {
        assert.match(text, new RegExp(`^${family}[ {]`, 'm'));
      }
      for (const [path, options, status] of [['/', authorization, 404], ['/api/users', authorization, 404],
        ['/metrics', {...authorization, method: 'POST'}, 404], ['/metrics', {}, 404], ['/readyz', {}, 404], ['/healthz', {}, 200],
        ['/metrics', {headers: {Authorization: 'Bearer sixteen-letters-at-leasT'}}, 404]]) {
        assert.equal((await ask(path, options)).status, status, path);
      }
    } finally {
      assert.deepEqual(await job.stop(), {code: 0, signal: null});
    }
  }
});

test('one address cannot close the health port of a worker to others, and idle connections go soon', async () => {
  const database = await newDatabase();
  const port = await freePort();
  const env = {PATH: process.env.PATH, DATABASE_URL: postgres.url(database), SECRET_KEY: secret, DATA_DIR: folder, METRICS_PORT: String(port),
    MAIL_FOLDER: join(folder, 'mail')};
  const job = child(program, ['worker'], {cwd: folder, env});
  const status = (localAddress) => new Promise((done, failed) => {
    request({host: '127.0.0.1', port, path: '/healthz', localAddress, agent: false},
      (answer) => done(answer.resume().statusCode)).on('error', failed).end();
  });
  const sockets = [];
  try {
    await until('the worker to answer', () => status('127.0.0.1').catch(() => 0).then((code) => code === 200));
    let closed = 0;
    for (let i = 0; i < 300; ++i) {
      const socket = connect({port, host: '127.0.0.1', localAddress: '127.0.0.2'});
      socket.on('error', () => {}).on('close', () => ++closed).resume();
      sockets.push(socket);
      await new Promise((done) => socket.once('connect', done).once('close', done));
    }
    for (let i = 0; i < 5; ++i) assert.equal(await status('127.0.0.1'), 200);
    await until('idle connections to be closed', () => closed === sockets.length, {within: 12_000});
    assert.equal(await status('127.0.0.2'), 200);
  } finally {
    for (const socket of sockets) socket.destroy();
    assert.deepEqual(await job.stop(), {code: 0, signal: null});
  }
});

test('worker and scheduler show their metrics under no Host of a stranger, and through no proxy that is not listed', async () => {
  const database = await newDatabase();
  const port = await freePort();
  const status = (path, headers) => new Promise((done, failed) => {
    request({host: '127.0.0.1', port, path, headers}, (answer) => done(answer.resume().statusCode)).on('error', failed).end();
  });
  for (const [name, settings, listed] of [['worker', {}, 404], ['scheduler', {TRUSTED_PROXIES: '127.0.0.1'}, 200]]) {
    const env = {PATH: process.env.PATH, DATABASE_URL: postgres.url(database), SECRET_KEY: secret, DATA_DIR: folder, METRICS_PORT: String(port),
      MAIL_FOLDER: join(folder, 'mail'), OPERATOR_NETWORKS: '127.0.0.0/8,10.1.0.0/16', OPERATOR_TOKEN: 'sixteen-letters-at-least', ...settings};
    const job = child(program, [name], {cwd: folder, env});
    try {
      await until(`the ${name} to answer`, () => status('/healthz').catch(() => 0).then((code) => code === 200));
      for (const path of ['/metrics', '/readyz']) {
        // A trusted proxy that does not say for whom it asks is nobody.
        const alone = settings.TRUSTED_PROXIES ? 404 : 200;
        for (const Host of [`127.0.0.1:${port}`, 'localhost', 'worker']) assert.equal(await status(path, {Host}), alone, Host);
        for (const Host of ['rebound.example.com', `metrics.example.com:${port}`]) assert.equal(await status(path, {Host}), 404, Host);
        for (const [field, value] of [['X-Real-IP', '127.0.0.1'], ['Via', '1.1 proxy'], ['Forwarded', 'for=127.0.0.1'], ['X-Forwarded-For', '127.0.0.1']]) {
          assert.equal(await status(path, {[field]: value}), 404, field);
        }
        assert.equal(await status(path, {'X-Forwarded-For': '10.1.2.3'}), listed);
        assert.equal(await status(path, {'X-Forwarded-For': '203.0.113.7'}), 404);
        const token = 'sixteen-letters-at-least';
        for (const [Authorization, code] of [[`bEARER  ${token}`, 200], [`Basic ${token}`, alone], [`Bearer ${token}!`, alone], [`Bearer ${token},`, alone]]) {
          assert.equal(await status(path, {Authorization}), code, Authorization);
        }
        assert.equal(await status(path, {Authorization: `Bearer ${token}`, Host: 'metrics.example.com', Via: '1.1 proxy'}), 200);
      }
    } finally {
      assert.deepEqual(await job.stop(), {code: 0, signal: null});
    }
  }
});
