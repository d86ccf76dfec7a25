/**
 * Three engines behind one interface, so that a test of a page is written once and holds in each:
 *
 *   Chromium   Debian's chromium through playwright-core
 *   Firefox    Debian's firefox-esr through puppeteer-core, WebDriver BiDi
 *   WebKit     MiniBrowser and WebKitWebDriver of Debian's webkit2gtk-driver under Xvfb, through selenium-webdriver
 *
 *   forEachEngine('the door opens', async (browser) => {
 *     const page = await browser.open(`${server.base}/door`, {width: 320, scheme: 'dark'});
 *     await page.click({role: 'button', name: 'Open'});
 *     await page.see({text: 'It is open'});
 *     assert.deepEqual(await page.faults(), []);
 *   });
 *
 * registers a test for each engine. An engine is started when its first test needs it, and ended after the last test of
 * the file; there is one page at a time, with cookies and a storage of its own, and it is closed after its test. BROWSERS=webkit,firefox
 * leaves out the others, and COFFEEAUTH_PICTURES=<folder> gets a picture of the page that was open when a test failed.
 *
 * Mouse and keys are those of the engine. Roles and names are computed by axe-core, which is put into the page by the
 * driver and not by the page: its Content-Security-Policy is what the server sends. WebKit alone has no events for
 * what goes wrong in a page, so it goes through a proxy (webkit.mjs), which sees each request and lays a listener into
 * each document.
 *
 * A page has `faults()`: errors and warnings on the console, exceptions that nobody caught, violations of the page's
 * policy, answers from 400 on, requests that failed, and requests to another origin; and `requests()`: every path that
 * was asked for.
 */
import {createRequire} from 'node:module';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {startChromium} from './chromium.mjs';
import {startFirefox} from './firefox.mjs';
import * as inPage from './in_page.mjs';
import {until} from './support.mjs';
import {startWebKit} from './webkit.mjs';

const start = {chromium: startChromium, firefox: startFirefox, webkit: startWebKit};
export const engines = Object.keys(start).filter((name) => (process.env.BROWSERS ?? name).split(',').includes(name));
const started = new Map();

/** One test for each engine; `run(browser, t)`, with the options of node:test between them where there are any. */
export function forEachEngine(name, ...rest) { forEngines(engines, name, ...rest); }
/** The same for those of the engines that are named. */
export function forEngines(names, name, ...rest) {
  const run = rest.pop();
  for (const engine of engines.filter((one) => names.includes(one))) {
    test(`${name} (${engine})`, ...rest, async (t) => {
      if (!started.has(engine)) started.set(engine, start[engine]());
      const browser = new Browser(engine, await started.get(engine));
      try {
        await run(browser, t);
      } catch (error) {
        await browser.takePicture(t.name);
        await browser.closePage().catch(() => {});
        throw error;
      }
      await browser.closePage();
    });
  }
}
// Where the file of the tests is being read, so that this comes after the last of them.
after(async () => {
  const ends = await Promise.allSettled([...started.values()].map((engine) => engine.then(({stop}) => stop(), () => {})));
  for (const {reason} of ends) if (reason) throw reason;
});

const library = Object.values(inPage).join('\n');
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** A locator as it goes into the page, as JSON; and as a person reads it. */
function plain(locator) {
  if (typeof locator === 'string') return {css: locator};
  const plainly = (key, value) => {
    if (value instanceof RegExp) return {source: value.source, flags: value.flags};
    return ['within', 'has'].includes(key) ? plain(value) : value;
  };
  return Object.fromEntries(Object.entries(locator).map(([key, value]) => [key, plainly(key, value)]));
}
const sentence = (locator) => JSON.stringify(plain(locator));

/** What a driver says of an element that went away or moved, or of a page that did; throws what is something else. */
function mayRetry(error) {
  if (!/detached|stale|not (visible|attached|stable|interactable|clickable)|intercept|no longer|no node|context|timeout/i.test(`${error.name} ${error.message}`)) {
    throw error;
  }
  return error.message;
}

class Browser {
  #driver;
  #page;
  constructor(engine, driver) {
    this.engine = engine;
    this.#driver = driver;
  }
  /** A page of its own at `url`, loaded; `page.status` is the status of the answer. The one before it is closed. */
  async open(url, {width = 1400, height = 1000, scheme = 'light'} = {}) {
    await this.closePage();
    this.#page = new Page(this.engine, await this.#driver.newPage({width, height, scheme}));
    await this.#page.open(url);
    return this.#page;
  }
  async takePicture(name) {
    const folder = process.env.COFFEEAUTH_PICTURES;
    if (!folder || !this.#page) return;
    await mkdir(folder, {recursive: true});
    await this.#page.screenshot().then((png) => writeFile(join(folder, `${name.replace(/\W+/g, '-')}.png`), png)).catch(() => {});
  }
  async closePage() {
    const page = this.#page;
    this.#page = undefined;
    await page?.close();
  }
}

/**
 * A locator is a CSS selector, or an object that names all that has to be true of an element that can be seen:
 *   css, role, name (a string: the whole accessible name; or a RegExp), text (its own words contain it), within and has
 *   (another locator: of an ancestor, of something in it).
 */
class Page {
  #driver;
  #origin;
  constructor(engine, driver) {
    this.engine = engine;
    this.#driver = driver;
  }

