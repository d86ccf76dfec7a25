// Chromium for browsers.mjs: headless, and nothing that it does by itself. Each page has a context of its own.
import {access} from 'node:fs/promises';
import {chromium} from 'playwright-core';
import {requestsOf} from './requests_of.mjs';

export async function startChromium() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  await access(executablePath);
  // playwright makes the profile, in TMPDIR, and removes it.
  const browser = await chromium.launch({
    executablePath, headless: true, timeout: 120_000,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  return {
    browser,
    newPage: ({width, height, scheme}) => newPage(browser, {viewport: {width, height}, colorScheme: scheme}),
    stop: () => browser.close(),
  };
}

async function newPage(browser, options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const faults = [], requests = requestsOf(page);
  page.on('console', (message) => {
    // What was answered from 400 on is a request's status, too.
    if (!['error', 'warning'].includes(message.type()) || message.text().startsWith('Failed to load resource')) return;
    faults.push(`${message.type()}: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('requestfailed', (request) => {
    // A page that is left stops loading.
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED') faults.push(`failed: ${request.url()} ${reason}`);
  });
  return {
    open: async (url) => (await page.goto(url)).status(),
    reload: () => page.reload(),
    resize: (width, height) => page.setViewportSize({width, height}),
    evaluate: (expression) => page.evaluate(expression),
    click: () => page.locator('[data-e2e-target]').click({timeout: 5000, noWaitAfter: true}),
    textOfFrame: () => page.frameLocator('[data-e2e-target]').locator('body').innerText({timeout: 5000}),
    type: (text) => page.keyboard.type(text),
    press: (keys) => page.keyboard.press(keys.join('+')),
    screenshot: () => page.screenshot(),
    async seen() {
      await page.evaluate('0');
      return {faults, requests};
    },
    close: () => context.close(),
  };
}
