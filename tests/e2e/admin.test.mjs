// What an administrator's screens rely on: pages, filters, versions, caching, and changes that take effect
// at once.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {badFields, isUser, problem, stopped, success} from './expect.mjs';
import {logIn, makeAdmin, makeLoggedIn, makeUser, newAddress, password, startServer} from './support.mjs';

let server, admin;
before(async () => {
  server = await startServer();
  admin = await makeAdmin(server);
  // 23 with one surname, so that searches have a set of their own; three of them administrators, four
  // disabled.
  for (let i = 0; i < 23; ++i) await makeUser(server, {first_name: `N${i}`, last_name: 'Walker'});
  const found = success(await server.get('/api/users?search=walker&page_size=100', admin)).results;
  for (const user of found.slice(0, 3)) success(await server.patch(`/api/users/${user.id}`, {role: 'admin'}, admin));
  for (const user of found.slice(3, 7)) success(await server.patch(`/api/users/${user.id}`, {is_active: false}, admin));
});
after(() => server?.stop());

const list = async (query) => success(await server.get(`/api/users${query}`, admin));

/** Follows `direction` from a page to the end; relative and absolute links alike. */
async function walk(start, direction) {
  const pages = [];
  for (let link = start; link !== null;) {
    const {pathname, search} = new URL(link, server.base);
    assert.equal(new URL(link, server.base).host, new URL(server.base).host);
    const page = await list(search);
    assert.equal(pathname.replace(/\/$/, ''), '/api/users');
    pages.push(page);
    link = page[direction];
    assert.ok(pages.length < 50, 'the links go round in a circle');
  }
  return pages;
}

test('a list is count, next, previous and ten users', async () => {
  const page = await list('');
  assert.deepEqual(Object.keys(page).sort(), ['count', 'next', 'previous', 'results']);
  assert.equal(page.count, 24);
  assert.equal(page.results.length, 10);
  assert.equal(page.previous, null);
  page.results.forEach((user) => isUser(user));
});

test('following next meets every user once, and previous leads back the same way', async () => {
  const forwards = await walk('/api/users?search=walker&page_size=5', 'next');
  assert.deepEqual(forwards.map((page) => page.results.length), [5, 5, 5, 5, 3]);
  const ids = forwards.flatMap((page) => page.results.map((user) => user.id));
  assert.equal(new Set(ids).size, 23);
  const backwards = await walk(forwards.at(-2).next, 'previous');
  assert.deepEqual(backwards.reverse().flatMap((page) => page.results.map((user) => user.id)), ids);
});

test('pages by number are the pages by link', async () => {
  const [linked, numbered] = [await walk('/api/users?page_size=7', 'next'), []];
  for (let page = 1; page <= linked.length; ++page) numbered.push(await list(`?page_size=7&page=${page}`));
  assert.deepEqual(numbered.map((page) => page.results), linked.map((page) => page.results));
  problem(await server.get(`/api/users?page_size=7&page=${linked.length + 1}`, admin), 404, 'not_found', 'Invalid page.');
});

test('walking goes on where it was when users come and go meanwhile', async () => {
  const first = await list('?search=walker&page_size=10');
  const extra = await makeUser(server, {last_name: 'Walker'});
  const {search} = new URL(first.next, server.base);
  const second = await list(search);
  const seen = new Set(first.results.map((user) => user.id));
  assert.ok(second.results.every((user) => !seen.has(user.id)));
  const [{id}] = (await list(`?search=${encodeURIComponent(extra.email)}`)).results;
  success(await server.delete(`/api/users/${id}`, admin), 204);
});

test('lists are ordered as asked, and by date_joined otherwise', async () => {
  const keys = {date_joined: (user) => user.date_joined, email: (user) => user.email.toLowerCase(), last_login: (user) => user.last_login ?? ''};
  for (const [name, key] of Object.entries(keys)) {
    for (const sign of ['', '-']) {
      const pages = await walk(`/api/users?ordering=${sign}${name}&page_size=9`, 'next');
      const values = pages.flatMap((page) => page.results.map(key));
      const sorted = [...values].sort();
      assert.deepEqual(values, sign ? sorted.reverse() : sorted, sign + name);
      assert.equal(values.length, 24);
    }
  }
  assert.deepEqual((await list('?page_size=100')).results, (await list('?page_size=100&ordering=date_joined')).results);
});