  async open(url) {
    this.#origin = new URL(url).origin;
    this.status = await this.#driver.open(url);
  }
  reload() { return this.#driver.reload(); }
  url() { return this.evaluate(() => location.href); }
  title() { return this.evaluate(() => document.title); }
  resize(width, height = 1000) { return this.#driver.resize(width, height); }
  /** A PNG of what is to be seen in the window. */
  screenshot() { return this.#driver.screenshot(); }
  close() { return this.#driver.close(); }

  /** Calls a function in the page, which knows nothing but its arguments; those and the result are JSON. */
  evaluate(call, ...args) { return this.#driver.evaluate(`(${call})(${args.map((arg) => JSON.stringify(arg)).join()})`); }
  /** Waits until a function in the page gives something true, and returns that. */
  wait(what, call, ...args) {
    return this.#until(what, () => this.evaluate(call, ...args));
  }
  // While a page gives way to the next one there is nothing to evaluate in.
  #until(what, look) {
    let reason = '';
    return until(what, () => look().catch((error) => { reason = error; return undefined; }), {every: 50})
      .catch((error) => { throw new Error(`${error.message}${reason && `: ${reason}`}`, {cause: reason}); });
  }
  /** Calls one of in_page.mjs. */
  async #ask(name, ...args) {
    const call = `${name}(${args.map((arg) => JSON.stringify(arg)).join()})`;
    const expression = `(() => { ${library}; return 'axe' in window ? ${call} : 'no axe'; })()`;
    const answer = await this.#driver.evaluate(expression);
    if (answer !== 'no axe') return answer;
    await this.#driver.evaluate(`(() => { ${axeSource}; })()`);
    return this.#driver.evaluate(expression);
  }

  /** The text of everything that a locator finds, in the order of the document. */
  texts(locator) { return this.#ask('texts', plain(locator)); }
  async count(locator) { return (await this.texts(locator)).length; }
  /** Waits until there is such an element; gives the text of the first. */
  text(locator) {
    return this.#until(`${sentence(locator)} in the page`, async () => {
      const all = await this.texts(locator);
      return all.length > 0 && all;
    }).then(([text]) => text);
  }
  /** Waits until there is such an element. */
  async see(locator) { await this.text(locator); }
  /** Waits until the frame that a locator names has a text, and gives it. */
  textOfFrame(locator) {
    return this.#until(`a text in ${sentence(locator)}`, async () => {
      await this.#ask('marks', plain(locator));
      return this.#driver.textOfFrame();
    });
  }
  /** Waits until there is no such element. */
  gone(locator) { return this.#until(`${sentence(locator)} to go away`, async () => (await this.count(locator)) === 0); }
  /** What has the focus: its tag, role, name and value; or undefined where nothing has it. */
  async focused() { return await this.#ask('describeFocused') ?? undefined; }

  /** Clicks in the middle of an element, as soon as it is there, stands still and is covered by nothing. */
  async click(locator) {
    let reason;
    await until(`a click on ${sentence(locator)}`, async () => {
      reason = await this.#ask('makeReady', plain(locator)).catch(mayRetry);
      if (reason !== '') return false;
      try {
        await this.#driver.click();
        return true;
      } catch (error) {
        // A click that made the page go away may be an error to a driver.
        if (await this.evaluate(() => window.e2eClick).catch(() => 'gone') !== 'to come') return true;
        reason = mayRetry(error);
        return false;
      }
    }, {every: 50}).catch((error) => { throw new Error(`${error.message}: ${reason}`, {cause: error}); });
  }
  /** Puts a text in the place of what a field has, at once, as it is pasted; `type` is key by key. */
  async fill(locator, text) {
    await this.click(locator);
    await this.evaluate((words) => {
      document.activeElement.select();
      document.execCommand(words === '' ? 'delete' : 'insertText', false, words);
    }, text);
  }
  /** Types where the focus is. */
  type(text) { return this.#driver.type(text); }
  /** Presses keys, one after the other: 'Tab', 'Shift+Tab', 'Enter', 'Space', 'Escape', 'ArrowDown', ... */
  async press(...keys) {
    for (const key of keys) await this.#driver.press(key.split('+'));
  }
  /** Presses Tab until something has the focus that a locator names; gives what `focused` says. */
  async tabTo(locator, {within = 100} = {}) {
    for (let presses = 0; presses < within; ++presses) {
      await this.press('Tab');
      if (await this.#ask('focusIs', plain(locator))) return this.focused();
    }
    throw new Error(`Tab did not come to ${sentence(locator)}`);
  }
  /** Presses Tab from the top of the page to its end; gives what had the focus, and whether that could be seen (`ring`). */
  async tabStops() {
    const expected = await this.#ask('beginTabbing'), stops = [];
    let inside = 0;
    while (stops.length <= expected) {
      await this.press('Tab');
      const stop = await this.focused();
      // What is inside a frame has the focus of the frame.
      if (stop?.tag === 'iframe' && stop.index === stops.at(-1)?.index && ++inside < 20) continue;
      if (!stop || stops.some(({index}) => index === stop.index)) break;
      stops.push(stop);
    }
    return stops;
  }

  /** What axe-core finds (WCAG 2.0 to 2.2, A and AA, and what it calls best practices): one line for each element. */
  axe({within, exclude = []} = {}) { return this.#ask('runAxe', within ?? null, exclude); }
  /** What is wider than the window, if it can be scrolled sideways. */
  sideways() { return this.#ask('sideways'); }

  async requests() { return (await this.#driver.seen()).requests.map(({url}) => new URL(url).pathname); }
  async faults() {
    const {requests, faults} = await this.#driver.seen();
    return [...faults,
      ...requests.filter(({url}) => new URL(url).origin !== this.#origin).map(({url}) => `request to ${url}`),
      ...requests.filter(({status}) => status >= 400).map(({status, url}) => `${status} ${url}`)];
  }
}
