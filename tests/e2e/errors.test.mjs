// Every row of the contract's table of errors, over real HTTP. What fetch refuses to send goes through a
// plain socket.
import assert from 'node:assert/strict';
import {connect} from 'node:net';
import {after, before, test} from 'node:test';
import {brotliCompressSync, deflateSync, gzipSync} from 'node:zlib';
import {badFields, problem, refusedToken, success} from './expect.mjs';
import {freePort, inProduction, logIn, makeAdmin, makeLoggedIn, makeUser, newAddress, operatorToken, password, startServer} from './support.mjs';

let server, admin, user;
before(async () => {
  server = await startServer();
  admin = await makeAdmin(server);
  user = await makeLoggedIn(server);
});
after(() => server?.stop());

/** Sends bytes as they are and reads until the server closes, or has sent one whole answer. */
function raw(bytes, {port = server.port, half = false} = {}) {
  return new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = () => {
      socket.destroy();
      const [head, ...rest] = text.split('\r\n\r\n');
      const [status, ...fields] = head.split('\r\n');
      const headers = new Headers(fields.map((field) => [field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 1).trim()]));
      const body = rest.join('\r\n\r\n');
      done({status: Number(status.split(' ')[1]), headers, text: body, body: body.startsWith('{') ? JSON.parse(body) : undefined});
    };
    socket.setTimeout(30_000, () => fail(new Error(`no answer to ${JSON.stringify(bytes.slice(0, 80))}`)) && socket.destroy());
    socket.on('error', (error) => (text === '' ? fail(error) : finish()));
    socket.on('close', () => (text === '' ? fail(new Error('closed without an answer')) : finish()));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(text)?.[1];
      const start = text.indexOf('\r\n\r\n') + 4;
      if (length !== undefined && start > 3 && text.length >= start + Number(length)) finish();
    });
    socket.write(bytes);
    if (half) socket.end();
  });
}

