// Behind real proxies: what a stranger gets to see, and what becomes of many, large and slow requests.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {readdir, readFile} from 'node:fs/promises';
import {connect} from 'node:net';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {footprint} from './held.mjs';
import {exchange, startDocumentedNginx, startHaproxy, startMountingNginx, startPlainNginx, startShippedNginx} from './proxies.mjs';
import {newAddress, operatorToken, password, startProcess, until} from './support.mjs';

const run = promisify(execFile);
const local = '127.0.0.1/32';
/** As it comes; with its proxy listed; and with loopback among the operators, too. */
const settings = {
  bare: {},
  listed: {TRUSTED_PROXIES: local},
  both: {TRUSTED_PROXIES: local, OPERATOR_NETWORKS: '127.0.0.0/8,::1'},
};
const servers = {};
before(async () => {
  for (const [name, env] of Object.entries(settings)) {
    servers[name] = await startProcess({env: {...env, MAX_CONNECTIONS_PER_ADDRESS: '2000'}});
  }
});
after(() => Promise.all(Object.values(servers).map((server) => server.stop())));

const appends = 'proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;';
const sets = 'proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr;';
const tells = 'http-request del-header X-Forwarded-For;option forwardfor';
/** `tells`: whether it says for whom it asks; `below`: the path that it takes away. */
const proxies = {
  'nginx with proxy_pass alone': {start: (port) => startPlainNginx(port)},
  'nginx with HTTP/1.1': {start: (port) => startPlainNginx(port, 'proxy_http_version 1.1; proxy_set_header Connection "";')},
  'nginx that passes Host': {start: (port) => startPlainNginx(port, 'proxy_set_header Host $http_host;')},
  'nginx that appends X-Forwarded-For': {start: (port) => startPlainNginx(port, appends), tells: true},
  'nginx that sets X-Forwarded-For': {start: (port) => startPlainNginx(port, sets), tells: true},
  'nginx that sets X-Real-IP': {start: (port) => startPlainNginx(port, 'proxy_set_header X-Real-IP $remote_addr;')},
  'HAProxy in TCP mode': {start: (port) => startHaproxy(port, 'tcp')},
  'HAProxy in HTTP mode': {start: (port) => startHaproxy(port, 'http')},
  'HAProxy that sets X-Forwarded-For': {start: (port) => startHaproxy(port, 'http', tells), tells: true},
  'the shipped nginx': {start: (port) => startShippedNginx(port), tells: true, denies: true},
  'the nginx of docs/operations.md': {start: (port) => startDocumentedNginx(port), tells: true, denies: true},
  'the nginx of docs/operations.md that mounts it below a path': {start: (port) => startMountingNginx(port), tells: true, denies: true, below: '/auth'},
};

const operatorPaths = ['/metrics', '/metrics/', '//metrics', '/%6Detrics', '/./metrics', '/x/../metrics', '/METRICS', '/readyz', '/readyz/'];
const mailPaths = ['/dev/mail', '/dev/mail/', '/dev/mail?token=', '/dev/mail?token=1', '//dev/mail', '/dev%2Fmail'];
const claims = [{}, {Host: 'localhost'}, {Host: '127.0.0.1:8000'}, {'X-Forwarded-For': '127.0.0.1'}, {'X-Forwarded-For': '::1, 127.0.0.1'}, {'X-Forwarded-For': '127.0.0.2'},
  {'X-Real-IP': '127.0.0.1'}, {Forwarded: 'for=127.0.0.1'}, {Host: 'localhost', 'X-Forwarded-For': '127.0.0.1'}, {Via: '1.1 localhost'},
  {Authorization: 'Bearer '}, {Authorization: `Bearer ${operatorToken}x`}];
const leaks = /coffeeauth_http|"store"|plum|To<\/dt>/;

