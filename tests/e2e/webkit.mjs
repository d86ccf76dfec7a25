// WebKit for browsers.mjs: MiniBrowser below WebKitWebDriver, on a display of its own, which nobody sees.
//
// WebDriver says nothing of what goes wrong in a page, and what WebKit can write of its console it does not write in a
// session that keeps nothing, as every session of WebDriver is. So all it asks for goes through a proxy of ours. That
// keeps what was asked for and answered, lets nothing out but to the origin of the page, and puts a script of its own in
// front of each document that a page is made of, with its hash into the policy of that document, which holds as it is for
// everything else. The script writes down errors and warnings of the console, exceptions, and violations of the policy in
// the sessionStorage of the page, which outlives the document. What WebKit itself has to say on the console beside these
// (that a feature is old, or a directive of a policy unknown) is not told.
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {access, mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer, request as ask} from 'node:http';
import {join} from 'node:path';
import {Builder, Capabilities, Key} from 'selenium-webdriver';
import {freePort, running, temporaryFolder, until} from './support.mjs';

const store = 'e2e.faults';
const listener = `(() => {
  document.currentScript.remove();
  const note = (fault) => {
    const all = JSON.parse(sessionStorage.getItem('${store}') ?? '[]');
    sessionStorage.setItem('${store}', JSON.stringify([...all, fault]));
  };
  if (!sessionStorage.getItem('${store}')) sessionStorage.setItem('${store}', '[]');
  for (const kind of ['error', 'warn']) {
    const say = console[kind];
    console[kind] = (...words) => {
      note(kind + ': ' + words.map((word) => word?.stack ? word + ' ' + word.stack : String(word)).join(' ') + ' ' + location.href);
      say.apply(console, words);
    };
  }
  addEventListener('error', ({message, filename, lineno}) => message && note(message + ' ' + filename + ':' + lineno));
  addEventListener('unhandledrejection', ({reason}) => note('unhandled: ' + reason));
  addEventListener('securitypolicyviolation', ({violatedDirective, blockedURI, sourceFile, lineNumber}) =>
    note('policy: ' + violatedDirective + ' forbids ' + blockedURI + ' ' + sourceFile + ':' + lineNumber));
})();`;
const hash = `'sha256-${createHash('sha256').update(listener).digest('base64')}'`;

/** The same policy for everything but the listener. */
export function admitListener(policy) {
  const directives = policy.split(';').map((one) => one.trim()).filter(Boolean);
  const sources = (name) => directives.find((one) => one.toLowerCase().split(/\s+/)[0] === name)?.split(/\s+/).slice(1);
  const name = ['script-src-elem', 'script-src', 'default-src'].find(sources);
  // Where inline scripts may run, a hash would forbid all others.
  if (!name || sources(name).includes("'unsafe-inline'")) return policy;
  const admitted = [...sources(name).filter((source) => source !== "'none'"), hash].join(' ');
  const rest = directives.filter((one) => name === 'default-src' || one.toLowerCase().split(/\s+/)[0] !== name);
  return [...rest, `${name === 'default-src' ? 'script-src' : name} ${admitted}`].join('; ');
}

