// Starts the built program on ports and folders of its own, talks to it with fetch, and reads the mails
// it wrote. Knows the contract on the wire and nothing of the C++ code.
import {spawn} from 'node:child_process';
import {mkdtemp, readdir, readFile, rm, stat} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {after} from 'node:test';
import {fileURLToPath} from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));
export const project = resolve(here, '../..');
export const program =
    process.env.COFFEEAUTH_PROGRAM ?? join(project, 'build/dev/adapters/server/coffeeauth');
/** Opens /readyz and /metrics of every server that is started here. */
export const operatorToken = 'the.operator.of.these.tests';
export const password = 'plum tart & 47 spoons';

export const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
// A test that failed leaves open what it would have stopped, and a file with something open never ends. (The benchmarks
// use this module, too, and are no tests.)
if (process.env.NODE_TEST_CONTEXT) {
  after(() => {
    setTimeout(() => {
      console.error('half a minute after the last test something is still open');
      process.exit(1);
    }, 30_000).unref();
  });
}

/** Waits for `condition` to give something true, and returns it. */
export async function until(what, condition, {within = 60_000, every = 20} = {}) {
  const deadline = Date.now() + within;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((go) => setTimeout(go, every));
  }
}

export const temporaryFolder = () => mkdtemp(join(tmpdir(), 'coffeeauth-e2e-'));

// Below the ports that the system gives to clients, or one of them could have it by the time it is needed; and from
// another one on in each process, since test files run side by side.
const lowestPort = 10_000, ports = 20_000;
let lastPort = process.pid * 131 % ports;
const isFree = (port) => new Promise((done) => {
  const probe = createServer();
  probe.once('error', () => done(false));
  probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
});
export async function freePort() {
  for (let tries = 0; tries < ports; ++tries) {
    lastPort = (lastPort + 1) % ports;
    if (await isFree(lowestPort + lastPort)) return lowestPort + lastPort;
  }
  throw new Error('no port is free');
}

// What a test did not choose must not come from the machine it runs on. The sanitizers' options are for
// the program, too.
const cleanEnvironment = () => Object.fromEntries(Object.entries(process.env).filter(
    ([name]) => ['PATH', 'TMPDIR', 'LANG'].includes(name) || /^[A-Z]+SAN_OPTIONS$/.test(name)));

/** Runs one command of the program to its end. */
export async function command(args, {env = {}, input = '', cwd} = {}) {
  const child = spawn(program, args, {cwd, env: {...cleanEnvironment(), ...env}});
  running.add(child);
  const output = {stdout: '', stderr: ''};
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  }
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
  running.delete(child);
  return {code, ...output};
}

/**
 * A running service. Limits are off unless the test turns them on; `env` overrides everything.
 * With `dataDir` it goes on where another one left off. With COFFEEAUTH_BACKENDS=production it is several
 * processes over PostgreSQL, Redis and a mail server, behind nginx (see cluster.mjs).
 */
export async function startServer(options) {
  if (!inProduction) return startProcess(options);
  return (await import('./cluster.mjs')).startCluster(options);
}
export const inProduction = process.env.COFFEEAUTH_BACKENDS === 'production';
/** Waits out the second for which a process may take a session for what it was before another process changed it. */
export const otherProcessesKnow = () => new Promise((go) => setTimeout(go, 1100));
/** The same, where there are other processes; one alone knows at once. */
export const everyProcessKnows = async () => inProduction && await otherProcessesKnow();
// Here, where the file of the tests itself is being read: said inside a test it would hold for that test.
if (inProduction) after(async () => (await import('./cluster.mjs')).stopBackends());

/** One process that serves. */
export async function startProcess({env = {}, args = [], dataDir, port: wanted, program: file = program} = {}) {
  const folder = dataDir ?? await temporaryFolder();
  const port = wanted ?? await freePort();
  const environment = {
    ...cleanEnvironment(),
    DATA_DIR: folder,
    HTTP_PORT: String(port),
    RATE_LIMITS_ENABLED: 'false',
    OPERATOR_TOKEN: operatorToken,
    DEV_MAIL: 'true',
    ...env,
  };
  const child = spawn(file, ['serve', ...args], {cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe']});
  running.add(child);
  let log = '';
  const said = {stdout: '', stderr: ''};
  for (const stream of ['stdout', 'stderr']) {
    child[stream].on('data', (text) => {
      said[stream] += text;
      log += text;
    });
  }
  const ended = new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => {
      running.delete(child);
      done({code, signal});
    });
  });
  const base = `http://127.0.0.1:${port}`;
  await until('the server to serve', async () => {
    if (child.exitCode !== null) throw new Error(`the server stopped:\n${log}`);
    return fetch(`${base}/healthz`).then((answer) => answer.ok, () => false);
  });

  return {
    base, port, dataDir: folder, child, ended, environment,
    /** Both streams as they came, and each alone: the log is on stderr, the link of /dev/mail on stdout. */
    log: () => log,
    said: () => ({...said}),
    /** The path of /dev/mail with what opens it. */
    mailPage: () => /\/dev\/mail\?token=\w+/.exec(log)?.[0],
    /** Stops it as an operator would, and says how it ended. */
    async stop({keep = false} = {}) {
      child.kill('SIGTERM');
      const end = await ended;
      if (!keep) await rm(folder, {recursive: true, force: true});
      return end;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    ...asking({base, dataDir: folder, environment}),
  };
}