test('a search takes the full name, and letter case of every script', async () => {
  await makeUser(server, {first_name: 'Zo\u00cb', last_name: 'Lovelace'});
  await makeUser(server, {first_name: '\u0401\u0436\u0438\u043a', last_name: 'Lovelace'});
  for (const [search, count] of [['Zo\u00eb Love', 1], ['zoe\u0308', 1], ['ZO\u00cb lovelace', 1], ['\u0451\u0436\u0418', 1], ['N7 Walker', 1], ['n7 walk', 1],
    [' n7 walker ', 1], ['walkern7', 0], ['lovelace zo', 0]]) {
    assert.equal((await list(`?search=${encodeURIComponent(search)}`)).count, count, search);
  }
});

test('booleans of a query are true or false in any letter case, or 1 or 0', async () => {
  for (const [yes, no] of [['true', 'false'], ['True', 'False'], ['TRUE', 'FALSE'], ['1', '0']]) {
    assert.equal((await list(`?search=walker&is_active=${yes}`)).count, 19, yes);
    assert.equal((await list(`?search=walker&is_active=${no}`)).count, 4, no);
  }
});

test('page=last is the last page, with links as its number has them', async () => {
  const last = await list('?search=walker&page_size=10&page=last');
  assert.deepEqual(last, await list('?search=walker&page_size=10&page=3'));
  assert.equal(last.results.length, 3);
  assert.equal(last.next, null);
  assert.match(last.previous, /page=2&/);
  assert.equal((await list('?search=nobody-has-this&page=last')).count, 0);
});

test('page_size=0 is the usual size of a page', async () => {
  assert.equal((await list('?search=walker&page_size=0')).results.length, 10);
});

test('administrators see the A-label of an address that only looks like another', async () => {
  const user = await makeUser(server);
  const [{id}] = (await list(`?search=${encodeURIComponent(user.email)}`)).results;
  const email = 'ceo@\u0435xample.com';
  const changed = success(await server.patch(`/api/users/${id}`, {email}, admin));
  assert.equal(changed.email, email);
  assert.equal(changed.email_ascii, 'ceo@xn--xample-2of.com');
  assert.deepEqual((await list(`?search=${encodeURIComponent('ceo@xn--')}`)).results.map((found) => found.email_ascii), [changed.email_ascii]);
  assert.equal((await list(`?search=${encodeURIComponent('ceo@example.com')}`)).count, 0);
  assert.equal(success(await server.get('/api/me', admin)).email_ascii, undefined);
});

test('a search that more match than are counted has no count, and pages all the same', async () => {
  const short = await startServer({env: {LIST_COUNTED_MATCHES: '3'}});
  try {
    const who = await makeAdmin(short);
    for (let i = 0; i < 5; ++i) await makeUser(short, {first_name: 'Counted'});
    const get = async (query) => success(await short.get(`/api/users${query}`, who));
    const first = await get('?search=counted&page_size=2');
    assert.equal(first.count, null);
    assert.equal(first.results.length, 2);
    const third = await get('?search=counted&page_size=2&page=3');
    assert.equal(third.results.length, 1);
    assert.equal(third.next, null);
    problem(await short.get('/api/users?search=counted&page_size=2&page=4', who), 404, 'not_found', 'Invalid page.');
    const last = await get('?search=counted&page_size=2&page=last');
    assert.equal(last.count, 5);
    assert.deepEqual(last.results, third.results);
    assert.equal((await get('?page_size=2')).count, 6);
  } finally {
    await short.stop();
  }
});

