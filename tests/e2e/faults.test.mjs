// The long faults: a part is pulled again and again under load, and what was accepted is all there in the
// end. Prints its figures. Run by scripts/test --faults.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {backends, startCluster, startJob, stopBackends} from './cluster.mjs';
import {success} from './expect.mjs';
import {startScriptedMailServer} from './scripted_mail_server.mjs';
import {mails, makeLoggedIn, newAddress, password, startProcess, until} from './support.mjs';

// Hashing is not what is tried here.
const env = {ARGON2_MEMORY_KIB: '8', ARGON2_ITERATIONS: '1', MAIL_FIRST_BACKOFF: '1s', MAIL_MAX_BACKOFF: '2s',
  MAIL_MAX_ATTEMPTS: '100', CODE_RESEND_PAUSE: '0s'};
const pause = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));

after(() => stopBackends());

/** Signs people up from `count` clients until stopped; gives what became of each address. */
function signingUp(service, name, count = 4) {
  const asked = new Map();
  let going = true;
  const clients = Array.from({length: count}, async () => {
    while (going) {
      const email = newAddress(name);
      asked.set(email, 'unknown');
      await service.post('/api/auth/signup', {email, password}).then((answer) => asked.set(email, answer.status), () => pause(20));
    }
  });
  return {asked, async stop() {
    going = false;
    await Promise.all(clients);
    return asked;
  }};
}

/** Everyone who was accepted exists and has a mail with a Message-ID of its own; nobody else has one. */
async function allIsThere(service, asked) {
  const {postgres} = await backends();
  await until('every mail to be sent',
              async () => (await postgres.sql("SELECT count(*) FROM outbox_jobs", service.database)).stdout.trim() === '0',
              {within: 300_000, every: 500});
  const users = new Set((await postgres.sql('SELECT email_canonical FROM users', service.database)).stdout.split('\n'));
  const ids = new Map();
  const got = await mails(service.dataDir);
  for (const mail of got) {
    const to = mail.headers.get('to');
    ids.set(to, (ids.get(to) ?? new Set()).add(mail.headers.get('message-id')));
  }
  const count = {accepted: 0, refused: 0, unknown: 0, doubles: got.length - ids.size};
  for (const [email, status] of asked) {
    if (status === 201) {
      ++count.accepted;
      assert.ok(users.has(email), `${email} was accepted and is not there`);
    } else {
      ++count[status === 'unknown' ? 'unknown' : 'refused'];
    }
    assert.equal(ids.get(email)?.size ?? 0, users.has(email) ? 1 : 0, `mails of ${email}`);
  }
  return count;
}

test('PostgreSQL stopped and started 20 times under sign-ups: what was accepted is there, once', async () => {
  const service = await startCluster({env});
  try {
    const {postgres} = await backends();
    const user = await makeLoggedIn(service);
    const load = signingUp(service, 'restart');
    for (let round = 0; round < 20; ++round) {
      await pause(300);
      await postgres.restart();
      for (const server of service.servers) {
        await until('the server to answer again', async () => (await server.get('/api/me', user)).status === 200, {within: 10_000});
      }
    }
    const asked = await load.stop();
    const count = await allIsThere(service, asked);
    console.log(`# 20 restarts of PostgreSQL: ${count.accepted} sign-ups accepted, ${count.refused} refused, ${count.unknown} without an answer`);
    assert.ok(count.accepted >= 20);
  } finally {
    await service.stop();
  }
});

