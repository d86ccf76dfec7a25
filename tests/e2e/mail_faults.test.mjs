// A worker that is killed, stopped or cut from its database in the middle of twenty mails: each arrives, once, and soon.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {promisify} from 'node:util';
import {backends, startJob, stopBackends} from './cluster.mjs';
import {success} from './expect.mjs';
import {child} from './production.mjs';
import {command, newAddress, password, startProcess, temporaryFolder, until} from './support.mjs';
import {startScriptedMailServer} from './scripted_mail_server.mjs';

const run = promisify(execFile);
const total = 20;
const pause = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));
after(() => stopBackends());

/** Takes some mails, and then none until it is let go. */
function gatedServer(free = 5) {
  let open, waiting = 0;
  const gate = new Promise((done) => (open = done));
  let taken = 0;
  const judge = async ({verb}) => {
    if (verb !== 'mail') return undefined;
    if (++taken <= free) return undefined;
    ++waiting;
    await gate;
    return undefined;
  };
  return startScriptedMailServer({judge}).then((server) => ({...server, open, waiting: () => waiting}));
}

/** Twenty people who signed up, and nobody who has sent their mails. */
async function twentyWaiting(store, mail, env = {}, count = total) {
  const dataDir = await temporaryFolder();
  let database;
  if (store === 'PostgreSQL') {
    const {postgres} = await backends();
    database = `mails_${newAddress('').replace(/\D/g, '_')}`;
    await postgres.sql(`CREATE DATABASE ${database}`);
    env = {...env, DATABASE_URL: postgres.url(database)};
  }
  env = {SECRET_KEY: 'a key that all processes of the tests have', SMTP_URL: mail.url, ARGON2_MEMORY_KIB: '8', ARGON2_ITERATIONS: '1', ...env};
  const server = await startProcess({dataDir, env, args: ['--no-worker', '--no-scheduler']});
  const people = Array.from({length: count}, () => newAddress('twenty'));
  for (const email of people) success(await server.post('/api/auth/signup', {email, password}), 201);
  return {
    server, people, database, worker: () => startJob('worker', server.environment),
    async waiting() {
      return Number(/^(\d+) waiting/m.exec((await command(['outbox', 'list'], {cwd: dataDir, env: server.environment})).stdout)[1]);
    },
    async stop() {
      await server.stop({keep: true});
      await rm(dataDir, {recursive: true, force: true});
    },
  };
}

/** Each has its mail; as many have a second one as `doubles` allows. */
async function eachHasOne(mail, people, doubles) {
  await until('every mail', () => new Set(mail.accepted).size === people.length, {within: 40_000});
  assert.deepEqual(new Set(mail.accepted), new Set(people.map((email) => email.toLowerCase())));
  assert.ok(mail.accepted.length <= people.length + doubles, `${mail.accepted.length - people.length} mails came twice`);
}

for (const store of ['SQLite', 'PostgreSQL']) {
  test(`a worker killed after the fifth of ${total} mails on ${store}: each is delivered within seconds, one twice at most`, async () => {
    const mail = await gatedServer();
    const service = await twentyWaiting(store, mail);
    const first = await service.worker();
    await until('five mails', () => mail.accepted.length === 5 && mail.waiting() > 0);
    await first.stop('SIGKILL');
    mail.open();
    const second = await service.worker();
    await eachHasOne(mail, service.people, 1);
    await until('the outbox to be empty', async () => await service.waiting() === 0);
    assert.deepEqual(await second.stop(), {code: 0, signal: null});
    await service.stop();
    await mail.stop();
  });

  test(`a worker told to stop in the middle of ${total} mails on ${store} finishes those in hand and gives back the rest`, async () => {
    const mail = await gatedServer(12);
    const service = await twentyWaiting(store, mail, {MAIL_CONCURRENCY: '4', MAIL_IN_DOUBT: '4', MAIL_IN_DOUBT_AFTER: '0'});
    const first = await service.worker();
    await until('four mails in hand', () => mail.waiting() === 4);
    const stopped = first.stop();
    await pause(300);
    mail.open();
    assert.deepEqual(await stopped, {code: 0, signal: null});
    assert.equal(mail.accepted.length, 16);
    assert.equal(await service.waiting(), total - 16);
    const second = await service.worker();
    await eachHasOne(mail, service.people, 0);
    await second.stop();
    await service.stop();
    await mail.stop();
  });

  test(`a server that holds a mail does not hold a worker on ${store} that is told to stop`, async () => {
    const mail = await gatedServer();
    const service = await twentyWaiting(store, mail);
    const first = await service.worker();
    await until('mails in hand', () => mail.accepted.length === 5 && mail.waiting() > 0);
    assert.deepEqual(await first.stop(), {code: 0, signal: null});
    mail.open();
    const second = await service.worker();
    await eachHasOne(mail, service.people, 0);
    await second.stop();
    await service.stop();
    await mail.stop();
  });
}