test('lists are filtered by search, role, is_verified and is_active, together', async () => {
  assert.equal((await list('?search=WALKER')).count, 23);
  assert.equal((await list('?search=walker&role=admin')).count, 3);
  assert.equal((await list('?search=walker&is_active=false')).count, 4);
  assert.equal((await list('?search=walker&is_active=true&role=user')).count, 16);
  const email = newAddress('pending');
  success(await server.post('/api/auth/signup', {email, password}), 201);
  assert.deepEqual((await list('?is_verified=false')).results.map((user) => user.email), [email]);
  assert.equal((await list('?search=n7')).results[0].first_name, 'N7');
  assert.equal((await list('?search=nobody-has-this')).count, 0);
  // What SQL would take for a pattern is a plain character here.
  for (const plain of ['%25', '_', '%27', '%5C', '%22', '*']) {
    assert.equal((await list(`?search=wal${plain}ker`)).count, 0, plain);
  }
  const [{id}] = (await list('?is_verified=false')).results;
  success(await server.delete(`/api/users/${id}`, admin), 204);
});

test('a list comes from the cache until any user changes', async () => {
  const query = '/api/users?search=walker&page_size=4';
  const cacheOf = async () => (await server.get(query, admin)).headers.get('x-cache');
  const changes = {
    'a sign-up': async () => success(await server.post('/api/auth/signup', {email: newAddress('cache'), password}), 201),
    'a change': async () => {
      const [user] = (await list('?search=walker&page_size=1')).results;
      success(await server.patch(`/api/users/${user.id}`, {first_name: 'Changed'}, admin));
    },
    'a deletion': async () => {
      const [user] = (await list('?is_verified=false')).results;
      success(await server.delete(`/api/users/${user.id}`, admin), 204);
    },
    'a person\'s own change': async () => {
      const user = await makeLoggedIn(server);
      await cacheOf();
      success(await server.patch('/api/me', {first_name: 'Own'}, user));
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    await cacheOf();
    assert.equal(await cacheOf(), 'hit', `before ${what}`);
    await change();
    assert.equal(await cacheOf(), 'miss', `after ${what}`);
  }
});

test('a list that has not changed is 304', async () => {
  const first = await server.get('/api/users?page_size=3', admin);
  const etag = first.headers.get('etag');
  assert.match(etag, /^(W\/)?"[^"]+"$/);
  const headers = {'If-None-Match': etag};
  const again = await server.get('/api/users?page_size=3', {...admin, headers});
  assert.equal(again.status, 304);
  assert.equal(again.text, '');
  assert.equal(again.headers.get('etag'), etag);
  assert.equal((await server.get('/api/users?page_size=3', {...admin, headers: {'If-None-Match': `"x", ${etag}`}})).status, 304);
  await makeUser(server);
  assert.equal((await server.get('/api/users?page_size=100', {...admin, headers})).status, 200);
  problem(await server.get('/api/users?page_size=3', {headers}), 401, 'not_authenticated');
});

test('a change with If-Match is made to the version that was read, or not at all', async () => {
  const user = await makeUser(server);
  const [{id}] = (await list(`?search=${encodeURIComponent(user.email)}`)).results;
  const path = `/api/users/${id}`;
  const read = await server.get(path, admin);
  const etag = read.headers.get('etag');
  assert.match(etag, /^"[^"]+"$/);
  const changed = await server.patch(path, {first_name: 'First'}, {...admin, headers: {'If-Match': etag}});
  success(changed);
  assert.notEqual(changed.headers.get('etag'), etag);
  problem(await server.patch(path, {first_name: 'Second'}, {...admin, headers: {'If-Match': etag}}), 412, 'version_conflict');
  problem(await server.delete(path, {...admin, headers: {'If-Match': etag}}), 412, 'version_conflict');
  assert.equal(success(await server.get(path, admin)).first_name, 'First');

  const race = await Promise.all(Array.from({length: 8}, (_, i) =>
    server.patch(path, {first_name: `R${i}`}, {...admin, headers: {'If-Match': changed.headers.get('etag')}})));
  assert.deepEqual(race.map((answer) => answer.status).sort(), [200, 412, 412, 412, 412, 412, 412, 412]);
});

test('a change is made whole or not at all', async () => {
  const user = await makeLoggedIn(server);
  const path = `/api/users/${user.id}`;
  badFields(await server.patch(path, {first_name: 'Good', email: 'bad'}, admin), 'email');
  badFields(await server.patch(path, {first_name: 'Good', password: 'new password 1'}, admin), 'password');
  const other = await makeUser(server);
  problem(await server.patch(path, {first_name: 'Good', email: other.email}, admin), 409, 'email_taken');
  assert.equal(success(await server.get(path, admin)).first_name, '');
});

test('an administrator gives an address to whom it belongs, whoever signed up with it', async () => {
  const user = await makeLoggedIn(server);
  const email = newAddress('wanted');
  success(await server.post('/api/auth/signup', {email, password: 'a stranger\'s choice'}), 201);
  const code = await server.code(email);
  const changed = success(await server.patch(`/api/users/${user.id}`, {email: email.toUpperCase()}, admin));
  assert.equal(changed.id, user.id);
  assert.equal((await list(`?search=${email}`)).count, 1);
  problem(await server.post('/api/auth/verify', {email, code}), 400, 'invalid_code');
  problem(await server.post('/api/auth/login', {email, password: 'a stranger\'s choice'}), 401, 'invalid_credentials');
  await logIn(server, {email});
});

test('what an administrator does to an account stops its tokens at once', async () => {
  const changes = {
    disabled: [{is_active: false}, null],
    'no longer verified': [{is_verified: false}, null],
    'given another address': [{email: newAddress('moved')}, null],
  };
  for (const [what, [patch]] of Object.entries(changes)) {
    const user = await makeLoggedIn(server);
    success(await server.get('/api/me', user));
    success(await server.patch(`/api/users/${user.id}`, patch, admin));
    await stopped(server, user);
    problem(await server.post('/api/auth/refresh', {refresh_token: user.refresh_token}), 401, 'token_invalid');
    assert.ok(what);
  }
  // Another role is no reason to type a password again, only to fetch a token that says so.
  const promoted = await makeLoggedIn(server);
  success(await server.patch(`/api/users/${promoted.id}`, {role: 'admin'}, admin));
  await stopped(server, promoted);
  const renewed = success(await server.post('/api/auth/refresh', {refresh_token: promoted.refresh_token}));
  assert.equal(success(await server.get('/api/me', {token: renewed.access_token})).role, 'admin');
  const deleted = await makeLoggedIn(server);
  success(await server.delete(`/api/users/${deleted.id}`, admin), 204);
  await stopped(server, deleted);
  problem(await server.post('/api/auth/refresh', {refresh_token: deleted.refresh_token}), 401, 'token_invalid');
});

test('a demoted administrator is an ordinary user after the next login', async () => {
  const second = await makeAdmin(server);
  success(await server.get('/api/users', second));
  success(await server.patch(`/api/users/${second.id}`, {role: 'user'}, admin));
  await stopped(server, second, '/api/users');
  const {access_token: token} = await logIn(server, second);
  problem(await server.get('/api/users', {token}), 403, 'forbidden');
});

test('of administrators who remove each other at the same moment, one stays', async () => {
  const alone = await startServer();
  try {
    for (let round = 0; round < 5; ++round) {
      const admins = [await makeAdmin(alone), await makeAdmin(alone)];
      const before = success(await alone.get('/api/users?role=admin&page_size=100', admins[0])).results;
      for (const {id} of before.filter((user) => !admins.some((one) => one.id === user.id))) {
        success(await alone.delete(`/api/users/${id}`, admins[0]), 204);
      }
      await Promise.all([
        alone.patch(`/api/users/${admins[1].id}`, {is_active: false}, admins[0]),
        alone.patch(`/api/users/${admins[0].id}`, {role: 'user'}, admins[1]),
      ]);
      const left = await Promise.all(admins.map((one) => alone.post('/api/auth/login', {email: one.email, password})
        .then((answer) => answer.status === 200 && alone.get('/api/users', {token: answer.body.access_token}))));
      assert.equal(left.filter((answer) => answer && answer.status === 200).length, 1, `round ${round}`);
    }
  } finally {
    await alone.stop();
  }
});