for (const [name, {start, tells: says, denies, below = ''}] of Object.entries(proxies)) {
  test(`behind ${name} nobody is an operator, and the mails are nobody's`, async () => {
    for (const [kind, server] of Object.entries(servers)) {
      const proxy = await start(server.port);
      try {
        const email = newAddress('proxied');
        const body = JSON.stringify({email, password});
        for (const [one, chunked] of [[body, false], [JSON.stringify({email: newAddress('chunked'), password}), true]]) {
          const signedUp = await exchange(proxy.port, 'POST', below + '/api/auth/signup', {body: one, chunked});
          assert.equal(signedUp.status, 201, `${kind}: ${signedUp.text}`);
        }
        await server.code(email);
        for (const path of [...operatorPaths, ...mailPaths]) {
          await Promise.all(claims.map(async (headers) => {
            const answer = await exchange(proxy.port, 'GET', below + path, {headers});
            assert.ok([400, 404].includes(answer.status), `${kind}: ${path} ${JSON.stringify(headers)}: ${answer.status}`);
            assert.doesNotMatch(answer.text, leaks);
          }));
        }
        const opened = await exchange(proxy.port, 'GET', below + '/metrics', {headers: {Authorization: `Bearer ${operatorToken}`}});
        assert.equal(opened.status, denies ? 404 : 200);
      } finally {
        await proxy.stop();
      }
    }
  });
  if (!says) continue;
  test(`behind ${name} nobody chooses the address they are counted by`, async () => {
    const server = await startProcess({env: {TRUSTED_PROXIES: local, RATE_LIMITS_ENABLED: 'true'}});
    const proxy = await start(server.port);
    try {
      const statuses = [];
      for (let i = 0; i < 22; ++i) {
        const headers = {'X-Forwarded-For': `203.0.113.${i}`, 'X-Real-IP': `203.0.113.${i}`, Forwarded: `for=203.0.113.${i}`};
        const body = JSON.stringify({email: newAddress()});
        statuses.push((await exchange(proxy.port, 'POST', below + '/api/auth/resend-code', {headers, body, localAddress: '127.0.0.9'})).status);
      }
      assert.equal(statuses.at(-1), 429, String(statuses));
      const body = JSON.stringify({email: newAddress()});
      assert.equal((await exchange(proxy.port, 'POST', below + '/api/auth/resend-code', {body, localAddress: '127.0.0.10'})).status, 200);
    } finally {
      await proxy.stop();
      await server.stop();
    }
  });
}

test('the mails are behind the link that the start prints, which is another one at each start', async () => {
  const server = await startProcess();
  const email = newAddress('link');
  await server.post('/api/auth/signup', {email, password});
  const code = await server.code(email);
  const page = await server.get(server.mailPage());
  assert.equal(page.status, 200);
  assert.ok(page.text.includes(code));
  assert.notEqual(server.mailPage(), servers.bare.mailPage());
  const origin = {Origin: 'https://evil.example'};
  assert.equal((await server.get(server.mailPage(), {headers: origin})).headers.get('access-control-allow-origin'), null);
  const {stdout} = await server.command(['config'], {env: {DEV_MAIL: undefined}});
  assert.match(stdout, /^DEV_MAIL +false +default$/m);
  await server.stop();
  const quiet = await startProcess({env: {DEV_MAIL: 'false'}});
  assert.equal(quiet.mailPage(), undefined);
  for (const path of ['/dev/mail', '/dev/mail?token=']) assert.equal((await quiet.get(path)).status, 404);
  await quiet.stop();
});

test('neither the link nor the operator token stands in the log', async () => {
  const server = await startProcess({env: {ACCESS_LOG: 'true', LOG_LEVEL: 'debug'}});
  // It serves before it has said where the mails are.
  await until('the link to be printed', () => server.mailPage());
  await server.get(server.mailPage());
  await server.get('/metrics', {token: operatorToken});
  const {stdout} = await server.command(['config']);
  await server.stop();
  const token = server.mailPage().split('=')[1];
  assert.equal(server.log().split(token).length, 2, 'once, where the start prints it');
  assert.ok(!server.log().includes(operatorToken) && !stdout.includes(operatorToken));
});

