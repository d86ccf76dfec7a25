// A mail server whose every answer a test can delay, refuse or hold back. What a client can expect of a real
// one is tried with mail_catcher.py.
import {createServer} from 'node:net';

const pause = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));

/**
 * `judge({verb, to, tries})` may give an answer of its own to a command and to the whole mail (`mail`), or a promise of one;
 * 'hang up' is one.
 * `away` is how long an octet takes in either direction, in milliseconds. `accepted` are the recipients in the order
 * of their 250; `tries` counts the RCPT of each.
 */
export async function startScriptedMailServer({judge = () => undefined, away = 0} = {}) {
  const accepted = [], tries = new Map(), sockets = new Set();
  let most = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    most = Math.max(most, sockets.size);
    socket.setNoDelay(true);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    let left = '', to, inData = false;
    // Answers go out in their order, each when it has come all the way.
    let queue = Promise.resolve();
    const say = (answer) => {
      queue = queue.then(async () => {
        const text = await answer;
        if (text === 'hang up') socket.destroy();
        else if (!socket.destroyed) socket.write(`${text}\r\n`);
      });
    };
    const answer = (verb, standard, then = () => {}) => say((async () => {
      await pause(2 * away);
      const said = await judge({verb, to, tries: tries.get(to)}) ?? standard;
      if (said.startsWith('2') && !socket.destroyed) then();
      return said;
    })());
    say(pause(away).then(() => '220 scripted ESMTP'));
    socket.setEncoding('latin1').on('data', (text) => {
      left += text;
      for (;;) {
        const end = left.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const line = left.slice(0, end);
        left = left.slice(end + (inData ? 5 : 2));
        if (inData) {
          inData = false;
          const whom = to;
          answer('mail', '250 taken', () => accepted.push(whom));
          continue;
        }
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === 'RCPT') {
          to = /<(.*)>/.exec(line)[1];
          tries.set(to, (tries.get(to) ?? 0) + 1);
          answer('RCPT', '250 well');
        } else if (verb === 'DATA') {
          inData = true;
          answer('DATA', '354 go on');
        } else {
          answer(verb, verb === 'EHLO' ? '250 scripted' : verb === 'QUIT' ? '221 bye' : '250 well');
        }
      }
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `smtp://127.0.0.1:${server.address().port}?security=none`,
    accepted, tries,
    connections: () => sockets.size,
    mostConnections: () => most,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