const rawPost = (path, body, extra = '') =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${extra}\r\n${body}`;

test('a body that is not one JSON object is 400 and never more', async () => {
  const bodies = ['', '{', '[]', '"text"', '12', 'null', 'true', '{"email":1,}', '{} {}', '{}x', "{'email':'x'}", '\uFEFF{}',
    '{"email":"a@example.com","email":"b@example.com"}', '{"a":NaN}', '{"email":"\\ud800"}', '// x\n{}', '{"email":"\u0001"}'];
  for (const route of ['signup', 'verify', 'resend-code', 'login-code', 'login', 'refresh', 'logout']) {
    for (const body of bodies) {
      const answer = await server.post(`/api/auth/${route}`, body);
      assert.equal(answer.status, 400, `${route} ${body}: ${answer.text}`);
      assert.ok(['invalid_request', 'validation_failed'].includes(answer.body.code), answer.text);
    }
  }
});

test('bad UTF-8 is 400', async () => {
  for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf5, 0x80, 0x80, 0x80]]) {
    const body = Buffer.concat([Buffer.from('{"email":"'), Buffer.from(bytes), Buffer.from('@example.com","password":"x"}')]);
    problem(await server.post('/api/auth/login', body, {headers: {'Content-Type': 'application/json'}}), 400, 'invalid_request');
  }
});

test('an unknown field is named, and nothing is done', async () => {
  for (const field of ['role', 'is_verified', 'is_active', 'id', 'user_id', 'is_admin', 'date_joined', '']) {
    const email = newAddress();
    badFields(await server.post('/api/auth/signup', {email, password, [field]: 'admin'}), field || '?');
    const found = success(await server.get(`/api/users?search=${encodeURIComponent(email)}`, admin));
    assert.equal(found.count, 0);
  }
  badFields(await server.patch('/api/me', {is_verified: false, first_name: 'X'}, user), 'is_verified');
  badFields(await server.patch('/api/me', {is_admin: true, first_name: 'X'}, user), 'is_admin');
  badFields(await server.post('/api/auth/login', {email: user.email, password, remember: true}), 'remember');
});

test('a field of another type, missing, empty or too long is named', async () => {
  for (const wrong of [1, 1.5, null, true, [], {}, ['a@example.com'], {$ne: ''}]) {
    badFields(await server.post('/api/auth/login', {email: wrong, password: wrong}), 'email', 'password');
    // A whole number may be a code that lost its leading zeros.
    if (wrong !== 1) badFields(await server.post('/api/auth/verify', {email: newAddress(), code: wrong}), 'code');
    badFields(await server.patch('/api/me', {first_name: wrong}, user), 'first_name');
  }
  badFields(await server.post('/api/auth/signup', {}), 'email', 'password');
  badFields(await server.post('/api/auth/login', {}), 'email', 'password');
  badFields(await server.post('/api/auth/verify', {}), 'email', 'code');
  badFields(await server.post('/api/auth/resend-code', {}), 'email');
  badFields(await server.post('/api/auth/signup', {email: newAddress(), password, first_name: 'x'.repeat(151)}), 'first_name');
  for (const code of ['12345', '1234567', '12345a', ' 12345', '１２３４５６', '']) {
    badFields(await server.post('/api/auth/verify', {email: newAddress(), code}), 'code');
  }
  badFields(await server.patch(`/api/users/${user.id}`, {role: 'root'}, admin), 'role');
  badFields(await server.patch(`/api/users/${user.id}`, {is_active: 'yes'}, admin), 'is_active');
});

test('NUL and control characters get in nowhere', async () => {
  for (const sly of ['\u0000', 'a\u0000b']) {
    // Nothing of ours has a NUL in it: such a body is no request at all.
    problem(await server.post('/api/auth/signup', {email: newAddress(), password, first_name: sly}), 400, 'invalid_request');
    problem(await server.patch('/api/me', {last_name: sly}, user), 400, 'invalid_request');
  }
  for (const sly of ['a\r\nBcc: x@example.com', 'a\nb', '\u001b[31m', '\u0085', '\u2028']) {
    badFields(await server.post('/api/auth/signup', {email: newAddress(), password, first_name: sly}), 'first_name');
    badFields(await server.patch('/api/me', {last_name: sly}, user), 'last_name');
    badFields(await server.post('/api/auth/signup', {email: `x${sly}@example.com`, password}), 'email');
  }
  const me = success(await server.get('/api/me', user));
  assert.equal(me.last_name, '');
});

test('addresses that are none are refused', async () => {
  for (const email of ['', 'x', '@example.com', 'x@', 'x@@example.com', 'a b@example.com', 'x@example', 'x@-example.com',
    'x@example..com', `${'x'.repeat(65)}@example.com`, `x@${'a'.repeat(64)}.com`, `x@${'a.'.repeat(130)}com`,
    'x@example.com, y@example.com', '<x@example.com>', 'x@exa_mple.com', 'x@x.x', 'x@example.1', 'x@example.c1', 'x@example.com.',
    'x@[127.0.0.1]']) {
    badFields(await server.post('/api/auth/signup', {email, password}), 'email');
  }
});

test('weak passwords are refused with a reason', async () => {
  const email = newAddress('Marmalade');
  for (const weak of ['', 'short 1', 'password', 'password123', 'x'.repeat(129), email, email.split('@')[0]]) {
    const errors = badFields(await server.post('/api/auth/signup', {email, password: weak}), 'password');
    assert.ok(errors.password[0].message.length > 0);
  }
});

test('a weak password\'s error says what makes it weak', async () => {
  for (const [weak, code, reason] of [
    ['Password', 'too_common', /too common/],
    ['p4ssw0rd', 'too_common', /too common/],
    ['sunshine1984', 'too_weak', /a common word or name and a date or year/],
    ['hijklmnop', 'too_weak', /a sequence like abc or 123/],
    ['ä'.repeat(100), 'too_weak', /repeated characters/],
    ['lovelace-ada1', 'too_similar', /your address or name/],
  ]) {
    const sent = {email: newAddress(), password: weak, first_name: 'Ada', last_name: 'Lovelace'};
    const [error] = badFields(await server.post('/api/auth/signup', sent), 'password').password;
    assert.equal(error.code, code, weak);
    assert.match(error.message, reason);
    assert.ok(!error.message.includes(weak));
  }
});

test('PASSWORD_MIN_STRENGTH says how hard to guess a password has to be', async () => {
  for (const [strength, accepted, refused] of [['0', 'password123', 'password'], ['4', 'canary bird & 12 seeds', 'graceful tide']]) {
    const own = await startServer({env: {PASSWORD_MIN_STRENGTH: strength}});
    try {
      success(await own.post('/api/auth/signup', {email: newAddress(), password: accepted}), 201);
      badFields(await own.post('/api/auth/signup', {email: newAddress(), password: refused}), 'password');
    } finally {
      await own.stop();
    }
  }
});

test('a password counts in characters, whole, after NFKC', async () => {
  const long = await makeUser(server).then(() => newAddress('long'));
  const secret = 'ä plum tart & 47 spoons. '.repeat(4);
  success(await server.post('/api/auth/signup', {email: long, password: secret}), 201);
  success(await server.post('/api/auth/verify', {email: long, code: await server.code(long)}));
  problem(await server.post('/api/auth/login', {email: long, password: secret.slice(0, 72)}), 401, 'invalid_credentials');
  success(await server.post('/api/auth/login', {email: long, password: secret.replaceAll('ä', 'a\u0308')}));
});

test('a body over 64 KiB is 413, at once', async () => {
  problem(await server.post('/api/auth/login', JSON.stringify({email: 'x'.repeat(64 * 1024)})), 413, 'payload_too_large');
  problem(await raw('POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999999\r\n\r\n'),
    413, 'payload_too_large');
});

test('a header block over 16 KiB is 431', async () => {
  problem(await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(17 * 1024)}\r\n\r\n`), 431, 'headers_too_large');
  problem(await raw(`GET /healthz HTTP/1.1\r\nHost: x\r\n${'X-Many: y\r\n'.repeat(2000)}\r\n`), 431, 'headers_too_large');
});

