// A crowd of slow and idle connections, and a storm of logins: what others see meanwhile. The figures are
// printed; the short run judges what is no time: who was answered, who was cut, what memory was taken.
// COFFEEAUTH_OVERLOAD=long holds 10,000 connections and judges the ratios, too, by medians of rounds.
import assert from 'node:assert/strict';
import {connect} from 'node:net';
import {after, before, test} from 'node:test';
import {problem, success} from './expect.mjs';
import {ask, footprint, hold, latencies, percentile, storm} from './held.mjs';
import {makeLoggedIn, median, operatorToken, startProcess, until} from './support.mjs';

const long = process.env.COFFEEAUTH_OVERLOAD === 'long';
const held_in_all = long ? 10_000 : 2_000;
const room_left = 100;
const rounds = long ? 7 : 1;
// What a held connection may cost: its thread's stack, its buffers, and where it is written down.
const most_kib_each = 64;

let server, user;
before(async () => {
  server = await startProcess({env: {MAX_CONNECTIONS: String(held_in_all + room_left), LOG_LEVEL: 'warning'}});
  user = await makeLoggedIn(server);
});
after(() => server?.stop());

const fixed = (number) => number.toFixed(2);
const me = (lasting, options) => latencies(server.port, '/api/me', user.token, {lasting, ...options});
const nobody_held = () => until('the held connections to be gone', async () => {
  const {text} = await server.get('/metrics', {token: operatorToken});
  return Number(/^coffeeauth_http_connections (\d+)/m.exec(text)[1]) < room_left;
});

/** What a new connection that asks nothing is told before it gives up. */
const refusal = (localAddress) => new Promise((done) => {
  const socket = connect({port: server.port, host: '127.0.0.1', localAddress});
  let said = '';
  socket.on('data', (octets) => (said += octets)).on('error', () => {}).once('close', () => done(said));
  setTimeout(() => socket.destroy(), 2_000);
});

