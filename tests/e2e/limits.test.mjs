// Rate limits: what is counted, for whom, and that they cannot be got round by what a client varies.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {problem, success} from './expect.mjs';
import {inProduction, logIn, makeUser, newAddress, password, startServer} from './support.mjs';

let server;
// The test itself stands for a trusted proxy, so that it can come from many addresses.
before(async () => (server = await startServer({env: {RATE_LIMITS_ENABLED: 'true', TRUSTED_PROXIES: '127.0.0.1/32'}})));
after(() => server?.stop());

let host = 0;
const newClient = () => ({'X-Forwarded-For': `198.51.${Math.floor(++host / 250)}.${host % 250 + 1}`});
const loginFrom = (headers, email, secret = password) => server.post('/api/auth/login', {email, password: secret}, {headers});

async function personFrom(headers) {
  const email = newAddress();
  success(await server.post('/api/auth/signup', {email, password}, {headers}), 201);
  success(await server.post('/api/auth/verify', {email, code: await server.code(email)}, {headers}));
  return email;
}

test('ten failed logins of an account, then 429 for it, however its address is written', async () => {
  const email = await personFrom(newClient());
  for (let i = 0; i < 10; ++i) {
    const spelled = i % 2 ? email.toUpperCase() : email;
    problem(await loginFrom(newClient(), spelled, 'wrong password 1'), 401, 'invalid_credentials');
  }
  const limited = await loginFrom(newClient(), email, 'wrong password 1');
  problem(limited, 429, 'rate_limited');
  problem(await loginFrom(newClient(), email), 429, 'rate_limited');
});

test('an unknown account is limited like a known one', async () => {
  const email = newAddress();
  for (let i = 0; i < 10; ++i) problem(await loginFrom(newClient(), email, 'wrong password 1'), 401, 'invalid_credentials');
  problem(await loginFrom(newClient(), email, 'wrong password 1'), 429, 'rate_limited');
});

test('the owner still logs in from an address that has logged in before', async () => {
  const home = newClient();
  const email = await personFrom(home);
  success(await loginFrom(home, email));
  for (let i = 0; i < 10; ++i) problem(await loginFrom(newClient(), email, 'wrong password 1'), 401, 'invalid_credentials');
  problem(await loginFrom(newClient(), email), 429, 'rate_limited');
  success(await loginFrom(home, email));
});

test('a right login clears what bars the account, not what a wrong password is answered', async () => {
  const home = newClient();
  const email = await personFrom(home);
  let failed = 0;
  for (let round = 0; round < 3; ++round) {
    for (let i = 0; i < 9; ++i) {
      const answer = await loginFrom(home, email, 'wrong password 1');
      if (++failed <= 10) problem(answer, 401, 'invalid_credentials');
      else problem(answer, 429, 'rate_limited');
    }
    success(await loginFrom(home, email));
  }
});

test('an own right login does not clear the address\'s limit', async () => {
  const attacker = newClient();
  const own = await personFrom(attacker);
  let last;
  for (let i = 0; i < 101; ++i) {
    last = i % 5 ? await loginFrom(attacker, newAddress('victim'), 'wrong password 1') : await loginFrom(attacker, own);
    if (last.status === 429) break;
    assert.ok([200, 401].includes(last.status));
  }
  problem(last, 429, 'rate_limited');
});

test('sign-ups, codes and verifications of an address are limited', async () => {
  const limits = [
    [20, (headers) => server.post('/api/auth/signup', {email: newAddress(), password}, {headers}), 201],
    [20, (headers) => server.post('/api/auth/resend-code', {email: newAddress()}, {headers}), 200],
    [60, (headers) => server.post('/api/auth/verify', {email: newAddress(), code: '123456'}, {headers}), 400],
  ];
  for (const [limit, ask, status] of limits) {
    const client = newClient();
    for (let i = 0; i < limit; ++i) assert.equal((await ask(client)).status, status);
    problem(await ask(client), 429, 'rate_limited');
    assert.equal((await ask(newClient())).status, status);
  }
});

test('IPv6 clients are counted by /64', async () => {
  const from = (last) => ({'X-Forwarded-For': `2001:db8:1:2::${last}`});
  for (let i = 1; i <= 20; ++i) {
    success(await server.post('/api/auth/resend-code', {email: newAddress()}, {headers: from(i.toString(16))}));
  }
  problem(await server.post('/api/auth/resend-code', {email: newAddress()}, {headers: from('ffff')}), 429, 'rate_limited');
});

test('one address is one client however it is written', async () => {
  const spellings = [
    ['203.0.113.9', '::ffff:203.0.113.9', '::FFFF:cb00:7109', '0:0:0:0:0:ffff:203.0.113.9'],
    ['2001:db8:9:9::1', '2001:DB8:9:9::1', '2001:0db8:0009:0009:0000:0000:0000:0001', '2001:db8:9:9:0:0:0:1'],
  ];
  for (const address of spellings) {
    const ask = (i) => server.post('/api/auth/resend-code', {email: newAddress()}, {headers: {'X-Forwarded-For': address[i % address.length]}});
    for (let i = 0; i < 20; ++i) success(await ask(i));
    for (let i = 0; i < address.length; ++i) problem(await ask(i), 429, 'rate_limited');
  }
});

test('one account is one account to its limit however its domain is written', async () => {
  const name = newAddress('folded').split('@')[0];
  const spellings = ['b\u00fccher.example', 'bu\u0308cher.example', 'B\u00dcCHER.example', 'xn--bcher-kva.example', 'XN--BCHER-KVA.EXAMPLE']
      .flatMap((domain) => [`${name}@${domain}`, `${name.toUpperCase()}@${domain}`]);
  for (const email of spellings) problem(await loginFrom(newClient(), email, 'wrong password 1'), 401, 'invalid_credentials');
  for (const email of spellings) problem(await loginFrom(newClient(), email, 'wrong password 1'), 429, 'rate_limited');
});

test('any other route is 600 a minute for a user', async () => {
  const home = newClient();
  const {access_token: token} = await logInFrom(home);
  let limited = 0;
  for (let i = 0; i < 650 && limited === 0; i += 50) {
    const answers = await Promise.all(Array.from({length: 50}, () => server.get('/api/me', {token, headers: newClient()})));
    limited = answers.filter((answer) => answer.status === 429).length;
    if (limited) problem(answers.find((answer) => answer.status === 429), 429, 'rate_limited');
  }
  assert.ok(limited > 0);
});

async function logInFrom(headers) {
  return success(await loginFrom(headers, await personFrom(headers)));
}

// Behind nginx the test's own address is that of a trusted proxy.
test('X-Forwarded-For of somebody who is not a trusted proxy counts for nothing', {skip: inProduction}, async () => {
  const direct = await startServer({env: {RATE_LIMITS_ENABLED: 'true'}});
  try {
    let last;
    for (let i = 0; i < 21; ++i) last = await direct.post('/api/auth/resend-code', {email: newAddress()}, {headers: newClient()});
    problem(last, 429, 'rate_limited');
  } finally {
    await direct.stop();
  }
});

test('RATE_LIMITS_ENABLED=false turns them off', async () => {
  const open = await startServer();
  try {
    const user = await makeUser(open);
    for (let i = 0; i < 25; ++i) success(await open.post('/api/auth/resend-code', {email: newAddress()}));
    for (let i = 0; i < 12; ++i) await open.post('/api/auth/login', {email: user.email, password: 'wrong password 1'});
    assert.ok((await logIn(open, user)).access_token);
  } finally {
    await open.stop();
  }
});