test('nesting over 32 is 400', async () => {
  for (const depth of [33, 1000, 20_000]) {
    const answer = await server.post('/api/auth/login', `{"email":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    problem(answer, 400, 'invalid_request');
  }
});

test('a body that is not declared as JSON is 415', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml', 'json', '']) {
    const answer = await server.post('/api/auth/login', '{}', {headers: {'Content-Type': type}});
    problem(answer, 415, 'unsupported_media_type');
  }
  problem(await raw('POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}'), 415, 'unsupported_media_type');
  for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"', 'application/json; charset=utf8',
    'application/json; charset="UTF8"']) {
    badFields(await server.post('/api/auth/login', '{}', {headers: {'Content-Type': type}}), 'email', 'password');
  }
  const latin = await server.post('/api/auth/login', '{}', {headers: {'Content-Type': 'application/json; charset=iso-8859-1'}});
  problem(latin, 415, 'unsupported_media_type', 'The request body must be in UTF-8, not in iso-8859-1.');
  assert.equal(latin.headers.get('accept-encoding'), null);
});

test('a compressed body is refused by the name of its coding, and identity is none', async () => {
  const body = JSON.stringify({email: newAddress(), password: 'x'});
  for (const [coding, compress] of [['gzip', gzipSync], ['deflate', deflateSync], ['br', brotliCompressSync]]) {
    const answer = await server.post('/api/auth/login', compress(body), {headers: {'Content-Type': 'application/json', 'Content-Encoding': coding}});
    problem(answer, 415, 'unsupported_media_type', `The request body is encoded with ${coding}; it must be sent without a Content-Encoding.`);
    assert.equal(answer.headers.get('accept-encoding'), 'identity');
  }
  const plain = await server.post('/api/auth/login', body, {headers: {'Content-Type': 'application/json', 'Content-Encoding': 'identity'}});
  problem(plain, 401, 'invalid_credentials');
});

test('each mistake in a body has a sentence of its own, with line and column, and none repeats a secret', async () => {
  const said = new Set();
  const broken = ['', '[]', '{"email":"a@example.com"', '{"email":"a@example.com",}', '{\'email\':1}', '{"email" "x"}', '{"email":"hunter2\\u0000"}',
    '{"email":"hunter2\\ud800"}', '{"email":1,\n"email":2}', '{"password":"hunter2\n"}', '{"password":hunter2}', '{}{}', '{"a":1e999}',
    `{"a":${'['.repeat(40)}`, '\ufeff{}'];
  for (const body of broken) {
    const answer = await server.post('/api/auth/login', body, {headers: {'Content-Type': 'application/json'}});
    problem(answer, 400, 'invalid_request');
    assert.doesNotMatch(answer.text, /hunter2/);
    if (body !== '' && !body.startsWith('\ufeff')) assert.match(answer.body.detail, /\(line \d+, column \d+/, body);
    said.add(answer.body.detail.replace(/ \(line.*/, ''));
  }
  assert.ok(said.size >= 12, [...said].join('\n'));
});

test('a code is taken as people and programs send it', async () => {
  for (const spell of [(code) => `${code} `, (code) => `\t${code}\r\n`, (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
    (code) => `${code.slice(0, 3)}-${code.slice(3)}`, (code) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`, (code) => Number(code)]) {
    const email = newAddress();
    success(await server.post('/api/auth/signup', {email: `\u3000${email}\t\r\n`, password}), 201);
    success(await server.post('/api/auth/verify', {email: `\ufeff${email}\u00a0`, code: spell(await server.code(email))}));
  }
});

test('the code stands alone on its line in the mail', async () => {
  const email = newAddress();
  success(await server.post('/api/auth/signup', {email, password}), 201);
  const code = await server.code(email);
  const [mail] = await server.mails(email);
  assert.ok(mail.text.split(/\r?\n/).includes(code), mail.text);
});

test('what cannot be seen is neither a password nor a name', async () => {
  for (const unseen of ['        ', '\u200b'.repeat(10), '\u3000'.repeat(10), '\u0301'.repeat(10), '\u2060\ufeff'.repeat(5), '\u2800'.repeat(9),
    '\u3164'.repeat(9)]) {
    const errors = badFields(await server.post('/api/auth/signup', {email: newAddress(), password: unseen}), 'password');
    assert.equal(errors.password[0].code, 'invisible');
  }
  for (const unseen of ['\u200b', '\u2060\u2060', '\u0301', '\u3164', '\u2800']) {
    badFields(await server.post('/api/auth/signup', {email: newAddress(), password, first_name: unseen}), 'first_name');
    badFields(await server.patch('/api/me', {last_name: unseen}, user), 'last_name');
    badFields(await server.patch(`/api/users/${user.id}`, {first_name: unseen}, admin), 'first_name');
  }
});

test('the scheme of a bearer token is read in any letter case', async () => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    success(await server.get('/api/me', {headers: {Authorization: `${scheme} ${user.token}`}}));
  }
});

