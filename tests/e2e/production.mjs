// What a production has beside the program: PostgreSQL, Redis, a mail server and nginx, real ones, each
// on a free port of 127.0.0.1 and in a folder of its own. One PostgreSQL and one Redis serve a whole test
// file, with a database and a prefix for each service in it.
import {execFile, spawn} from 'node:child_process';
import {chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {freePort, here, running, until} from './support.mjs';

const run = promisify(execFile);
const databasePassword = 'its a \'pass word\' & more';

/** Starts a program that ends with us, gathering what it says. */
export function child(file, args, options = {}) {
  const started = spawn(file, args, {stdio: ['pipe', 'pipe', 'pipe'], ...options});
  running.add(started);
  let said = '';
  for (const stream of [started.stdout, started.stderr]) stream?.on('data', (text) => (said += text));
  const ended = new Promise((done) => {
    started.once('error', (error) => done({error}));
    started.once('close', (code, signal) => {
      running.delete(started);
      done({code, signal});
    });
  });
  return {
    process: started, ended, said: () => said,
    async stop(signal = 'SIGTERM') {
      started.kill(signal);
      return ended;
    },
  };
}

async function folderFor(user) {
  const folder = await mkdtemp(join(tmpdir(), 'coffeeauth-e2e-'));
  if (user) await chown(folder, user.uid, user.gid);
  return folder;
}

/** PostgreSQL does not run as root. */
async function postgresAccount() {
  if (process.getuid() !== 0) return undefined;
  const id = async (flag) => Number((await run('id', [flag, 'postgres'])).stdout);
  return {uid: await id('-u'), gid: await id('-g')};
}

async function postgresFolder() {
  const versions = (await readdir('/usr/lib/postgresql')).sort((a, b) => a - b);
  return `/usr/lib/postgresql/${versions.at(-1)}/bin`;
}

/** A PostgreSQL server; `restart` and `stop` act on it while others use it. With `fsync` it is as safe, and slow, as in use. */
export async function startPostgres({fsync = false, settings = []} = {}) {
  const user = await postgresAccount();
  const bin = await postgresFolder();
  const folder = await folderFor(user);
  const secret = join(folder, 'password');
  await writeFile(secret, databasePassword);
  if (user) await chown(secret, user.uid, user.gid);
  const as = {cwd: folder, env: {PATH: process.env.PATH, LANG: 'C.UTF-8'}, ...user};
  await run(join(bin, 'initdb'), ['-D', join(folder, 'data'), '-U', 'owner', '-A', 'scram-sha-256', `--pwfile=${secret}`,
    '-E', 'UTF8', '--locale=C.UTF-8', '-N'], as);
  const port = await freePort();
  const start = () => child(join(bin, 'postgres'), ['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1',
    '-k', folder, '-c', `fsync=${fsync ? 'on' : 'off'}`, '-c', 'max_connections=200', '-c', 'timezone=Asia/Kolkata', ...settings.flatMap((one) => ['-c', one])], as);
  const sql = (text, database = 'postgres') => run(join(bin, 'psql'), ['-X', '-v', 'ON_ERROR_STOP=1', '-At', '-h', '127.0.0.1',
    '-p', String(port), '-U', 'owner', '-d', database, '-c', text], {env: {...as.env, PGPASSWORD: databasePassword}, maxBuffer: 1 << 28});
  const ready = () => until('PostgreSQL', () => sql('SELECT 1').then(() => true, () => false), {within: 60_000});
  let server = start();
  await ready();
  return {
    port, sql, environment: {PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: 'owner', PGPASSWORD: databasePassword},
    dump: (database) => run(join(bin, 'pg_dump'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'owner', database],
                                       {env: {...as.env, PGPASSWORD: databasePassword}, maxBuffer: 1 << 28}),
    url: (database) => `postgresql://owner:${encodeURIComponent(databasePassword)}@127.0.0.1:${port}/${database}`,
    async restart() {
      await this.stopServer();
      await this.startServer();
    },
    stopServer: () => server.stop('SIGQUIT'),
    async startServer() {
      server = start();
      await ready();
    },
    /** A connection that runs `text` and stays until it is stopped. */
    hold: (database, text) => child(join(bin, 'psql'), ['-X', '-At', '-h', '127.0.0.1', '-p', String(port), '-U', 'owner', '-d', database, '-c', text],
                                    {env: {...as.env, PGPASSWORD: databasePassword}}),
    /** SIGQUIT: at once, without waiting for those who are connected. */
    async stop() {
      await server.stop('SIGQUIT');
      await rm(folder, {recursive: true, force: true});
    },
  };
}

export async function startRedis() {
  const folder = await folderFor();
  const port = await freePort();
  const password = 'redis-pass-word';
  const start = () => child('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no',
    '--dir', folder, '--requirepass', password]);
  const ask = (...words) => run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), '--no-auth-warning', '-a', password, ...words],
                                {maxBuffer: 1 << 28}).then(({stdout}) => stdout.trim());
  const ready = () => until('Redis', () => ask('PING').then((answer) => answer === 'PONG', () => false));
  let server = start();
  await ready();
  return {
    port, ask, url: (prefix) => `redis://:${password}@127.0.0.1:${port}/0?key_prefix=${encodeURIComponent(prefix)}`,
    signal: (name) => server.process.kill(name),
    async restart() {
      await server.stop('SIGKILL');
      server = start();
      await ready();
    },
    async stop() {
      await server.stop('SIGKILL');
      await rm(folder, {recursive: true, force: true});
    },
  };
}

/** A mail server that puts what it gets into `folder`; `start` and `stop` act on it while others use it. */
export async function startMailServer(folder) {
  let server, port = 0;
  const start = async () => {
    server = child('/usr/bin/python3', [join(here, 'mail_catcher.py'), folder, String(port)]);
    port = Number(await until('the mail server', () => {
      if (server.process.exitCode !== null) throw new Error(server.said());
      return /^(\d+)\n/.exec(server.said())?.[1];
    }));
  };
  await start();
  return {url: `smtp://127.0.0.1:${port}?security=none`, start, stop: () => server.stop()};
}

/** nginx before servers on these ports, below `prefix` (`/auth`); `http` is more for its configuration. */
export async function startNginx(ports, {prefix = '', http = ''} = {}) {
  const folder = await folderFor();
  const port = await freePort();
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'temporary'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/temporary/${name};`);
  await writeFile(join(folder, 'nginx.conf'), `
    daemon off; pid ${folder}/nginx.pid; error_log stderr warn; worker_processes 1;
    ${process.getuid() === 0 ? 'user root;' : ''}
    events { worker_connections 512; }
    http {
      access_log off; server_tokens off; ${temporary.join(' ')}
      ${http}
      upstream servers { ${ports.map((one) => `server 127.0.0.1:${one} max_fails=0;`).join(' ')} keepalive 8; }
      server {
        listen 127.0.0.1:${port};
        client_max_body_size 0;
        large_client_header_buffers 4 32k;
        location ${prefix}/ {
          proxy_pass http://servers${prefix ? '/' : ''}; proxy_http_version 1.1;
          proxy_set_header Connection ""; proxy_set_header Host $host;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }
      }
    }`);
  const server = child('nginx', ['-c', join(folder, 'nginx.conf'), '-e', 'stderr']);
  await until('nginx', () => {
    if (server.process.exitCode !== null) throw new Error(server.said());
    return fetch(`http://127.0.0.1:${port}${prefix}/healthz`).then(() => true, () => false);
  });
  return {
    port,
    async stop() {
      await server.stop();
      await rm(folder, {recursive: true, force: true});
    },
  };
}