test('chunked bodies of curl, fetch and a socket are read, and what is behind them is no request', async () => {
  const {base, port} = servers.bare;
  const body = () => JSON.stringify({email: newAddress('chunks'), password});
  const curl = await run('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'Transfer-Encoding: chunked', '-H', 'Content-Type: application/json',
    '-d', body(), `${base}/api/auth/signup`]);
  assert.equal(curl.stdout, '201');
  const stream = new ReadableStream({start(controller) {
    for (const part of body().match(/.{1,5}/g)) controller.enqueue(new TextEncoder().encode(part));
    controller.close();
  }});
  const fetched = await fetch(`${base}/api/auth/signup`, {method: 'POST', body: stream, duplex: 'half', headers: {'Content-Type': 'application/json'}});
  assert.equal(fetched.status, 201);
  const large = await exchange(port, 'POST', '/api/auth/login', {body: 'x'.repeat(70_000), chunked: true}).catch((error) => error);
  assert.ok(large.status === 413 || large.code === 'EPIPE' || large.code === 'ECONNRESET', String(large.status ?? large));
});

/** Connections that ask nothing; gives those that were opened. */
const idle = (port, count, localAddress) => Promise.all(Array.from({length: count}, () => new Promise((done, fail) => {
  const socket = connect({port, host: '127.0.0.1', localAddress}, () => done(socket));
  socket.once('error', fail).on('close', () => (socket.gone = true)).resume();
})));

test('the shipped nginx: 700 idle connections of one client keep nobody out', async () => {
  const proxy = await startShippedNginx(servers.listed.port);
  const held = await idle(proxy.port, 700, '127.0.0.2');
  try {
    for (let i = 0; i < 50; ++i) {
      assert.equal((await exchange(proxy.port, 'GET', '/healthz', {localAddress: '127.0.0.3'})).status, 200);
    }
    assert.equal((await exchange(proxy.port, 'GET', '/healthz', {localAddress: '127.0.0.2'})).status, 200);
    assert.equal(held.filter((socket) => socket.gone).length, 0, 'they were held all the while');
  } finally {
    held.forEach((socket) => socket.destroy());
    await proxy.stop();
  }
});

/** Sends `size` octets for as long as they are taken; gives the answer. */
const pour = (port, head, size) => new Promise((done, fail) => {
  let answer = '', sent = 0;
  const piece = Buffer.alloc(1 << 16, 'x');
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1').on('data', (text) => (answer += text)).once('close', () => done({answer, sent})).on('error', () => {});
  const more = () => {
    while (sent < size && !socket.destroyed) {
      sent += piece.length;
      const framed = head.includes('chunked') ? Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')]) : piece;
      if (!socket.write(framed)) return socket.once('drain', more);
    }
    socket.end();
  };
  socket.write(head);
  more();
  setTimeout(() => fail(new Error('no end')), 60_000).unref();
});

test('the shipped nginx refuses 300 MiB at once and keeps nothing of them', async () => {
  const proxy = await startShippedNginx(servers.listed.port);
  try {
    const size = 300 << 20;
    const before = (await exchange(servers.listed.port, 'GET', '/metrics', {headers: {Authorization: `Bearer ${operatorToken}`}})).text;
    for (const length of [`Content-Length: ${size}`, 'Transfer-Encoding: chunked']) {
      const {answer} = await pour(proxy.port, `POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}\r\n\r\n`, size);
      if (answer !== '') {
        assert.match(answer, /^HTTP\/1\.1 413 /);
        assert.match(answer, /application\/problem\+json[^]*"code":"payload_too_large"/);
      }
      const files = await readdir(join(proxy.folder, 'temporary'), {recursive: true, withFileTypes: true});
      assert.deepEqual(files.filter((file) => file.isFile()).map((file) => file.name), []);
    }
    const refused = await exchange(proxy.port, 'POST', '/api/auth/login', {body: 'x'.repeat((64 << 10) + 1)}).catch((error) => error);
    assert.equal(refused.status, 413, String(refused));
    assert.equal(JSON.parse(refused.text).code, 'payload_too_large');
    // From the server, which knows what a page of another origin may read.
    assert.ok(refused.headers.get('x-request-id'), 'the server answers');
    const most = await exchange(proxy.port, 'POST', '/api/auth/login', {body: 'x'.repeat(64 << 10)});
    assert.equal(most.status, 400);
    const logins = (text) => /requests_total\{[^}]*auth\/login[^}]*\} (\d+)/.exec(text)?.[1] ?? '0';
    const now = (await exchange(servers.listed.port, 'GET', '/metrics', {headers: {Authorization: `Bearer ${operatorToken}`}})).text;
    assert.equal(Number(logins(now)) - Number(logins(before)), 1, 'the server saw the one that it may see');
  } finally {
    await proxy.stop();
  }
});

