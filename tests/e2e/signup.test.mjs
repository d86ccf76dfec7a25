// Sign-up and verification: no answer tells who has an account, nobody gets into somebody else's, and one
// code is spent once.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {badFields, problem, success} from './expect.mjs';
import {inProduction, makeAdmin, makeUser, newAddress, operatorToken, password, startServer, until} from './support.mjs';

let server;
// Without a pause between two mails, so that a test can ask for a second code.
before(async () => (server = await startServer({env: {CODE_RESEND_PAUSE: '0s', CODE_MAILS_PER_HOUR: '100', CODE_MAILS_PER_DAY: '100'}})));
after(() => server?.stop());

const signUp = (email, secret = password, more = {}) => server.post('/api/auth/signup', {email, password: secret, ...more});
const verify = (email, code, secret) =>
  server.post('/api/auth/verify', {email, code, ...(secret === undefined ? {} : {password: secret})});
const login = (email, secret = password) => server.post('/api/auth/login', {email, password: secret});
const otherCode = (code, by = 1) => String((Number(code) + by) % 1_000_000).padStart(6, '0');

/**
 * Signs up with each password; gives the last code. Mails that are sent at once come in any order, so the last
 * one is asked for when all others have come.
 */
async function signUpInTurn(service, email, secrets) {
  for (const [i, secret] of secrets.entries()) {
    if (i > 0 && i === secrets.length - 1) await service.code(email, {count: i});
    success(await service.post('/api/auth/signup', {email, password: secret}), 201);
  }
  return service.code(email, {count: secrets.length});
}

/** What was not mailed by then is not going to be. */
const everyMailIsSent = (service) => until('every mail to be sent', async () =>
  /^coffeeauth_outbox_pending 0$/m.test((await service.get('/metrics', {token: operatorToken})).text));

/** An answer without what may differ: the address, the times, the request's own id. */
const shape = (answer) => ({
  status: answer.status,
  headers: [...answer.headers.keys()].filter((name) => name !== 'date').sort(),
  body: {...answer.body, email: 'e', expires_at: 't'},
});

test('sign-up answers alike for a new, a pending and a verified address', async () => {
  const [fresh, pending] = [newAddress(), newAddress()];
  const verified = await makeUser(server);
  success(await signUp(pending), 201);
  const answers = [await signUp(fresh), await signUp(pending), await signUp(verified.email)];
  assert.deepEqual(shape(answers[1]), shape(answers[0]));
  assert.deepEqual(shape(answers[2]), shape(answers[0]));
  assert.deepEqual(answers.map((answer) => answer.body.email), [fresh, pending, verified.email]);
});

test('the owner of a verified address gets a mail without a code, and keeps the password', async () => {
  const owner = await makeUser(server, {first_name: 'Owner'});
  success(await signUp(owner.email, 'an intruder 99', {first_name: 'Intruder'}), 201);
  const notice = await until('the notice', async () => (await server.mails(owner.email)).find((mail) => !mail.code));
  assert.doesNotMatch(notice.text, /\b\d{6}\b/);
  problem(await login(owner.email, 'an intruder 99'), 400, 'email_not_verified');
  const {access_token: token} = success(await login(owner.email));
  assert.equal(success(await server.get('/api/me', {token})).first_name, 'Owner');
});

test('resend-code answers alike for unknown, pending and verified addresses, and mails the pending one only', async () => {
  const [unknown, pending] = [newAddress('unknown'), newAddress('pending')];
  const verified = await makeUser(server);
  success(await signUp(pending), 201);
  await server.code(pending);
  const before = (await server.mails(verified.email)).length;
  const answers = [];
  for (const email of [unknown, verified.email, pending]) answers.push(await server.post('/api/auth/resend-code', {email}));
  for (const answer of answers) {
    success(answer);
    assert.equal(answer.body.message, 'New verification code sent to your email.');
    assert.deepEqual(Object.keys(answer.body).sort(), ['email', 'expires_at', 'message']);
    assert.deepEqual(shape(answer), shape(answers[0]));
  }
  await server.code(pending, {count: 2});
  await everyMailIsSent(server);
  assert.equal((await server.mails(unknown)).length, 0);
  assert.equal((await server.mails(verified.email)).length, before);
});

