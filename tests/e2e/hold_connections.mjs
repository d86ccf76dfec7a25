// A process that holds many connections to a server and tells its parent how they fare: some idle after one
// request, some that send the head of a request an octet a second. Those that the server ends are opened anew,
// so that the number stays. Started by fork(); see held.mjs.
import {connect} from 'node:net';

const [port, dripping, idle] = process.argv.slice(2).map(Number);
const addresses = 50;
const opened_at_once = 250;
const drip_pause = 1000;

const kinds = {
  idle: {wanted: idle, open: new Set(), ended: [], statuses: {}, failed: 0},
  dripping: {wanted: dripping, open: new Set(), ended: [], statuses: {}, failed: 0},
};
let holding = true;
let serial = 0;

/** Opens one; settles when it stands: with the answer to its request, or with its first octets sent. */
function open(name) {
  const kind = kinds[name];
  const number = ++serial;
  return new Promise((done) => {
    // Linux has all of 127.0.0.0/8; so no limit for one address is in the way.
    const socket = connect({port, host: '127.0.0.1', localAddress: `127.0.1.${number % addresses + 1}`, noDelay: true});
    const slot = {socket, since: performance.now(), answered: false};
    socket.once('connect', () => {
      slot.since = performance.now();
      kind.open.add(slot);
      if (name === 'idle') {
        socket.write('GET /healthz HTTP/1.1\r\nHost: held\r\n\r\n');
      } else {
        socket.write('GET /api/me HTTP/1.1\r\nHost: held\r\nX-Slow: ');
        done();
      }
    });
    socket.on('data', (octets) => {
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(octets.toString('latin1'))?.[1] ?? 'garbage';
      kind.statuses[status] = (kind.statuses[status] ?? 0) + 1;
      done();
    });
    socket.on('error', () => ++kind.failed);
    socket.once('close', () => {
      done();
      if (!kind.open.delete(slot) || !holding) return;
      kind.ended.push(performance.now() - slot.since);
      open(name);
    });
  });
}

/** Each dripping one gets its octet once a second, all of them spread over that second. */
function drip() {
  let waiting = [];
  const step = 10;
  setInterval(() => {
    const due = Math.ceil(kinds.dripping.open.size * step / drip_pause);
    for (let i = 0; i < due; ++i) {
      if (waiting.length === 0) waiting = [...kinds.dripping.open];
      const {socket} = waiting.pop() ?? {};
      if (socket?.writable) socket.write('a');
    }
  }, step);
}

async function openAll() {
  const waiting = [...Array(idle).fill('idle'), ...Array(dripping).fill('dripping')];
  while (waiting.length > 0) await Promise.all(waiting.splice(-opened_at_once).map(open));
}

const figures = () => Object.fromEntries(Object.entries(kinds).map(
    ([name, {open: {size}, ended, statuses, failed}]) => [name, {open: size, ended, statuses, failed}]));

process.on('message', () => process.send(figures()));
process.on('disconnect', () => process.exit());
drip();
await openAll();
process.send('held');