test('the shipped nginx closes idle connections before the server does', async () => {
  const text = await readFile(new URL('../../docker/nginx.conf', import.meta.url), 'utf8');
  const [, upstream] = /upstream coffeeauth \{([^}]*)\}/.exec(text);
  const theirs = Number(/keepalive_timeout (\d+)s;/.exec(upstream)[1]);
  const {stdout} = await servers.bare.command(['config']);
  const ours = Number(/^HTTP_IDLE_TIMEOUT\s+(\d+)s/m.exec(stdout)[1]);
  // 60 s is what nginx and AWS keep them for when nobody says otherwise.
  assert.ok(theirs < ours && ours > 60, `${theirs} s, ${ours} s`);
});

test('assets: gzip and plain differ in their ETag, HEAD and 304 have no body', async () => {
  const asked = (method, headers) => exchange(servers.both.port, method, '/assets/redoc.standalone.js', {headers});
  const plain = await asked('GET', {});
  const gzip = await asked('GET', {'Accept-Encoding': 'br, GZIP;q=0.5'});
  assert.equal(gzip.headers.get('content-encoding'), 'gzip');
  assert.equal(plain.headers.get('content-encoding'), null);
  assert.notEqual(plain.headers.get('etag'), gzip.headers.get('etag'));
  for (const answer of [plain, gzip]) assert.equal(answer.headers.get('vary'), 'Accept-Encoding');
  for (const refusing of ['gzip;q=0', 'gzip; q=0.0', 'identity', 'notgzip', 'br']) {
    assert.equal((await asked('GET', {'Accept-Encoding': refusing})).headers.get('etag'), plain.headers.get('etag'), refusing);
  }
  const head = await asked('HEAD', {});
  assert.equal(head.headers.get('content-length'), plain.headers.get('content-length'));
  assert.equal(head.text, '');
  const etag = plain.headers.get('etag');
  assert.equal((await asked('GET', {'If-None-Match': etag})).status, 304);
  assert.equal((await asked('GET', {'If-None-Match': `W/${etag}`})).status, 304);
  assert.equal((await asked('GET', {'If-None-Match': etag, 'Accept-Encoding': 'gzip'})).status, 200);
});

test('assets count against the limit of their client', async () => {
  const server = await startProcess({env: {RATE_LIMITS_ENABLED: 'true', REQUEST_LIMIT: '20'}});
  const statuses = [];
  for (let i = 0; i < 22; ++i) statuses.push((await server.get('/assets/page.css')).status);
  await server.stop();
  assert.equal(statuses[0], 200);
  assert.equal(statuses.at(-1), 429, String(statuses));
});

test('600 answers that nobody reads cost no copy each', async () => {
  const server = await startProcess({env: {MAX_CONNECTIONS_PER_ADDRESS: '2000'}});
  const ask = 'GET /assets/redoc.standalone.js HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const sockets = await idle(server.port, 600, '127.0.0.2');
  try {
    await exchange(server.port, 'GET', '/assets/redoc.standalone.js');
    const {mib: rest} = await footprint(server.child.pid);
    sockets.forEach((socket) => socket.pause().write(ask));
    await until('all to be answering', async () => {
      const {text} = await server.get('/metrics', {token: operatorToken});
      return Number(/requests_total\{[^}]*redoc\.standalone[^}]*\} (\d+)/.exec(text)?.[1]) >= 601;
    });
    const {mib} = await footprint(server.child.pid);
    console.log(`# 600 unread answers: ${rest.toFixed(0)} to ${mib.toFixed(0)} MiB`);
    // A copy each would be some 600 MiB plain.
    assert.ok(mib - rest < 40, `${rest} to ${mib} MiB`);
  } finally {
    sockets.forEach((socket) => socket.destroy());
    await server.stop();
  }
});