test('a user can be sent back as it was read, with a tag that a proxy made weak', async () => {
  const {body, headers} = await server.get(`/api/users/${user.id}`, admin);
  assert.equal(body.version, Number(headers.get('etag').match(/\d+/)[0]));
  const weak = {'If-Match': `W/${headers.get('etag').replace(/^W\//, '')}`};
  assert.deepEqual(success(await server.put(`/api/users/${user.id}`, body, {...admin, headers: weak})), body);
  const changed = success(await server.put(`/api/users/${user.id}`, {...body, first_name: 'Countess'}, {...admin, headers: weak}));
  assert.equal(changed.first_name, 'Countess');
  assert.ok(changed.version > body.version);
  problem(await server.put(`/api/users/${user.id}`, body, admin), 412, 'version_conflict');
  problem(await server.put(`/api/users/${user.id}`, changed, {...admin, headers: weak}), 412, 'version_conflict');
  for (const [field, value] of [['id', admin.id], ['date_joined', '2001-01-01T00:00:00Z'], ['last_login', '2999-01-01T00:00:00Z']]) {
    const errors = badFields(await server.put(`/api/users/${user.id}`, {...changed, [field]: value}, admin), field);
    assert.equal(errors[field][0].code, 'read_only');
  }
});

test('what is refused before it is a request is readable for the page that sent it', {skip: inProduction && 'nginx answers in front'}, async () => {
  const open = await startServer({env: {CORS_ORIGINS: 'https://app.example,https://other.example', MAX_CONNECTIONS: '8'}});
  try {
    const ask = (origin, rest) => raw(`POST /api/auth/login HTTP/1.1\r\nHost: x\r\nOrigin: ${origin}\r\n${rest}`, {port: open.port, half: true});
    for (const [status, rest] of [[413, 'Content-Type: application/json\r\nContent-Length: 999999999\r\n\r\n'], [431, `X-Long: ${'x'.repeat(17 * 1024)}\r\n\r\n`],
      [501, 'Transfer-Encoding: gzip, chunked\r\n\r\n'], [400, 'Bad Field: x\r\n\r\n'], [408, 'Content-Length: 5\r\n\r\nab']]) {
      const answer = await ask('https://app.example', rest);
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('access-control-allow-origin'), 'https://app.example');
      assert.match(answer.headers.get('vary'), /\bOrigin\b/);
      assert.equal((await ask('https://evil.example', rest)).headers.get('access-control-allow-origin'), null);
    }
    const page = await open.get('/swagger/', {headers: {Origin: 'https://app.example'}});
    assert.match(page.headers.get('vary'), /Accept-Encoding.*Origin/);
    const preflight = await open.request('OPTIONS', '/api/me', {headers: {Origin: 'https://app.example', 'Access-Control-Request-Method': 'PATCH',
      'Access-Control-Request-Headers': 'authorization,baggage,content-type,sentry-trace,traceparent,tracestate,x-datadog-trace-id'}});
    const allowed = preflight.headers.get('access-control-allow-headers').toLowerCase().split(', ');
    for (const name of ['authorization', 'baggage', 'content-type', 'sentry-trace', 'traceparent', 'tracestate', 'x-datadog-trace-id', 'if-match']) {
      assert.ok(allowed.includes(name), name);
    }
  } finally {
    await open.stop();
  }
});

