// Many connections held, or a storm of logins sent, by another process; and what a client beside them sees.
import {fork} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {Agent, request} from 'node:http';
import {join} from 'node:path';
import {here, running} from './support.mjs';

/** Holds `dripping` + `idle` connections to `port`; `figures()` tells how they fare. */
export async function hold(port, {dripping, idle}) {
  const holder = fork(join(here, 'hold_connections.mjs'), [port, dripping, idle].map(String));
  running.add(holder);
  const ended = new Promise((done) => holder.once('exit', done)).then(() => running.delete(holder));
  const heard = () => new Promise((done, fail) => {
    holder.once('message', done);
    ended.then(() => fail(new Error('the process that holds the connections has ended')));
  });
  await heard();
  return {
    figures() {
      holder.send('figures');
      return heard();
    },
    async release() {
      holder.disconnect();
      await ended;
    },
  };
}

/** Has `perSecond` logins sent until stopped; gives all answers. */
export function storm(port, {email, password}, perSecond) {
  const sender = fork(join(here, 'storm_logins.mjs'), [port, perSecond, email, password].map(String));
  running.add(sender);
  sender.once('exit', () => running.delete(sender));
  return {
    stop: () => new Promise((done, fail) => {
      sender.once('message', done).once('exit', () => fail(new Error('the process that sends the logins has ended')));
      sender.send('stop');
    }),
  };
}

export const percentile = (numbers, part) =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))];

/** One exchange over node's own HTTP client, which costs less than fetch. */
export const ask = (port, method, path, {agent, token, body} = {}) => new Promise((done, fail) => {
  const text = body && JSON.stringify(body);
  const headers = {...(token && {Authorization: `Bearer ${token}`}),
    ...(text && {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text)})};
  request({agent, port, method, path, host: '127.0.0.1', headers}, (answer) => {
    let said = '';
    answer.setEncoding('utf8').on('data', (part) => (said += part)).once('end', () => done({
      status: answer.statusCode, reason: answer.statusMessage, rawHeaders: answer.rawHeaders, headers: new Headers(answer.headers), text: said,
      get body() {
        return JSON.parse(said);
      },
    }));
  }).once('error', fail).end(text);
});

/** The milliseconds that GETs took, one after another for some time, on one kept connection or on a new one each. */
export async function latencies(port, path, token, {lasting, kept = true}) {
  const agent = new Agent({keepAlive: kept, maxSockets: 1});
  const took = [];
  const until = performance.now() + lasting;
  while (performance.now() < until) {
    const begun = performance.now();
    const {status} = await ask(port, 'GET', path, {agent, token});
    took.push(performance.now() - begun);
    if (status !== 200) throw new Error(`${path}: ${status}`);
  }
  agent.destroy();
  return took;
}

/** Resident memory and threads of a process. */
export async function footprint(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  return {mib: field('VmRSS') / 1024, threads: field('Threads')};
}