test('a new code leaves the last one good, and makes the one before that worthless', async () => {
  for (const asked of [1, 2]) {
    const email = newAddress();
    success(await signUp(email), 201);
    const first = await server.code(email);
    for (let i = 1; i <= asked; ++i) {
      success(await server.post('/api/auth/resend-code', {email}));
      await server.code(email, {count: i + 1});
    }
    const fresh = await server.code(email, {count: asked + 1});
    if (asked === 1) success(await verify(email, first));
    if (asked === 2 && first !== fresh) problem(await verify(email, first), 400, 'invalid_code', 'Invalid or expired code');
    if (asked === 2) success(await verify(email, fresh));
  }
});

test('sign-up, then login with the same password: one answer, whether the address has an account', async () => {
  const taken = (await makeUser(server)).email;
  const fresh = newAddress();
  const answers = [];
  for (const email of [fresh, taken]) {
    for (const secret of ['a first attempt 1', 'a second attempt 2']) success(await signUp(email, secret), 201);
    for (const secret of ['a first attempt 1', 'a second attempt 2', 'never tried here 3']) answers.push(shape(await login(email, secret)));
  }
  assert.deepEqual(answers.slice(3), answers.slice(0, 3));
  assert.deepEqual(answers.map(({status}) => status), [400, 400, 401, 400, 400, 401]);
  success(await login(taken));
});

test('an administrator who verifies an address opens it to no stranger; its owner sets a password with a code', async () => {
  const admin = await makeAdmin(server);
  for (const strangers of [1, 2]) {
    const email = newAddress('ops');
    await signUpInTurn(server, email, Array.from({length: strangers}, (_, i) => `the stranger waits ${i}`));
    const [{id}] = success(await server.get(`/api/users?search=${encodeURIComponent(email)}`, admin)).results;
    badFields(await server.patch(`/api/users/${id}`, {role: 'admin'}, admin), 'role');
    badFields(await server.patch(`/api/users/${id}`, {role: 'admin', is_verified: true}, admin), 'role');
    assert.equal(success(await server.patch(`/api/users/${id}`, {is_verified: true}, admin)).is_verified, true);
    for (let i = 0; i < strangers; ++i) assert.notEqual((await login(email, `the stranger waits ${i}`)).status, 200);
    const code = await server.code(email, {count: strangers + 1});
    problem(await verify(email, code), 400, 'password_required');
    success(await verify(email, code, password));
    success(await login(email));
    for (let i = 0; i < strangers; ++i) assert.notEqual((await login(email, `the stranger waits ${i}`)).status, 200);
    success(await server.patch(`/api/users/${id}`, {role: 'admin'}, admin));
  }
});

test('a new address of a contested sign-up carries no password along', async () => {
  const admin = await makeAdmin(server);
  const [email, moved] = [newAddress(), newAddress('moved')];
  for (const secret of ['the first stranger 1', 'the second stranger 2']) success(await signUp(email, secret), 201);
  const [{id}] = success(await server.get(`/api/users?search=${encodeURIComponent(email)}`, admin)).results;
  success(await server.patch(`/api/users/${id}`, {email: moved}, admin));
  success(await server.patch(`/api/users/${id}`, {is_verified: true}, admin));
  problem(await login(moved, 'the first stranger 1'), 401, 'invalid_credentials');
  const code = await server.code(moved);
  problem(await verify(moved, code), 400, 'password_required');
  success(await verify(moved, code, password));
  success(await login(moved));
});

