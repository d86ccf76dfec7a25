// A service as a team would run it: two server processes behind nginx, one worker, one scheduler, over one
// PostgreSQL, one Redis and a mail server.
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {child, startMailServer, startNginx, startPostgres, startRedis} from './production.mjs';
import {asking, program, startProcess, temporaryFolder, until} from './support.mjs';

let shared;
/** PostgreSQL and Redis, one for all services of a test file. */
export const backends = () => (shared ??= Promise.all([startPostgres(), startRedis()]).then(([postgres, redis]) => ({postgres, redis})));
export async function stopBackends() {
  if (shared) await Promise.all(Object.values(await shared).map((server) => server.stop()));
}

let services = 0;
const databases = new Map();

/** A database of its own for each data folder. */
async function databaseFor(folder, postgres) {
  if (!databases.has(folder)) {
    const name = `service_${++services}`;
    await postgres.sql(`CREATE DATABASE ${name}`);
    databases.set(folder, name);
  }
  return databases.get(folder);
}

/** One of the processes that serve no HTTP; waits until it works. */
export async function startJob(name, environment) {
  const job = child(program, [name], {cwd: environment.DATA_DIR, env: environment});
  await until(`the ${name} to work`, () => {
    if (job.process.exitCode !== null) throw new Error(`the ${name} stopped:\n${job.said()}`);
    return job.said().includes('working');
  });
  return job;
}

export async function startCluster({env = {}, dataDir, servers: count = 2} = {}) {
  const {postgres, redis} = await backends();
  const folder = dataDir ?? await temporaryFolder();
  const database = await databaseFor(folder, postgres);
  const mail = await startMailServer(join(folder, 'mail'));
  const settings = {
    DATABASE_URL: postgres.url(database),
    REDIS_URL: redis.url(`${database}:`),
    SMTP_URL: mail.url,
    TRUSTED_PROXIES: '127.0.0.1/32',
    SECRET_KEY: 'a key that all processes of the cluster have',
    ...env,
  };
  const servers = [];
  for (let i = 0; i < count; ++i) {
    servers.push(await startProcess({env: settings, args: ['--no-worker', '--no-scheduler'], dataDir: folder}));
  }
  const {environment} = servers[0];
  const jobs = [await startJob('worker', environment), await startJob('scheduler', environment)];
  const nginx = await startNginx(servers.map(({port}) => port));
  const base = `http://127.0.0.1:${nginx.port}`;

  return {
    base, port: servers[0].port, dataDir: folder, environment, child: servers[0].child, servers, jobs, database, postgres, redis, mail,
    log: () => [...servers.map((server) => server.log()), ...jobs.map((job) => job.said())].join('\n'),
    async stop({keep = false} = {}) {
      await nginx.stop();
      await Promise.all([...servers.map((server) => server.stop({keep: true})), ...jobs.map((job) => job.stop())]);
      await mail.stop();
      if (keep) return;
      databases.delete(folder);
      await rm(folder, {recursive: true, force: true});
    },
    ...asking({base, dataDir: folder, environment}),
  };
}
