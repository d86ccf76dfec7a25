// A process that sends logins at a rate, whether or not they are answered, until its parent says stop; then tells
// how they were answered. Apart from its parent, so that what the parent measures is the server. See held.mjs.
import {Agent} from 'node:http';
import {ask} from './held.mjs';

const [port, perSecond, email, password] = process.argv.slice(2);
const agent = new Agent({keepAlive: true});
const answers = [], waiting = new Set();
const begun = performance.now();
let sent = 0;

const timer = setInterval(() => {
  for (const due = (performance.now() - begun) / 1000 * perSecond; sent < due; ++sent) {
    const since = performance.now();
    const one = ask(port, 'POST', '/api/auth/login', {agent, body: {email, password}}).then(({status, headers, text}) => answers.push(
        {status, took: performance.now() - since, ...(status !== 200 && {headers: [...headers], text})})).finally(() => waiting.delete(one));
    waiting.add(one);
  }
}, 5);

process.once('message', async () => {
  clearInterval(timer);
  const seconds = (performance.now() - begun) / 1000;
  await Promise.all(waiting);
  process.send({answers, seconds}, () => process.exit());
});