test('who is turned away at the door learns so in a browser, too', {skip: inProduction && 'nginx answers in front'}, async () => {
  const open = await startServer({env: {CORS_ORIGINS: '*', MAX_CONNECTIONS: '2'}});
  const held = [];
  try {
    for (let i = 0; i < 2; ++i) {
      const socket = connect(open.port, '127.0.0.1').on('error', () => {});
      await new Promise((done) => socket.once('connect', done));
      socket.write('GET /healthz HTTP/1.1\r\n');
      held.push(socket);
    }
    const answer = await raw('GET /healthz HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n\r\n', {port: open.port});
    problem(answer, 503, 'unavailable');
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  } finally {
    held.forEach((socket) => socket.destroy());
    await open.stop();
  }
});

test('a page past the end is 404 "Invalid page."', async () => {
  for (const page of ['2', '1000000', '99999999999999999999']) {
    problem(await server.get(`/api/users?page_size=100&page=${page}`, admin), 404, 'not_found', 'Invalid page.');
  }
});

test('query parameters out of range are named', async () => {
  for (const [query, field] of [['page=-1', 'page'], ['page=x', 'page'], ['page=1.5', 'page'], ['page=Last', 'page'], ['page_size=-1', 'page_size'],
    ['page_size=ten', 'page_size'], ['role=root', 'role'], ['is_verified=maybe', 'is_verified'],
    ['is_active=2', 'is_active'], ['ordering=password_hash', 'ordering'], ['ordering=email;drop', 'ordering']]) {
    badFields(await server.get(`/api/users?${query}`, admin), field);
  }
});

test('a cursor that was not made here is refused', async () => {
  for (const cursor of ['x', 'AAAA', Buffer.from('{"id":1}').toString('base64url'), 'a'.repeat(3000)]) {
    const answer = await server.get(`/api/users?cursor=${cursor}`, admin);
    assert.ok([400, 404].includes(answer.status), `${cursor}: ${answer.status}`);
    assert.ok(['validation_failed', 'not_found', 'invalid_request'].includes(answer.body.code));
  }
});

test('an unknown path is 404', async () => {
  // nginx answers /%00 itself.
  for (const path of ['/nowhere', '/api', '/api/auth', '/api/auth/login/x', '/api//me', '/swagger/../../etc/passwd', '/swagger/%2e%2e/x',
    '/api/users/x/y', '/.env', ...(inProduction ? [] : ['/%00']), '/api/me%2f', '/dev', '/data/coffeeauth.db']) {
    const answer = await server.get(path, admin);
    problem(answer, 404, 'not_found');
  }
  problem(await server.get('/api/users/not-an-id', admin), 404, 'not_found');
  problem(await server.get('/api/users/01890000-0000-7000-8000-000000000000', admin), 404, 'not_found');
});

test('a known path with another method is 405 with Allow', async () => {
  const answer = await server.get('/api/auth/login');
  problem(answer, 405, 'method_not_allowed');
  assert.deepEqual(answer.headers.get('allow').split(/, */).filter((method) => method !== 'OPTIONS'), ['POST']);
  for (const method of ['DELETE', 'PUT', 'PATCH', 'PROPFIND']) {
    problem(await server.request(method, '/healthz'), 405, 'method_not_allowed');
  }
  const users = await server.request('POST', '/api/users', {token: admin.token, body: {}});
  problem(users, 405, 'method_not_allowed');
  assert.deepEqual(users.headers.get('allow').split(/, */).filter((method) => method !== 'OPTIONS').sort(), ['GET', 'HEAD']);
});