test(`${held_in_all} connections held, half dripping and half idle: everybody else is served, slow ones go`, async () => {
  await me(500);
  const quiet = [], crowded = [], fresh = {quiet: [], crowded: []};
  let before, meanwhile, figures;
  const statuses = {};
  for (let round = 0; round < rounds; ++round) {
    await nobody_held();
    quiet.push(percentile(await me(long ? 4_000 : 1_000), 0.99));
    fresh.quiet.push(percentile(await me(1_000, {kept: false}), 0.99));
    before ??= await footprint(server.child.pid);
    const held = await hold(server.port, {dripping: held_in_all / 2, idle: held_in_all / 2});
    // Longer than the head may take, so that it spans the end of all that drip, and those that follow them.
    crowded.push(percentile(await me(12_000), 0.99));
    fresh.crowded.push(percentile(await me(1_000, {kept: false}), 0.99));
    meanwhile = await footprint(server.child.pid);
    if (round === 0) await beyondTheCap();
    figures = await held.figures();
    for (const [status, count] of Object.entries(figures.dripping.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
    judge(figures);
    await held.release();
  }
  const ratios = crowded.map((p99, i) => p99 / quiet[i]);
  const each = (meanwhile.mib - before.mib) * 1024 / held_in_all;
  console.log(`# ${held_in_all} connections held: /api/me p99 ${fixed(median(quiet))} ms without, ${fixed(median(crowded))} ms with them: ` +
    `x ${fixed(median(ratios))} (of ${rounds}: ${ratios.map(fixed).join(', ')}); on new connections ` +
    `${fixed(median(fresh.quiet))} and ${fixed(median(fresh.crowded))} ms`);
  const ages = figures.dripping.ended;
  console.log(`# dripping heads ended: ${Object.entries(statuses).map(([status, count]) => `${count} by ${status}`).join(', ')}, ` +
    `after ${fixed(percentile(ages, 0) / 1000)} to ${fixed(percentile(ages, 1) / 1000)} s`);
  console.log(`# memory ${before.mib.toFixed(0)} MiB without, ${meanwhile.mib.toFixed(0)} MiB with ${meanwhile.threads} threads: ${each.toFixed(1)} KiB each`);
  assert.ok(each < most_kib_each, `${each} KiB a connection`);
  if (long) assert.ok(median(ratios) <= 2, `p99 is ${median(ratios)} times as long`);
});

/** Nothing but a deadline ended a connection, and those that drip do not outlive theirs by starting anew. */
function judge({idle, dripping}) {
  assert.equal(idle.open, held_in_all / 2);
  assert.equal(idle.ended.length, 0);
  assert.deepEqual(Object.keys(idle.statuses), ['200']);
  assert.ok(dripping.open > held_in_all / 2 * 0.8, `${dripping.open} drip`);
  assert.deepEqual(Object.keys(dripping.statuses), ['408']);
  assert.equal(dripping.statuses[408], dripping.ended.length);
  assert.ok(dripping.ended.length >= held_in_all / 2 * 0.9, `${dripping.ended.length} were ended`);
  assert.equal(idle.failed + dripping.failed, 0);
}

async function beyondTheCap() {
  const answers = await Promise.all(Array.from({length: 2 * room_left}, (_, i) => refusal(`127.0.2.${i + 1}`)));
  const refused = answers.filter((text) => text.startsWith('HTTP/1.1 503 '));
  assert.ok(refused.length >= room_left, `${refused.length} of ${answers.length} beyond the cap were refused`);
  for (const text of refused) assert.match(text, /\r\nRetry-After: [1-9]\d*\r\n/i);
  console.log(`# ${2 * room_left} connections beyond: ${refused.length} got 503 with Retry-After`);
}

/** Logins a second from `clients` that ask again as soon as they are answered. */
async function capacity(service, body, clients, lasting) {
  const until = performance.now() + lasting;
  let done = 0;
  await Promise.all(Array.from({length: clients}, async () => {
    while (performance.now() < until) if ((await ask(service.port, 'POST', '/api/auth/login', {body})).status === 200) ++done;
  }));
  return done / lasting * 1000;
}

test('ten times the logins that can be: 503 with Retry-After, and /api/me and the operator go on', async () => {
  const service = await startProcess({env: {MAX_CONNECTIONS_PER_ADDRESS: '2000', HASHING_QUEUE: '8', LOG_LEVEL: 'warning'}});
  try {
    const person = await makeLoggedIn(service);
    const login = {email: person.email, password: person.password};
    // Somebody else: so many logins end the oldest sessions of whoever has them.
    const other = await makeLoggedIn(service);
    const peak = await capacity(service, login, 8, long ? 3_000 : 1_000);
    const ratios = {me: [], metrics: []}, goodput = [], all = [];
    // What was measured while the machine did something else is no storm: then another round, with more.
    const hadBoth = () => all.some(({status}) => status === 200) && all.some(({status}) => status !== 200);
    for (let round = 0; round < (long ? 5 : 1) || (round < 6 && !hadBoth()); ++round) {
      const lasting = long ? 3_000 : 1_000;
      const look = async () => ({
        me: percentile(await latencies(service.port, '/api/me', other.token, {lasting}), 0.99),
        metrics: percentile(await latencies(service.port, '/metrics', operatorToken, {lasting}), 0.99),
      });
      const quiet = await look();
      const load = storm(service.port, login, 10 * peak * (long ? 1 : round + 1));
      const stormy = await look();
      success(await service.get('/readyz', {token: operatorToken}));
      const {answers, seconds} = await load.stop();
      all.push(...answers);
      goodput.push(answers.filter(({status}) => status === 200).length / seconds);
      for (const what of ['me', 'metrics']) ratios[what].push(stormy[what] / quiet[what]);
    }
    const refused = all.filter(({status}) => status !== 200);
    for (const {status, headers, text} of refused) {
      problem({status, text, headers: new Headers(headers), body: JSON.parse(text)}, 503, 'unavailable');
    }
    assert.ok(refused.length > 0 && refused.length < all.length);
    console.log(`# storm of ${(10 * peak).toFixed(0)} logins a second: ${all.length - refused.length} answered 200, ${refused.length} 503; ` +
      `goodput ${(100 * median(goodput) / peak).toFixed(0)} % of ${peak.toFixed(0)} a second; 503 after ${fixed(percentile(refused.map(({took}) => took), 0.5))} ms, ` +
      `p99 ${fixed(percentile(refused.map(({took}) => took), 0.99))} ms`);
    console.log(`# p99 under it: /api/me x ${fixed(median(ratios.me))}, /metrics x ${fixed(median(ratios.metrics))}`);
    success(await service.post('/api/auth/login', login));
    if (long) {
      assert.ok(median(goodput) >= 0.8 * peak, 'less than 80 % of the logins that can be');
      assert.ok(percentile(refused.map(({took}) => took), 0.5) < 100, 'a refusal takes 100 ms');
      assert.ok(median(ratios.me) <= 3, '/api/me is three times as slow');
    }
  } finally {
    await service.stop();
  }
});
