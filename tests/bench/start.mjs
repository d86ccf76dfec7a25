// From starting the program to its first 200, and what it then holds in memory.
import {spawn} from 'node:child_process';
import {readFile, rm} from 'node:fs/promises';
import {freePort, temporaryFolder} from '../e2e/support.mjs';
import {median, row, rounds, say} from './measure.mjs';

export async function start() {
  say('cold start');
  const took = [], resident = [];
  for (let round = 0; round < Math.max(3, rounds); ++round) {
    const dataDir = await temporaryFolder(), port = await freePort();
    const begun = performance.now();
    const child = spawn(process.env.COFFEEAUTH_PROGRAM, ['serve'],
                        {cwd: dataDir, env: {PATH: process.env.PATH, DATA_DIR: dataDir, HTTP_PORT: String(port)}, stdio: 'ignore'});
    try {
      while (!await fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.ok, () => false)) {
        if (child.exitCode !== null) throw new Error('the server did not start');
        await new Promise((go) => setTimeout(go, 1));
      }
      took.push(performance.now() - begun);
      await new Promise((go) => setTimeout(go, 500));
      resident.push(Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024);
    } finally {
      child.kill('SIGTERM');
      await new Promise((done) => child.exitCode === null ? child.once('close', done) : done());
      await rm(dataDir, {recursive: true, force: true});
    }
  }
  row('cold start to the first 200', 'ms', median(took), 100, 100 / median(took));
  row('resident memory when idle', 'MiB', median(resident), 25, 25 / median(resident));
}
