// The server is killed at random moments under sign-ups, and stopped gently under requests.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {connect} from 'node:net';
import {after, test} from 'node:test';
import {success} from './expect.mjs';
import {logIn, mails, makeAdmin, makeUser, newAddress, password, startServer, until} from './support.mjs';

const rounds = 20;
const env = {MAIL_LEASE: '5s'};
let server;
after(() => server?.stop());

test(`after each of ${rounds} kills, an accepted sign-up has its user, its code and its mail; another has all or none`, async () => {
  server = await startServer({env});
  const admin = {email: (await makeAdmin(server)).email};
  const kept = [], nobody = [];
  let accepted = 0, lost = 0;
  for (let round = 0; round < rounds; ++round) {
    const asked = new Map();
    let killed = false;
    const client = async () => {
      while (!killed) {
        const email = newAddress(`round${round}`);
        asked.set(email, 'unknown');
        await server.post('/api/auth/signup', {email, password}).then((answer) => asked.set(email, answer.status), () => {});
      }
    };
    const clients = Array.from({length: 4}, client);
    await until('a first sign-up', () => [...asked.values()].includes(201));
    await new Promise((go) => setTimeout(go, Math.random() * 150));
    await server.kill();
    killed = true;
    await Promise.all(clients);

    server = await startServer({dataDir: server.dataDir, env});
    const {access_token: token} = await logIn(server, admin);
    for (const [email, status] of asked) {
      const found = success(await server.get(`/api/users?search=${encodeURIComponent(email)}`, {token})).count;
      if (status === 201) {
        ++accepted;
        assert.equal(found, 1, `${email} was accepted`);
      } else {
        ++lost;
      }
      (found === 1 ? kept : nobody).push(email);
    }
  }
  // Mails that were in the hands of a worker when it was killed are taken over when their lease is over.
  const outbox = async () => /^0 waiting/m.test((await server.command(['outbox', 'list'])).stdout);
  await until('every mail to be sent', outbox, {within: 30_000, every: 500});
  const all = new Map();
  for (const mail of await mails(server.dataDir)) {
    const to = mail.headers.get('to');
    all.set(to, [...all.get(to) ?? [], mail]);
  }
  for (const email of kept) {
    const got = all.get(email) ?? [];
    assert.equal(new Set(got.map((mail) => mail.headers.get('message-id'))).size, 1, `${email}: not one Message-ID`);
    success(await server.post('/api/auth/verify', {email, code: got[0].code}));
  }
  for (const email of nobody) assert.equal(all.get(email), undefined, `${email} has a mail and no account`);
  console.log(`# ${accepted} sign-ups accepted before a kill, ${lost} without an answer`);
  assert.ok(accepted >= rounds);
});

test('a mail that is in the folder is whole, whatever was killed', async () => {
  for (const mail of await mails(server.dataDir)) {
    assert.match(mail.headers.get('message-id') ?? '', /^<.+>$/, mail.name);
    assert.match(mail.code ?? '', /^\d{6}$/, mail.name);
  }
});

/** A login whose request is in the server's hands when this returns; `answer` gives the status that came. */
async function sendLogin(server, credentials) {
  const body = JSON.stringify(credentials);
  const socket = connect(server.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text) => (received += text));
  const answer = new Promise((done, fail) => {
    socket.once('error', fail);
    socket.once('close', () => done(Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1])));
  });
  answer.catch(() => {});
  await new Promise((done) => socket.write(`POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`, done));
  return {answer};
}

test('SIGTERM lets requests in hand finish, accepts no new ones, and ends with 0', async () => {
  const gentle = await startServer();
  const person = await makeUser(gentle);
  const logins = await Promise.all(Array.from({length: 12}, () => sendLogin(gentle, {email: person.email, password})));
  const end = await gentle.stop();
  for (const {answer} of logins) assert.equal(await answer, 200);
  assert.deepEqual(end, {code: 0, signal: null});
});

test(`SIGTERM under 200 sent logins, ${rounds} rounds: none is reset`, async () => {
  // Cheap hashes, and room for all.
  const cheap = {ARGON2_MEMORY_KIB: '4096', ARGON2_ITERATIONS: '1', HASHING_QUEUE: '1000'};
  let server = await startServer({env: cheap});
  const person = await makeUser(server);
  const seen = {};
  for (let round = 0; round < rounds; ++round) {
    const logins = await Promise.all(Array.from({length: 200}, () => sendLogin(server, {email: person.email, password})));
    await new Promise((go) => setTimeout(go, 60 * round / (rounds - 1)));
    const end = await server.stop({keep: true});
    for (const {answer} of logins) {
      const status = await answer.catch((error) => error.code);
      seen[status] = (seen[status] ?? 0) + 1;
      // 503, from a database that is too busy or at the end of the grace, is an answer, too.
      assert.ok([200, 503].includes(status), `round ${round}: ${status}`);
    }
    assert.deepEqual(end, {code: 0, signal: null});
    server = await startServer({dataDir: server.dataDir, env: cheap});
  }
  console.log(`# answers to logins sent before a stop: ${JSON.stringify(seen)}`);
  await server.stop();
});

test('logins that are still being hashed when the patience of a stop is over end it without a fault', async () => {
  const slow = await startServer({env: {ARGON2_ITERATIONS: '20', ARGON2_MEMORY_KIB: '262144', HASHING_THREADS: '1'}});
  const logins = await Promise.all(Array.from({length: 12}, () => sendLogin(slow, {email: newAddress(), password})));
  slow.child.kill('SIGTERM');
  const end = await slow.ended;
  await Promise.allSettled(logins.map(({answer}) => answer));
  // 1 is the alarm of ten seconds, when the machine is slow; a fault would be a signal.
  assert.equal(end.signal, null);
  assert.ok([0, 1].includes(end.code), String(end.code));
  assert.doesNotMatch(slow.log(), /AddressSanitizer|runtime error/);
});

test('SIGINT stops it as cleanly', async () => {
  const other = await startServer();
  other.child.kill('SIGINT');
  assert.deepEqual(await other.ended, {code: 0, signal: null});
});

test('a second server on the same port says so in one line and leaves the first alone', async () => {
  const second = await server.command(['serve'], {env: {HTTP_PORT: String(server.port)}});
  assert.notEqual(second.code, 0);
  assert.match(second.stderr, new RegExp(String(server.port)));
  success(await server.get('/healthz'));
  assert.ok(await readFile(`/proc/${server.child.pid}/stat`));
});