// What a worker has handed over and not yet settled when it is killed goes twice: as many mails at most as may be in doubt.
for (const [atOnce, inDoubt] of [[1, 1], [20, 1], [20, 4]]) test(`servers and workers killed 50 times under sign-ups, ${atOnce} mails at once and ${
  inDoubt} in doubt: no mail is lost`, async () => {
  const service = await startCluster({env: {...env, MAIL_CONCURRENCY: String(atOnce), MAIL_IN_DOUBT: String(inDoubt), MAIL_IN_DOUBT_AFTER: '0'}});
  try {
    const load = signingUp(service, `killed-${atOnce}-${inDoubt}`);
    let worker = service.jobs[0];
    for (let round = 0; round < 50; ++round) {
      await pause(100 + Math.random() * 200);
      if (round % 2) {
        await worker.stop('SIGKILL');
        worker = await startJob('worker', service.environment);
      } else {
        const number = (round / 2) % 2;
        const {port} = service.servers[number];
        await service.servers[number].kill();
        service.servers[number] = await startProcess({env: {...service.environment, HTTP_PORT: String(port)},
          args: ['--no-worker', '--no-scheduler'], dataDir: service.dataDir, port});
      }
    }
    const asked = await load.stop();
    const count = await allIsThere(service, asked);
    await worker.stop();
    console.log(`# 50 kills, ${atOnce} mails at once, ${inDoubt} in doubt: ${count.accepted} sign-ups accepted, ${count.refused} refused, ${count.unknown} without an answer, ${count.doubles} mails twice`);
    assert.ok(count.accepted >= 50);
    assert.ok(count.doubles <= 25 * inDoubt, `${count.doubles} doubles of 25 workers killed`);
  } finally {
    await service.stop();
  }
});

test('10,000 mails through four workers: each is sent once', async () => {
  const total = 10_000;
  const service = await startCluster({env});
  const {postgres} = await backends();
  try {
    await service.jobs[0].stop();
    const people = Array.from({length: total}, () => newAddress('many'));
    const waiting = [...people];
    await Promise.all(Array.from({length: 16}, async () => {
      for (let email; (email = waiting.pop());) success(await service.post('/api/auth/signup', {email, password}), 201);
    }));
    const begun = performance.now();
    const workers = await Promise.all(Array.from({length: 4}, () => startJob('worker', service.environment)));
    await until('every mail to be sent',
                async () => (await postgres.sql('SELECT count(*) FROM outbox_jobs', service.database)).stdout.trim() === '0',
                {within: 600_000, every: 200});
    const seconds = (performance.now() - begun) / 1000;
    await Promise.all(workers.map((worker) => worker.stop()));
    const got = (await mails(service.dataDir)).map((mail) => mail.headers.get('to'));
    assert.equal(got.length, total);
    assert.deepEqual(new Set(got), new Set(people));
    console.log(`# ${total} mails through four workers: ${(total / seconds).toFixed(0)} a second, each once`);
  } finally {
    await service.stop();
  }
});

test('a mail server far away: connections side by side make up for its distance', async () => {
  const figures = {};
  for (const [name, away, concurrency, people] of [['one', 20, '1', 40], ['near', 20, undefined, 400], ['far', 40, undefined, 400]]) {
    const mail = await startScriptedMailServer({away});
    const service = await startProcess({args: ['--no-worker', '--no-scheduler'],
      env: {...env, SMTP_URL: mail.url, SECRET_KEY: 'a key that all processes of the tests have', ...(concurrency && {MAIL_CONCURRENCY: concurrency})}});
    await Promise.all(Array.from({length: 8}, async (_, i) => {
      for (let n = i; n < people; n += 8) success(await service.post('/api/auth/signup', {email: newAddress('far'), password}), 201);
    }));
    const worker = await startJob('worker', service.environment);
    const begun = performance.now();
    await until('every mail', () => mail.accepted.length === people, {within: 300_000});
    figures[name] = people / ((performance.now() - begun) / 1000);
    await worker.stop();
    await service.stop();
    await mail.stop();
  }
  console.log(`# mails a second, a round trip of 40 ms: ${figures.near.toFixed(0)} (one connection: ${figures.one.toFixed(1)}); of 80 ms: ${
    figures.far.toFixed(0)}`);
  assert.ok(figures.near >= 50, `${figures.near.toFixed(1)} mails a second`);
  assert.ok(figures.near > 5 * figures.one);
});