async function startProxy() {
  let origin, requests = [];
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url), entry = {method: incoming.method, url: url.href};
    requests.push(entry);
    const refuse = () => outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end();
    if (url.origin !== origin) return refuse();
    // As what it sends can be read.
    const {'accept-encoding': _, 'proxy-connection': __, ...headers} = incoming.headers;
    const isDocument = headers['sec-fetch-dest'] === 'document' || /text\/html/.test(headers.accept ?? '');
    const passed = ask(url, {method: incoming.method, headers}, (answer) => {
      entry.status = answer.statusCode;
      // Where no script may run, none has to be listened to.
      const sealed = /\bsandbox\b(?![^;]*allow-scripts)/.test(answer.headers['content-security-policy'] ?? '');
      if (!isDocument || sealed || !/^text\/html/.test(answer.headers['content-type'] ?? '')) {
        outgoing.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(outgoing);
        return;
      }
      const kept = {...answer.headers};
      for (const name of ['content-length', 'transfer-encoding', 'etag']) delete kept[name];
      const policy = kept['content-security-policy'];
      if (policy) kept['content-security-policy'] = admitListener(policy);
      let text = '';
      entry.hasListener = true;
      answer.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => {
        const front = /^(\s*<!doctype[^>]*>)?(\s*<html[^>]*>)?(\s*<head[^>]*>)?/i.exec(text)[0];
        const body = text && `${front}<script>${listener}</script>${text.slice(front.length)}`;
        outgoing.writeHead(answer.statusCode, {...kept, 'content-length': Buffer.byteLength(body), 'cache-control': 'no-store'});
        outgoing.end(incoming.method === 'HEAD' ? '' : body);
      });
    });
    passed.on('error', (error) => {
      if (!outgoing.destroyed) entry.failed = error.message;
      refuse();
    });
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  server.on('connect', ({url}, socket) => {
    requests.push({method: 'CONNECT', url: `https://${url}`});
    socket.on('error', () => {});
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: server.address().port,
    admit: (wanted) => (origin = wanted),
    /** The list that everything from now on is put into. */
    newList: () => (requests = []),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function start(command, args, options) {
  const child = spawn(command, args, options);
  running.add(child);
  const ended = new Promise((done) => child.once('error', done).once('close', done));
  ended.then(() => running.delete(child));
  return {
    child,
    async stop() {
      child.kill();
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

// Where the display has its pointer: in the middle. Without a window manager the window below it has the focus, so the
// bar of MiniBrowser is put there, to the right and below of which there is room for the largest window.
const pointer = {x: 2000, y: 1300};

async function startDisplay() {
  const {child, stop} = start('Xvfb', ['-displayfd', '3', '-screen', '0', `${2 * pointer.x}x${2 * pointer.y}x24`, '-nolisten', 'tcp'],
    {stdio: ['ignore', 'ignore', 'ignore', 'pipe']});
  let number = '';
  child.stdio[3].setEncoding('utf8').on('data', (text) => (number += text));
  await until('a display', () => {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('Xvfb did not start');
    return number.endsWith('\n');
  });
  return {name: `:${number.trim()}`, stop};
}

/** The ids of the processes below one that have not ended, by Linux's own list. */
async function processesBelow(pid) {
  const all = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(async (name) => {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {id: Number(name), parent: Number(parent), alive: !['Z', 'X', ''].includes(state)};
  }));
  const below = (id) => all.filter(({parent, alive}) => alive && parent === id).flatMap((one) => [one.id, ...below(one.id)]);
  return below(pid);
}
const isAlive = async (id) => /\) [^ZX]/.test(await readFile(`/proc/${id}/stat`, 'utf8').catch(() => ''));

async function findMiniBrowser() {
  if (process.env.MINIBROWSER) return process.env.MINIBROWSER;
  for (const folder of (await readdir('/usr/lib')).filter((name) => name.includes('-linux-gnu'))) {
    for (const version of ['4.1', '4.0', '6.0']) {
      const path = `/usr/lib/${folder}/webkit2gtk-${version}/MiniBrowser`;
      if (await access(path).then(() => true, () => false)) return path;
    }
  }
  throw new Error('there is no MiniBrowser: install webkit2gtk-driver');
}

export async function startWebKit() {
  const binary = await findMiniBrowser();
  const home = await temporaryFolder(), folder = (name) => join(home, name);
  await mkdir(folder('config/gtk-3.0'), {recursive: true});
  // Or its bar would be wider than the narrowest window that is asked for.
  await writeFile(folder('config/gtk-3.0/gtk.css'), '* {min-width: 0; min-height: 0; margin: 0; padding: 0; border-width: 0; font-size: 1px;}\n');
  const [display, proxy, port] = await Promise.all([startDisplay(), startProxy(), freePort()]);
  const driver = start('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH, LANG: 'C.UTF-8', DISPLAY: display.name, GDK_BACKEND: 'x11', HOME: home, TMPDIR: home, XDG_RUNTIME_DIR: home,
      XDG_CONFIG_HOME: folder('config'), XDG_CACHE_HOME: folder('cache'), XDG_DATA_HOME: folder('data'),
      // Neither a bus of messages nor what is on it: it looks for them, and waits.
      DBUS_SESSION_BUS_ADDRESS: 'disabled:', NO_AT_BRIDGE: '1', GSETTINGS_BACKEND: 'memory', GIO_USE_VFS: 'local',
      // Its sandbox needs what a container does not give. It sees the pages of this project alone.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      // There is no graphics card to compose layers on: without them frames come ten times as fast.
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await until('WebKitWebDriver', () => {
    if (driver.child.exitCode !== null || driver.child.pid === undefined) throw new Error('WebKitWebDriver did not start');
    return fetch(`${url}/status`).then(({ok}) => ok, () => false);
  });

  // One session at a time, with one window. What it prefers, light or dark, is settled when it begins.
  let session, prefers;
  const end = async () => {
    if (!session) return;
    const processes = await processesBelow(driver.child.pid);
    const ending = session;
    session = undefined;
    await ending.quit();
    const deadline = Date.now() + 10_000;
    for (const id of processes) {
      while (await isAlive(id)) {
        if (Date.now() > deadline) process.kill(id, 'SIGKILL');
        await new Promise((go) => setTimeout(go, 20));
      }
    }
  };
  const begin = async (scheme) => {
    if (session && prefers === scheme) return;
    await end();
    const args = ['--automation', `--proxy=http://127.0.0.1:${proxy.port}`, ...(scheme === 'dark' ? ['--dark-mode'] : [])];
    session = await new Builder().disableEnvironmentOverrides().usingServer(url)
      .withCapabilities(new Capabilities({browserName: 'MiniBrowser', 'webkitgtk:browserOptions': {binary, args}})).build();
    prefers = scheme;
    await session.manage().setTimeouts({script: 60_000, pageLoad: 60_000});
  };
  return {
    async newPage({width, height, scheme}) {
      await begin(scheme);
      return newPage(session, proxy, {width, height});
    },
    async stop() {
      await end();
      await driver.stop();
      await display.stop();
      proxy.stop();
      await rm(home, {recursive: true, force: true, maxRetries: 5});
    },
  };
}

const keyOf = (name) => name === 'Space' ? ' ' : name.length === 1 ? name
  : Key[name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()] ?? (() => { throw new Error(`there is no key ${name}`); })();

async function newPage(session, proxy, size) {
  const requests = proxy.newList();
  const evaluate = (expression) => session.executeScript(`return ${expression}`);
  // The window is higher than the page by its bar. It comes to its size, and to the focus, in its own time.
  const resize = (width, height) => until(`a page of ${width} by ${height}`, async () => {
    const [innerWidth, innerHeight, outerHeight, focus] = await evaluate('[innerWidth, innerHeight, outerHeight, document.hasFocus()]');
    if (innerWidth === width && innerHeight === height && focus) return true;
    await session.manage().window().setRect({x: pointer.x - 8, y: pointer.y - 4, width, height: height + outerHeight - innerHeight});
    return false;
  }, {every: 50});
  await resize(size.width, size.height);
  // The answer that the page came with; the last one, since a page may lead to itself.
  const answerOf = async () => {
    const [url] = (await session.getCurrentUrl()).split('#');
    return requests.findLast((one) => one.url === url) ?? {};
  };
  // Or else what went wrong would not be told. What is no HTML has none.
  const checkListener = async () => {
    if (!(await answerOf()).hasListener) return;
    await until('the listener in the page', () => evaluate(`sessionStorage.getItem('${store}') !== null`));
  };
  return {
    async open(url) {
      proxy.admit(new URL(url).origin);
      await session.get(url);
      await checkListener();
      return (await answerOf()).status;
    },
    async reload() {
      await session.navigate().refresh();
      await checkListener();
    },
    resize, evaluate,
    async click() { await (await evaluate('document.querySelector("[data-e2e-target]")')).click(); },
    async textOfFrame() {
      await session.switchTo().frame(await evaluate('document.querySelector("[data-e2e-target]")'));
      try {
        return await evaluate('document.body.innerText');
      } finally {
        await session.switchTo().defaultContent();
      }
    },
    type: (text) => session.actions().sendKeys(text).perform(),
    async press(keys) {
      const codes = keys.map(keyOf), held = codes.slice(0, -1);
      let actions = session.actions();
      for (const code of held) actions = actions.keyDown(code);
      actions = actions.keyDown(codes.at(-1)).keyUp(codes.at(-1));
      for (const code of held.reverse()) actions = actions.keyUp(code);
      await actions.perform();
    },
    screenshot: async () => Buffer.from(await session.takeScreenshot(), 'base64'),
    async seen() {
      const noted = await evaluate(`origin === 'null' ? null : sessionStorage.getItem('${store}')`);
      return {faults: [...JSON.parse(noted ?? '[]'), ...requests.filter(({failed}) => failed).map(({url, failed}) => `failed: ${url} ${failed}`)], requests};
    },
    // The session goes on without what this page has left.
    async close() {
      await evaluate(`(async () => {
        if (origin === 'null') return;
        sessionStorage.clear();
        localStorage.clear();
        for (const {name} of await indexedDB.databases()) indexedDB.deleteDatabase(name);
      })()`);
      await session.manage().deleteAllCookies();
      await session.get('about:blank');
    },
  };
}
