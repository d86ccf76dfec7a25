// What a service answers to one client from the sign-up to the end of the account, with what is drawn or told by the clock
// taken out. The fixture core_flow_before.json is what the last program before there were features answered, which a tree
// of commit 3af94ef8 gives anew:
//   node tests/e2e/contract/flow.mjs PROGRAM
import {spawn} from 'node:child_process';
import {pathToFileURL} from 'node:url';
import {decodeJwt, rfc3339, uuid7} from '../expect.mjs';
import {password, startProcess} from '../support.mjs';

const drawn = [
  [uuid7, '(id)'], [rfc3339, '(time)'], [/^ey[\w-]+\.[\w-]+\.[\w-]+$/, '(JWT)'], [/^[\w-]{32,}$/, '(random)'],
  [/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/, '(date)'], [/^"[\w+/=-]{16,}"$/, '"(tag)"'],
];
/** What only the name of its member tells from other words and numbers. */
const named = {kid: '(random)', jti: '(random)', iat: '(seconds)', exp: '(seconds)'};

function normalised(value, key) {
  if (key in named) return named[key];
  if (typeof value === 'string') {
    return drawn.find(([pattern]) => pattern.test(value))?.[1] ?? value.replace(/cursor=[\w-]{32,}/, 'cursor=(random)');
  }
  if (Array.isArray(value)) return value.map((one) => normalised(one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, normalised(one, name)]));
}

async function createAdmin(file, server, email) {
  const child = spawn(file, ['create-admin', '--email', email, '--password-stdin'], {cwd: server.dataDir, env: server.environment, stdio: ['pipe', 'ignore', 'ignore']});
  child.stdin.end(`${password}\n`);
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`create-admin: ${code}`);
}

/** The steps in order, by name: status, headers and body of each answer; of a login's the header and claims of its access token, too. */
export async function flow(file) {
  const server = await startProcess({program: file, env: {PUBLIC_URL: 'https://accounts.example.org'}});
  const steps = {};
  const step = async (name, method, path, options) => {
    const answer = await server.request(method, path, options);
    const headers = Object.fromEntries(answer.headers);
    // It follows from the body.
    if ('content-length' in headers) headers['content-length'] = '(length)';
    steps[name] = {
      request: `${method} ${path.replace(/[0-9a-f-]{36}/, '{id}')}`, status: answer.status, headers: normalised(headers),
      ...answer.body !== undefined && {body: normalised(answer.body)},
    };
    const access = answer.body?.access_token ?? answer.body?.access;
    if (access) steps[name].access_token = normalised(decodeJwt(access));
    return answer.body;
  };
  try {
    const email = 'ada@example.com', admin = 'admin@example.com';
    await step('signs up', 'POST', '/api/auth/signup', {body: {email, password, first_name: 'Ada', last_name: 'Lovelace'}});
    await step('wants another code', 'POST', '/api/auth/resend-code', {body: {email}});
    await step('verifies', 'POST', '/api/auth/verify', {body: {email, code: await server.code(email)}});
    const first = await step('logs in', 'POST', '/api/auth/login', {body: {email, password}});
    const second = await step('refreshes', 'POST', '/api/auth/refresh', {body: {refresh_token: first.refresh_token}});
    const third = await step('refreshes in the older form', 'POST', '/api/auth/refresh', {body: {refresh: second.refresh_token}});
    const ada = {token: third.access};
    await step('wants a login code', 'POST', '/api/auth/login-code', {body: {email, password}});
    const me = await step('sees the account', 'GET', '/api/me', ada);
    await step('changes the name', 'PATCH', '/api/me', {...ada, body: {first_name: 'Augusta Ada'}});
    await step('sees the sessions', 'GET', '/api/me/sessions', ada);
    await step('ends the other sessions', 'DELETE', '/api/me/sessions', ada);

    await createAdmin(file, server, admin);
    const boss = {token: (await step('an administrator logs in', 'POST', '/api/auth/login', {body: {email: admin, password}})).access_token};
    await step('lists users', 'GET', '/api/users?ordering=email', boss);
    await step('lists users by cursor', 'GET', '/api/users?ordering=email&page_size=1&cursor=', boss);
    await step('reads the user', 'GET', `/api/users/${me.id}`, boss);
    const changed = await step('changes the user', 'PATCH', `/api/users/${me.id}`, {...boss, body: {last_name: 'King'}});
    await step('replaces the user', 'PUT', `/api/users/${me.id}`, {...boss, body: {...changed, last_name: 'Lovelace'}});
    await step('makes the user an administrator', 'PATCH', `/api/users/${me.id}`, {...boss, body: {role: 'admin'}});

    const last = await step('refreshes with the new role', 'POST', '/api/auth/refresh', {body: {refresh_token: third.refresh}});
    await step('logs out', 'POST', '/api/auth/logout', {body: {refresh_token: last.refresh_token}});
    const again = await step('logs in again', 'POST', '/api/auth/login', {body: {email, password}});
    await step('deletes the account', 'DELETE', '/api/me', {token: again.access_token, body: {password}});
    await step('an administrator sees that', 'GET', `/api/users/${me.id}`, boss);
    for (const path of ['/.well-known/jwks.json', '/healthz']) await step(path, 'GET', path);
    return steps;
  } finally {
    await server.stop();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(JSON.stringify(await flow(process.argv[2]), null, 1));