for (const room of ['1', '5', '20']) {
  test(`with PENDING_SIGN_UPS=${room} the owner's code never activates a stranger's password, and always the owner's`, async () => {
    const small = await startServer({env: {PENDING_SIGN_UPS: room, CODE_RESEND_PAUSE: '0s', CODE_MAILS_PER_HOUR: '100', CODE_MAILS_PER_DAY: '100'}});
    try {
      for (const ownerAt of [0, Number(room), -1]) {
        const email = newAddress();
        const code = await signUpInTurn(small, email,
          Array.from({length: Number(room) + 1}, (_, i) => i === ownerAt ? password : `the stranger waits ${i}`));
        problem(await small.post('/api/auth/verify', {email, code}), 400, 'password_required');
        success(await small.post('/api/auth/verify', {email, code, password}));
        success(await small.post('/api/auth/login', {email, password}));
        for (let i = 0; i <= Number(room); ++i) {
          assert.notEqual((await small.post('/api/auth/login', {email, password: `the stranger waits ${i}`})).status, 200);
        }
      }
    } finally {
      await small.stop();
    }
  });
}

test('what a stranger guesses and asks for from elsewhere keeps nobody unverified', {skip: inProduction}, async () => {
  const behind = await startServer({env: {TRUSTED_PROXIES: '127.0.0.1', CODE_RESEND_PAUSE: '0s'}});
  const from = (address) => ({headers: {'X-Forwarded-For': address}});
  try {
    const email = newAddress();
    success(await behind.post('/api/auth/signup', {email, password}, from('192.0.2.1')), 201);
    const code = await behind.code(email);
    for (let i = 1; i <= 60; ++i) {
      problem(await behind.post('/api/auth/verify', {email, code: otherCode(code, i)}, from('198.51.100.7')), 400, 'invalid_code');
      if (i % 5 === 0) success(await behind.post('/api/auth/resend-code', {email}, from('198.51.100.7')));
    }
    problem(await behind.post('/api/auth/verify', {email, code}, from('198.51.100.7')), 400, 'invalid_code');
    success(await behind.post('/api/auth/verify', {email, code}, from('192.0.2.1')));
  } finally {
    await behind.stop();
  }
});

test('a faster ask for a code is answered alike and sends nothing', async () => {
  const paced = await startServer();
  try {
    const [first, second] = [newAddress('first'), newAddress('second')];
    success(await paced.post('/api/auth/signup', {email: first, password}), 201);
    const code = await paced.code(first);
    for (let i = 0; i < 3; ++i) success(await paced.post('/api/auth/resend-code', {email: first}));
    success(await paced.post('/api/auth/signup', {email: first, password}), 201);
    success(await paced.post('/api/auth/signup', {email: second, password}), 201);
    await paced.code(second);
    await everyMailIsSent(paced);
    assert.equal((await paced.mails(first)).length, 1);
    success(await paced.post('/api/auth/verify', {email: first, code}));
  } finally {
    await paced.stop();
  }
});

test('the fifth wrong code kills it, also for the right digits; a new one works', async () => {
  const email = newAddress();
  success(await signUp(email), 201);
  const code = await server.code(email);
  for (let i = 1; i <= 5; ++i) problem(await verify(email, otherCode(code, i)), 400, 'invalid_code', 'Invalid or expired code');
  problem(await verify(email, code), 400, 'invalid_code', 'Invalid or expired code');
  success(await server.post('/api/auth/resend-code', {email}));
  success(await verify(email, await server.code(email, {count: 2})));
});

test('four wrong codes leave the right one good', async () => {
  const email = newAddress();
  success(await signUp(email), 201);
  const code = await server.code(email);
  for (let i = 1; i <= 4; ++i) problem(await verify(email, otherCode(code, i)), 400, 'invalid_code');
  success(await verify(email, code));
});

test('of 64 simultaneous right codes exactly one answers 200', async () => {
  for (let round = 0; round < 5; ++round) {
    const email = newAddress();
    success(await signUp(email), 201);
    const code = await server.code(email);
    const answers = await Promise.all(Array.from({length: 64}, () => verify(email, code)));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
    for (const answer of answers.filter(({status}) => status !== 200)) problem(answer, 400, 'invalid_code');
    success(await login(email));
  }
});