test('OPTIONS answers CORS only where it was configured', async () => {
  const ask = {headers: {Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type'}};
  const closed = await server.request('OPTIONS', '/api/auth/login', ask);
  assert.equal(closed.headers.get('access-control-allow-origin'), null);
  const open = await startServer({env: {CORS_ORIGINS: 'https://app.example'}});
  try {
    const answer = await open.request('OPTIONS', '/api/auth/login', ask);
    assert.ok([200, 204].includes(answer.status), String(answer.status));
    assert.equal(answer.headers.get('access-control-allow-origin'), 'https://app.example');
    assert.match(answer.headers.get('access-control-allow-methods'), /POST/);
    const other = await open.request('OPTIONS', '/api/auth/login', {headers: {...ask.headers, Origin: 'https://evil.example'}});
    assert.equal(other.headers.get('access-control-allow-origin'), null);
  } finally {
    await open.stop();
  }
});

test('unknown email and wrong password are one and the same answer', async () => {
  const unknown = await server.post('/api/auth/login', {email: newAddress(), password});
  const wrong = await server.post('/api/auth/login', {email: user.email, password: 'not the password 1'});
  problem(unknown, 401, 'invalid_credentials', 'Invalid credentials');
  assert.deepEqual(unknown.body, wrong.body);
  const names = (answer) => [...answer.headers.keys()].filter((name) => name !== 'date').sort();
  assert.deepEqual(names(unknown), names(wrong));
  assert.equal(unknown.headers.get('content-length'), wrong.headers.get('content-length'));
});

test('a right password for an unverified address is 400, for a disabled account 403', async () => {
  const email = newAddress();
  success(await server.post('/api/auth/signup', {email, password}), 201);
  problem(await server.post('/api/auth/login', {email, password}), 400, 'email_not_verified',
    'Email not verified. Please verify your account before logging in.');
  problem(await server.post('/api/auth/login', {email, password: 'wrong password 1'}), 401, 'invalid_credentials');
  const disabled = await makeLoggedIn(server);
  success(await server.patch(`/api/users/${disabled.id}`, {is_active: false}, admin));
  problem(await server.post('/api/auth/login', {email: disabled.email, password}), 403, 'account_disabled');
});

test('a bearer token that is missing, malformed or of another kind is 401 as RFC 6750 has it', async () => {
  const none = await server.get('/api/me');
  refusedToken(none, 'not_authenticated');
  for (const value of ['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', 'bearer', 'Token x', `Bearer ${user.token} x`, 'Bearer \u00e4']) {
    const answer = await raw(`GET /api/me HTTP/1.1\r\nHost: x\r\nAuthorization: ${value}\r\n\r\n`);
    assert.equal(answer.status, 401, value);
    assert.match(answer.headers.get('www-authenticate'), /^Bearer\b/);
    assert.ok(['not_authenticated', 'token_invalid'].includes(answer.body.code), value);
  }
  for (const token of ['x', 'a.b.c', '..', user.token.slice(0, -1), `${user.token}x`, user.refresh_token, 'x'.repeat(5000)]) {
    refusedToken(await server.get('/api/me', {token}), 'token_invalid');
  }
  const twice = await raw(`GET /api/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.token}\r\nAuthorization: Bearer ${user.token}\r\n\r\n`);
  assert.ok([400, 401].includes(twice.status), String(twice.status));
});

test('somebody who is not an administrator is 403 on administrators\' routes', async () => {
  for (const [method, path] of [['GET', '/api/users'], ['GET', `/api/users/${admin.id}`], ['PATCH', `/api/users/${user.id}`],
    ['PUT', `/api/users/${user.id}`], ['DELETE', `/api/users/${user.id}`]]) {
    problem(await server.request(method, path, {token: user.token, body: /P/.test(method) ? {role: 'admin'} : undefined}), 403, 'forbidden');
  }
  assert.equal(success(await server.get('/api/me', user)).role, 'user');
});

test('wrong code and unknown email are one and the same answer', async () => {
  const email = newAddress();
  success(await server.post('/api/auth/signup', {email, password}), 201);
  const code = await server.code(email);
  const wrong = await server.post('/api/auth/verify', {email, code: code === '000000' ? '000001' : '000000'});
  const unknown = await server.post('/api/auth/verify', {email: newAddress(), code: '000000'});
  const verified = await server.post('/api/auth/verify', {email: user.email, code: '000000'});
  problem(wrong, 400, 'invalid_code', 'Invalid or expired code');
  assert.deepEqual(unknown.body, wrong.body);
  assert.deepEqual(verified.body, wrong.body);
});

test('a spent or unknown refresh token is 401', async () => {
  for (const token of ['x', 'A'.repeat(43), user.token, '']) {
    const answer = await server.post('/api/auth/refresh', {refresh_token: token});
    if (token === '') assert.ok([400, 401].includes(answer.status));
    else problem(answer, 401, 'token_invalid');
  }
});

test('an administrator cannot leave the service without one', async () => {
  const alone = await startServer();
  try {
    const only = await makeAdmin(alone);
    const path = `/api/users/${only.id}`;
    problem(await alone.patch(path, {role: 'user'}, only), 409, 'last_admin');
    problem(await alone.patch(path, {is_active: false}, only), 409, 'last_admin');
    problem(await alone.delete(path, only), 409, 'last_admin');
    problem(await alone.delete('/api/me', {token: only.token, body: {password}}), 409, 'last_admin');
    const second = await makeAdmin(alone);
    success(await alone.delete(path, second), 204);
    problem(await alone.patch(`/api/users/${second.id}`, {role: 'user'}, second), 409, 'last_admin');
  } finally {
    await alone.stop();
  }
});

test('an address that is taken is 409 in an administrator\'s change', async () => {
  const other = await makeUser(server);
  problem(await server.patch(`/api/users/${user.id}`, {email: other.email.toUpperCase()}, admin), 409, 'email_taken');
});

test('a version that has moved on is 412', async () => {
  const before = await server.get(`/api/users/${user.id}`, admin);
  const stale = {'If-Match': before.headers.get('etag')};
  success(await server.patch(`/api/users/${user.id}`, {first_name: 'One'}, {...admin, headers: stale}));
  problem(await server.patch(`/api/users/${user.id}`, {first_name: 'Two'}, {...admin, headers: stale}), 412, 'version_conflict');
  success(await server.patch(`/api/users/${user.id}`, {first_name: 'Three'}, {...admin, headers: {'If-Match': '*'}}));
});

test('a flood of logins is 503 with Retry-After when the queue of hashes is full, and /api/me goes on', async () => {
  const small = await startServer({env: {HASHING_QUEUE: '1', HASHING_THREADS: '1'}});
  try {
    const person = await makeUser(small);
    const {access_token: token} = await logIn(small, person);
    const flood = Array.from({length: 40}, () => small.post('/api/auth/login', person));
    success(await small.get('/api/me', {token}));
    const answers = await Promise.all(flood);
    for (const answer of answers.filter(({status}) => status !== 200)) problem(answer, 503, 'unavailable');
    assert.ok(answers.some(({status}) => status === 503) && answers.some(({status}) => status === 200));
    success(await small.post('/api/auth/login', person));
  } finally {
    await small.stop();
  }
});

test('what is not HTTP, or two requests in one, is refused', async () => {
  for (const bytes of ['nonsense\r\n\r\n', 'GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n',
    'GET /healthz HTTP/1.1\r\n\r\n', 'GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n', 'GET /healthz HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n',
    rawPost('/api/auth/login', '{}', 'Content-Length: 3\r\n'), rawPost('/api/auth/login', '{}', 'Transfer-Encoding: chunked\r\n'),
    'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n']) {
    const answer = await raw(bytes, {half: true});
    assert.ok(answer.status >= 400 && answer.status < 600 && answer.status !== 500, `${JSON.stringify(bytes)}: ${answer.status}`);
    assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
  }
});

test('a client that stops in the middle harms nobody', async () => {
  const socket = connect(server.port, '127.0.0.1');
  await new Promise((go) => socket.once('connect', go));
  socket.write('POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"em');
  success(await server.get('/api/me', user));
  socket.destroy();
  success(await server.get('/api/me', user));
});

test('nothing that went wrong above was a fault of the server', async () => {
  const metrics = await server.get('/metrics', {token: operatorToken});
  assert.doesNotMatch(metrics.text, /^\w*requests\w*\{[^}]*(status|code)="500"[^}]*\} [1-9]/m);
  assert.equal(server.child.exitCode, null);
  for (const secret of [password, user.token, user.refresh_token]) assert.ok(!server.log().includes(secret), 'a secret is in the log');
  assert.notEqual(await freePort(), server.port);
});
