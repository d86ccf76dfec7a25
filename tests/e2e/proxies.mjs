// Proxies as people put them in front: real nginx and HAProxy, each on a free port of 127.0.0.1 and in a folder of
// its own.
import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {request} from 'node:http';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {child} from './production.mjs';
import {freePort, project, until} from './support.mjs';

const asRoot = process.getuid() === 0;

const listens = (port) => new Promise((done) => {
  const socket = connect(port, '127.0.0.1', () => done(true));
  socket.once('connect', () => socket.destroy()).once('error', () => done(false));
});

async function proxyFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'coffeeauth-e2e-'));
  await chmod(folder, 0o755);
  return folder;
}

async function started(program, args, folder, port) {
  const proxy = child(program, args);
  await until(program, () => {
    if (proxy.process.exitCode !== null) throw new Error(`${program}:\n${proxy.said()}`);
    return listens(port);
  });
  return {
    port, folder, said: proxy.said,
    async stop() {
      await proxy.stop();
      await rm(folder, {recursive: true, force: true});
    },
  };
}

/** nginx with a configuration of its own, whose http block begins with `http {`. */
async function nginx(configuration, folder, port) {
  await mkdir(join(folder, 'temporary'), {mode: 0o777});
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/temporary/${name};`);
  await writeFile(join(folder, 'nginx.conf'), configuration.replace('http {', `http { ${temporary.join(' ')}`));
  return started('nginx', ['-c', join(folder, 'nginx.conf'), '-e', 'stderr',
    '-g', `daemon off; pid ${folder}/nginx.pid; ${asRoot ? 'user root;' : ''}`], folder, port);
}

/** nginx as somebody writes it: `lines` is what stands beside proxy_pass. */
export async function startPlainNginx(server, lines = '') {
  const port = await freePort();
  return nginx(`events {}\nhttp { access_log off; server { listen 127.0.0.1:${port};
    location / { proxy_pass http://127.0.0.1:${server}; ${lines} } } }`, await proxyFolder(), port);
}

/** docker/nginx.conf itself; only addresses and the folder for temporary files are other ones. */
export async function startShippedNginx(server) {
  const port = await freePort();
  let text = await readFile(join(project, 'docker/nginx.conf'), 'utf8');
  for (const [theirs, ours] of [['resolver 127.0.0.11 valid=5s;', ''], ['server server:8000 resolve;', `server 127.0.0.1:${server};`],
    ['listen 8080 ', `listen 127.0.0.1:${port} `]]) {
    if (!text.includes(theirs)) throw new Error(`docker/nginx.conf has no "${theirs}"`);
    text = text.replace(theirs, ours);
  }
  return nginx(text, await proxyFolder(), port);
}

/** Block `which` of docs/operations.md in nginx's language, counted from 0. */
async function documented(which) {
  const page = await readFile(join(project, 'docs/operations.md'), 'utf8');
  return [...page.matchAll(/^```nginx\n([\s\S]*?)^```/gm)][which][1];
}

/** What docs/operations.md says for a host; only ports are other ones. */
export async function startDocumentedNginx(server) {
  const port = await freePort();
  const text = (await documented(0)).replace('127.0.0.1:8001', `127.0.0.1:${server}`).replace(/ *server 127\.0\.0\.1:8002;\n/, '')
      .replace('listen 8080;', `listen 127.0.0.1:${port};`);
  return nginx(`events {}\nhttp { access_log off; ${text} }`, await proxyFolder(), port);
}

/** What it says for a service below /auth. */
export async function startMountingNginx(server) {
  const port = await freePort();
  return nginx(`events {}\nhttp { access_log off; upstream coffeeauth { server 127.0.0.1:${server}; }
    server { listen 127.0.0.1:${port}; ${await documented(1)} } }`, await proxyFolder(), port);
}

/** HAProxy in a mode; `lines` is what stands in its front end. */
export async function startHaproxy(server, mode, lines = '') {
  const folder = await proxyFolder();
  const port = await freePort();
  await writeFile(join(folder, 'haproxy.cfg'), `
defaults
  mode ${mode}
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:${port}
  ${lines.replaceAll(';', '\n  ')}
  default_backend servers
backend servers
  server one 127.0.0.1:${server}
`);
  return started('/usr/sbin/haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], folder, port);
}

/** One exchange with any field, Host too. A body without a length goes out in chunks. */
export const exchange = (port, method, path, {headers = {}, body, chunked = false, localAddress} = {}) => new Promise((done, fail) => {
  const fields = {...headers, ...(body !== undefined && {'Content-Type': 'application/json'}),
    ...(body !== undefined && !chunked && {'Content-Length': Buffer.byteLength(body)})};
  const asked = request({host: '127.0.0.1', port, method, path, headers: fields, localAddress, agent: false}, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (part) => (text += part)).once('error', fail)
        .once('end', () => done({status: answer.statusCode, headers: new Headers(answer.headers), text}));
  }).once('error', fail);
  if (body !== undefined && chunked) {
    for (let at = 0; at < body.length; at += 7) asked.write(body.slice(at, at + 7));
    asked.end();
  } else {
    asked.end(body);
  }
});