/** What tests ask of a service: requests, mails, and commands with its settings. */
export const asking = ({base, dataDir, environment}) => ({
  request: (method, path, options) => request(base + path, {method, ...options}),
  get: (path, options) => request(base + path, {method: 'GET', ...options}),
  post: (path, body, options) => request(base + path, {method: 'POST', body, ...options}),
  patch: (path, body, options) => request(base + path, {method: 'PATCH', body, ...options}),
  put: (path, body, options) => request(base + path, {method: 'PUT', body, ...options}),
  delete: (path, options) => request(base + path, {method: 'DELETE', ...options}),
  mails: (address) => mails(dataDir, address),
  code: (address, options) => code(dataDir, address, options),
  command: (args, options = {}) => command(args, {cwd: dataDir, ...options, env: {...environment, ...options.env}}),
});

/** One exchange; a body that is not a string goes out as JSON, and JSON that comes back is parsed. */
export async function request(url, {method = 'GET', body, token, headers = {}, signal} = {}) {
  const out = {...headers};
  if (token !== undefined) out.Authorization = `Bearer ${token}`;
  if (body !== undefined && !('Content-Type' in out)) out['Content-Type'] = 'application/json';
  const answer = await fetch(url, {
    method, headers: out, redirect: 'manual', signal,
    body: body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  const json = /json/.test(answer.headers.get('content-type') ?? '') && text !== '';
  return {status: answer.status, headers: answer.headers, text, body: json ? JSON.parse(text) : undefined};
}

function decode(body, encoding) {
  if (/base64/i.test(encoding)) return Buffer.from(body, 'base64').toString('utf8');
  if (!/quoted-printable/i.test(encoding)) return body;
  const bytes = body.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function parseEntity(raw) {
  const [, head, body] = /^([\s\S]*?)\r?\n\r?\n([\s\S]*)$/.exec(raw) ?? [null, raw, ''];
  const headers = new Map();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return {headers, body};
}

/** A mail's header fields and the text of its text/plain part (RFC 5322, RFC 2045). */
export function parseMail(raw) {
  const {headers, body} = parseEntity(raw);
  const boundary = /boundary="?([^";]+)"?/i.exec(headers.get('content-type') ?? '');
  const parts = boundary
    ? body.split(`--${boundary[1]}`).slice(1, -1).map((part) => parseEntity(part.replace(/^\r?\n/, '')))
    : [{headers, body}];
  const plain = parts.find((part) => /text\/plain/i.test(part.headers.get('content-type') ?? 'text/plain'));
  return {headers, text: plain ? decode(plain.body, plain.headers.get('content-transfer-encoding') ?? '') : ''};
}

/** The mails in the mail folder, oldest first; those to one address when it is given. */
export async function mails(dataDir, address) {
  const folder = join(dataDir, 'mail');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'));
  const all = [];
  for (const name of names) {
    const path = join(folder, name);
    const [{mtimeNs}, raw] = await Promise.all([stat(path, {bigint: true}), readFile(path, 'utf8')]);
    const mail = parseMail(raw);
    if (address === undefined || mail.headers.get('to')?.toLowerCase().includes(address.toLowerCase())) {
      all.push({name, raw, mtimeNs, ...mail, code: /^\s*(\d{6})\s*$/m.exec(mail.text)?.[1]});
    }
  }
  return all.sort((a, b) => (a.mtimeNs < b.mtimeNs ? -1 : 1));
}

/** The latest code that was mailed to an address; waits for the `count`th. */
export async function code(dataDir, address, {count = 1} = {}) {
  const found = await until(`mail ${count} with a code to ${address}`, async () => {
    const codes = (await mails(dataDir, address)).filter((mail) => mail.code);
    return codes.length >= count && codes;
  });
  return found.at(-1).code;
}

let serial = 0;
export const newAddress = (name = 'user') => `${name}.${process.pid}.${++serial}@example.com`;

/** Signs up and verifies; gives what is needed to log in. */
export async function makeUser(server, {email = newAddress(), ...fields} = {}) {
  const credentials = {email, password};
  const signedUp = await server.post('/api/auth/signup', {...credentials, ...fields});
  if (signedUp.status !== 201) throw new Error(`sign-up: ${signedUp.status} ${signedUp.text}`);
  const verified = await server.post('/api/auth/verify', {email, code: await server.code(email)});
  if (verified.status !== 200) throw new Error(`verify: ${verified.status} ${verified.text}`);
  return credentials;
}

/** Logs in; gives the answer's body. */
export async function logIn(server, credentials) {
  const answer = await server.post('/api/auth/login', {email: credentials.email, password: credentials.password ?? password});
  if (answer.status !== 200) throw new Error(`login: ${answer.status} ${answer.text}`);
  return answer.body;
}

/** A user who is logged in: credentials, both tokens, and the id. */
export async function makeLoggedIn(server, options) {
  const credentials = await makeUser(server, options);
  const tokens = await logIn(server, credentials);
  const me = await server.get('/api/me', {token: tokens.access_token});
  return {...credentials, ...tokens, token: tokens.access_token, id: me.body.id};
}

/** An administrator made by the program's own command, logged in. */
export async function makeAdmin(server, {email = newAddress('admin')} = {}) {
  const made = await server.command(['create-admin', '--email', email, '--password-stdin'], {input: `${password}\n`});
  if (made.code !== 0) throw new Error(`create-admin: ${made.code} ${made.stderr}`);
  const tokens = await logIn(server, {email});
  const me = await server.get('/api/me', {token: tokens.access_token});
  return {email, password, ...tokens, token: tokens.access_token, id: me.body.id};
}

/** The middle one of some numbers. */
export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