for (const [killed, doubles] of [[5, 1], [15, 1], [40, 4]]) {
  test(`a worker killed at the mail number ${killed} of 80: none is lost, and ${doubles} at most come twice`, async () => {
    const mail = await startScriptedMailServer({away: 10});
    const service = await twentyWaiting('SQLite', mail, {MAIL_LEASE: '5s'}, 80);
    const first = await service.worker();
    await until('so many mails', () => mail.accepted.length >= killed, {every: 1});
    await first.stop('SIGKILL');
    const second = await service.worker();
    await eachHasOne(mail, service.people, doubles);
    await until('the outbox to be empty', async () => await service.waiting() === 0);
    console.log(`# killed at ${killed} of 80: ${mail.accepted.length - 80} mails twice`);
    await second.stop();
    await service.stop();
    await mail.stop();
  });
}

test(`a database connection that is cut after the fifth of ${total} mails: each is delivered once`, async () => {
  const mail = await gatedServer();
  const service = await twentyWaiting('PostgreSQL', mail);
  const worker = await service.worker();
  await until('five mails', () => mail.accepted.length === 5 && mail.waiting() > 0);
  const {postgres} = await backends();
  const cut = () => postgres.sql(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '${service.database}'`);
  await cut();
  mail.open();
  await cut();
  await eachHasOne(mail, service.people, 0);
  await until('the outbox to be empty', async () => await service.waiting() === 0);
  assert.equal(mail.accepted.length, total);
  await worker.stop();
  await service.stop();
  await mail.stop();
});

test('a database that is away for longer than the lease: what was delivered meanwhile is not sent again', async () => {
  const mail = await gatedServer(12);
  const service = await twentyWaiting('SQLite', mail, {MAIL_LEASE: '5s', MAIL_IN_DOUBT_AFTER: '0'});
  const worker = await service.worker();
  await until('several mails in hand', () => mail.waiting() > 2);
  // Somebody writes and does not come to an end.
  const writer = child('/usr/bin/sqlite3', [join(service.server.dataDir, 'coffeeauth.db')]);
  writer.process.stdin.write('PRAGMA busy_timeout = 10000;\nBEGIN IMMEDIATE;\nSELECT \'locked\';\n');
  await until('the lock', () => writer.said().includes('locked'));
  mail.open();
  await until('a word about it', () => worker.said().includes('background_failed'), {within: 30_000});
  await pause(6000);
  await writer.stop('SIGKILL');
  await until('a word about its return', () => worker.said().includes('background_recovered'));
  await eachHasOne(mail, service.people, 0);
  await until('the outbox to be empty', async () => await service.waiting() === 0);
  assert.equal(mail.accepted.length, total);
  await worker.stop();
  assert.equal(worker.said().match(/background_failed/g).length, 1);
  await service.stop();
  await mail.stop();
});

test(`${total} mails to a server that greylists twice: none is given up`, async () => {
  const mail = await startScriptedMailServer({judge: ({verb, tries}) => (verb === 'RCPT' && tries <= 2 ? '451 4.7.1 greylisted' : undefined)});
  const service = await twentyWaiting('SQLite', mail, {MAIL_MAX_ATTEMPTS: '3', MAIL_FIRST_BACKOFF: '1s', MAIL_MAX_BACKOFF: '1s'});
  // Stopped and started again and again: what is not tried is no try.
  for (let round = 0; round < 3; ++round) {
    const short = await service.worker();
    await pause(200);
    await short.stop();
  }
  const worker = await service.worker();
  await eachHasOne(mail, service.people, 0);
  // One more where a lease ended in the hands of a worker that had no processor meanwhile.
  for (const [email, tries] of mail.tries) assert.ok(tries === 3 || tries === 4, `${email}: ${tries}`);
  await worker.stop();
  await service.stop();
  await mail.stop();
});

test('a mail server that goes away and comes back is told of in one line each, with the reason', async () => {
  let away = true;
  const mail = await startScriptedMailServer({judge: ({verb}) => (away && verb === 'EHLO' ? 'hang up' : undefined)});
  const service = await twentyWaiting('SQLite', mail, {MAIL_FIRST_BACKOFF: '1s', MAIL_MAX_BACKOFF: '1s', MAIL_MAX_ATTEMPTS: '100'});
  const worker = await service.worker();
  await until('two tries of each', async () => (await command(['outbox', 'list'], {env: service.server.environment})).stdout.includes('tries 2'));
  away = false;
  await eachHasOne(mail, service.people, 0);
  await worker.stop();
  for (const kind of ['mail_server_failing', 'mail_server_recovered']) {
    assert.equal(worker.said().split('\n').filter((line) => line.includes(`"${kind}"`)).length, 1, worker.said());
  }
  await service.stop();
  await mail.stop();
});

test('a mail server that refuses the service is told of in one line, and in one when it sends', async () => {
  let refuses = true;
  const mail = await startScriptedMailServer({judge: ({verb}) => (refuses && verb === 'RCPT' ? '550 5.7.1 relaying denied' : undefined)});
  const service = await twentyWaiting('SQLite', mail, {MAIL_FIRST_BACKOFF: '1s', MAIL_MAX_BACKOFF: '1s', MAIL_MAX_ATTEMPTS: '100'});
  const worker = await service.worker();
  await until('two tries of each', () => mail.tries.size === total && [...mail.tries.values()].every((tries) => tries >= 2));
  refuses = false;
  await eachHasOne(mail, service.people, 0);
  await worker.stop();
  const lines = (kind) => worker.said().split('\n').filter((line) => line.includes(`"${kind}"`));
  for (const kind of ['mail_server_failing', 'mail_delayed', 'mail_server_recovered']) assert.equal(lines(kind).length, 1, worker.said());
  assert.match(lines('mail_server_failing')[0], /"reason":"policy"/);
  await service.stop();
  await mail.stop();
});

test('an operator has a mail that waits tried now, and deletes one that was given up', async () => {
  let refuse = '451 4.7.1 later';
  const mail = await startScriptedMailServer({judge: ({verb}) => (verb === 'RCPT' ? refuse : undefined)});
  const service = await twentyWaiting('SQLite', mail, {MAIL_FIRST_BACKOFF: '1h', MAIL_MAX_BACKOFF: '1h'});
  const outbox = (...words) => command(['outbox', ...words], {env: service.server.environment});
  const worker = await service.worker();
  await until('one try of each', () => mail.tries.size === total);
  await until('all to wait', async () => (await outbox('list')).stdout.split('tries 1').length === total + 1);
  const ids = (await outbox('list')).stdout.split('\n').filter((line) => line.includes('waits')).map((line) => line.split(' ')[0]);
  refuse = '550 5.1.1 nobody';
  assert.match((await outbox('retry', ids[0])).stdout, /^1 will be tried now/);
  await until('it to be given up', async () => /19 waiting, 1 given up/.test((await outbox('list')).stdout));
  refuse = undefined;
  assert.match((await outbox('retry', ids[1])).stdout, /^1 will be tried now/);
  await until('it to arrive', () => mail.accepted.length === 1);
  assert.match((await outbox('delete')).stdout, /^1 deleted/);
  await until('it to be gone', async () => /18 waiting, 0 given up/.test((await outbox('list')).stdout));
  await worker.stop();
  await service.stop();
  await mail.stop();
});
