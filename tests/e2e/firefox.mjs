// Firefox for browsers.mjs: headless, with a home of its own. Each page has a context of its own.
import {access, mkdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import puppeteer from 'puppeteer-core';
import {requestsOf} from './requests_of.mjs';
import {temporaryFolder} from './support.mjs';

export async function startFirefox() {
  const executablePath = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
  await access(executablePath);
  const home = await temporaryFolder(), userDataDir = join(home, 'profile');
  await mkdir(userDataDir);
  const browser = await puppeteer.launch({
    browser: 'firefox', executablePath, headless: true, userDataDir, timeout: 120_000, protocolTimeout: 120_000,
    // That of whoever runs the tests stays as it is.
    env: {PATH: process.env.PATH, HOME: home, TMPDIR: home, LANG: 'C.UTF-8', MOZ_DISABLE_AUTO_SAFE_MODE: '1'},
    // WebDriver BiDi cannot say yet which scheme a page is to prefer, so its own window is told (setScheme).
    args: ['--remote-allow-system-access'],
    // `process.exit` is called on these by support.mjs, and that ends it.
    handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false,
  });
  return {
    newPage: (options) => newPage(browser, options),
    async stop() {
      await browser.close();
      await rm(home, {recursive: true, force: true, maxRetries: 5});
    },
  };
}

/** As the tools for developers do it, for every page that is open. */
async function setScheme(browser, scheme) {
  const send = async (method, parameters) => (await browser.connection.send(method, parameters)).result;
  const {contexts: [{context}]} = await send('browsingContext.getTree', {'moz:scope': 'chrome', maxDepth: 0});
  const {type, exceptionDetails} = await send('script.evaluate', {
    target: {context}, awaitPromise: false,
    expression: `for (const {gBrowser} of Services.wm.getEnumerator('navigator:browser')) {
      for (const {browsingContext} of gBrowser.browsers) browsingContext.prefersColorSchemeOverride = '${scheme}';
    }`,
  });
  if (type !== 'success') throw new Error(exceptionDetails.text);
}

async function newPage(browser, {width, height, scheme}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.setViewport({width, height});
  await setScheme(browser, scheme);
  const faults = [], requests = requestsOf(page);
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) faults.push(`${message.type()}: ${message.text()} ${message.location().url ?? ''}`);
  });
  // Among them what the page's policy forbade.
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    if (reason !== 'NS_BINDING_ABORTED') faults.push(`failed: ${request.url()} ${reason}`);
  });
  return {
    open: async (url) => (await page.goto(url)).status(),
    reload: () => page.reload(),
    resize: (width, height) => page.setViewport({width, height}),
    evaluate: (expression) => page.evaluate(expression),
    async click() {
      const target = await page.$('[data-e2e-target]');
      if (!target) throw new Error('the target is detached');
      await target.click();
    },
    async textOfFrame() {
      const frame = await (await page.$('[data-e2e-target]'))?.contentFrame();
      return frame?.evaluate('document.body.innerText');
    },
    type: (text) => page.keyboard.type(text),
    async press(keys) {
      const held = keys.slice(0, -1), last = keys.at(-1);
      for (const key of held) await page.keyboard.down(key);
      await page.keyboard.press(last === 'Space' ? ' ' : last);
      for (const key of held.reverse()) await page.keyboard.up(key);
    },
    screenshot: async () => Buffer.from(await page.screenshot()),
    async seen() {
      await page.evaluate('0');
      return {faults, requests};
    },
    close: () => context.close(),
  };
}
