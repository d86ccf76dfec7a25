// How much memory a server at rest takes, and that what a person typed as a password is gone from it when it was
// answered.
import assert from 'node:assert/strict';
import {open, readFile, rm} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {after, before, test} from 'node:test';
import {success} from './expect.mjs';
import {startPostgres} from './production.mjs';
import {command, newAddress, program, startProcess, startServer, temporaryFolder} from './support.mjs';

const service = 'a service name that stays in memory';
let server;
before(async () => (server = await startServer({env: {SERVICE_NAME: service}})));
after(() => server.stop());

/** Whether the program was built for people who debug it; one that was installed was not. */
async function isDebug() {
  const cache = await readFile(join(dirname(program), '../../CMakeCache.txt'), 'utf8').catch(() => '');
  return /^CMAKE_BUILD_TYPE:\w+=Debug$/m.test(cache);
}

/** What is resident, and how much of that is the program's own code, read from its file. */
async function residentAtRest(env, dataDir) {
  const idle = await startProcess({env, dataDir});
  const status = await readFile(`/proc/${idle.child.pid}/status`, 'utf8');
  const own = (await readFile(`/proc/${idle.child.pid}/smaps`, 'utf8')).split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).filter((area) => area.split('\n')[0].endsWith(`/${basename(program)}`));
  await idle.stop();
  const kilobytes = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)[1]);
  assert.ok(own.length > 0);
  const code = own.reduce((sum, area) => sum + kilobytes(area, 'Rss') - kilobytes(area, 'Private_Dirty'), 0);
  return {all: kilobytes(status, 'VmRSS') * 1024, code: code * 1024};
}

/**
 * What is promised is of a release, of which 4 MB are its code. How much of the code of a debug build is resident depends on
 * what of its large file the kernel happens to hold, so that is left out there; the rest takes a megabyte more.
 */
async function checkAtRest({all, code}, megabytes) {
  const [resident, bound] = await isDebug() ? [all - code, megabytes - 4 + 1] : [all, megabytes];
  console.log(`# resident at rest: ${(all / 1e6).toFixed(1)} MB, of which code ${(code / 1e6).toFixed(1)} MB; bound ${bound} MB`);
  assert.ok(resident < bound * 1e6, `${resident} octets`);
}

test('a server at rest takes less than 26 MB', async () => {
  await checkAtRest(await residentAtRest({}), 26);
});

test('a server at rest over PostgreSQL takes less than 27 MB', async () => {
  const postgres = await startPostgres();
  try {
    const folder = await temporaryFolder();
    const env = {DATABASE_URL: postgres.url('postgres'), MAIL_FOLDER: join(folder, 'mail'), SECRET_KEY: 'a secret key of thirty-two octets'};
    const migrated = await command(['migrate'], {cwd: folder, env});
    assert.equal(migrated.code, 0, migrated.stderr);
    await checkAtRest(await residentAtRest(env, folder), 27);
    await rm(folder, {recursive: true, force: true});
  } finally {
    await postgres.stop();
  }
});

/** How often each text stands in what the process could have written to. */
async function found(pid, texts) {
  const counts = new Map(texts.map((text) => [text, 0]));
  const memory = await open(`/proc/${pid}/mem`, 'r');
  const step = 1 << 20;
  const overlap = 256;
  try {
    for (const line of (await readFile(`/proc/${pid}/maps`, 'utf8')).split('\n')) {
      const [, from, to, writable] = /^([0-9a-f]+)-([0-9a-f]+) r(w)/.exec(line) ?? [];
      if (!writable) continue;
      const end = parseInt(to, 16);
      for (let at = parseInt(from, 16); at < end; at += step) {
        const size = Math.min(end - at, step + overlap);
        const chunk = Buffer.alloc(size);
        // Pages that cannot be read hold nothing of a program.
        const {bytesRead} = await memory.read(chunk, 0, size, at).catch((error) => {
          assert.equal(error.code, 'EIO');
          return {bytesRead: 0};
        });
        for (const text of texts) {
          for (let hit = chunk.indexOf(text); hit >= 0 && hit < Math.min(bytesRead, step); hit = chunk.indexOf(text, hit + 1)) {
            counts.set(text, counts.get(text) + 1);
          }
        }
      }
    }
  } finally {
    await memory.close();
  }
  return counts;
}

test('a password is nowhere in the memory of the server after it was used', async () => {
  const canary = (name) => `${name}-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}-Canary`;
  const [right, wrong, weak, refused, deleted] = ['right', 'wrong', 'weak', 'refused', 'deleted'].map(canary);
  const padding = 'x'.repeat(3000);
  const email = newAddress('memory');
  const other = newAddress('memory');
  success(await server.post('/api/auth/signup', {email, password: right}), 201);
  success(await server.post('/api/auth/signup', {email: other, password: deleted}), 201);
  // Fields in another order, bodies that are refused, bodies that are no JSON.
  assert.equal((await server.post('/api/auth/signup', {password: refused, email, role: padding})).status, 400);
  assert.equal((await server.post('/api/auth/signup', `{"email": "${email}", "password": "${weak}", "first_name": `)).status, 400);
  success(await server.post('/api/auth/verify', {email, code: await server.code(email), password: right}));
  success(await server.post('/api/auth/verify', {email: other, code: await server.code(other)}));
  for (let i = 0; i < 3; ++i) {
    success(await server.post('/api/auth/login', {email, password: right}));
    assert.equal((await server.post('/api/auth/login', {email, password: wrong})).status, 401);
  }
  const {access_token: token} = success(await server.post('/api/auth/login', {email: other, password: deleted}));
  assert.equal((await server.delete('/api/me', {token, body: {password: deleted}})).status, 204);

  const counts = await found(server.child.pid, [service, right, wrong, weak, refused, deleted]);
  assert.ok(counts.get(service) > 0, 'the search finds what is there');
  for (const secret of [right, wrong, weak, refused, deleted]) assert.equal(counts.get(secret), 0, secret.split('-')[0]);
});