test('however many guess at once, five guesses are all they get', async () => {
  for (let round = 0; round < 3; ++round) {
    const email = newAddress();
    success(await signUp(email), 201);
    const code = await server.code(email);
    const answers = await Promise.all(Array.from({length: 64}, (_, i) => verify(email, otherCode(code, i + 1))));
    for (const answer of answers) problem(answer, 400, 'invalid_code');
    problem(await verify(email, code), 400, 'invalid_code');
  }
});

test('two sign-ups with the same password need the code alone', async () => {
  const email = newAddress();
  success(await signUp(email, password, {first_name: 'One'}), 201);
  success(await signUp(email, password, {first_name: 'Two'}), 201);
  success(await verify(email, await server.code(email, {count: 2})));
  success(await login(email));
});

test('contested: the code proves the mailbox, the password picks the sign-up', async () => {
  for (const ownerFirst of [true, false]) {
    const email = newAddress();
    const [owner, intruder] = ['the owner knows 1', 'the intruder waits 2'];
    for (const secret of ownerFirst ? [owner, intruder] : [intruder, owner]) success(await signUp(email, secret), 201);
    const code = await server.code(email, {count: 2});
    problem(await verify(email, code), 400, 'password_required');
    problem(await verify(email, otherCode(code)), 400, 'invalid_code');
    badFields(await verify(email, code, 'password'), 'password');
    success(await verify(email, code, owner));
    success(await login(email, owner));
    problem(await login(email, intruder), 400, 'email_not_verified');
    problem(await verify(email, code, intruder), 400, 'invalid_code');
  }
});

test('the code activates the password that comes with it, also one that nobody signed up with', async () => {
  for (const chosen of ['attempt number 1', 'attempt number 6', 'my own choice 47']) {
    const email = newAddress();
    const code = await signUpInTurn(server, email, Array.from({length: 6}, (_, i) => `attempt number ${i + 1}`));
    problem(await verify(email, otherCode(code), chosen), 400, 'invalid_code');
    success(await verify(email, code, chosen));
    success(await login(email, chosen));
    for (let i = 1; i <= 6; ++i) {
      if (`attempt number ${i}` !== chosen) assert.notEqual((await login(email, `attempt number ${i}`)).status, 200);
    }
  }
});

test('an address is one account however it is written', async () => {
  const email = newAddress('Mixed.Case');
  success(await signUp(email), 201);
  const code = await server.code(email);
  success(await verify(email.toLowerCase(), code));
  success(await login(email.toUpperCase()));
  const admin = await makeAdmin(server);
  const found = success(await server.get(`/api/users?search=${encodeURIComponent(email.toLowerCase())}`, admin));
  assert.deepEqual(found.results.map((user) => user.email), [email]);
});

test('of many simultaneous sign-ups for one address one account comes, and it works', async () => {
  const email = newAddress();
  const answers = await Promise.all(Array.from({length: 16}, () => signUp(email)));
  answers.forEach((answer) => success(answer, 201));
  await server.code(email);
  const admin = await makeAdmin(server);
  assert.equal(success(await server.get(`/api/users?search=${encodeURIComponent(email)}`, admin)).count, 1);
});

test('a person with the code and the wrong password of one sign-up gets in with the right one only', async () => {
  const email = newAddress();
  success(await signUp(email), 201);
  const code = await server.code(email);
  badFields(await verify(email, code, 12), 'password');
  success(await verify(email, code, password));
});

test('with SIGNUP_REVEALS_EXISTING a taken address is 409', async () => {
  const open = await startServer({env: {SIGNUP_REVEALS_EXISTING: 'true'}});
  try {
    const user = await makeUser(open);
    problem(await open.post('/api/auth/signup', {email: user.email, password}), 409, 'email_taken');
  } finally {
    await open.stop();
  }
});
