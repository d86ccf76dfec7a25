// A browser for the tests that need one: headless, with a profile of its own, and nothing that it does by itself.
import {access, rm} from 'node:fs/promises';
import {chromium} from 'playwright-core';
import {temporaryFolder} from './support.mjs';

export async function startChromium() {
  const profile = await temporaryFolder();
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  await access(executablePath);
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath, headless: true, viewport: {width: 1400, height: 1000},
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  return {
    browser,
    async stop() {
      await browser.close();
      await rm(profile, {recursive: true, force: true, maxRetries: 5});
    },
  };
}

/** Opens a page and collects what goes wrong in it: console errors, and requests to anywhere but `origin`. */
export async function openPage(browser, url) {
  const {host: origin} = new URL(url);
  const page = await browser.newPage();
  const faults = [], requests = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(`${message.text()} ${message.location().url}`));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('requestfailed', (request) => faults.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on('request', (request) => {
    const {protocol, host, pathname} = new URL(request.url());
    if (['data:', 'blob:'].includes(protocol)) return;
    requests.push(pathname);
    if (host !== origin) faults.push(`request to ${request.url()}`);
  });
  page.on('response', (response) => response.status() >= 400 && faults.push(`${response.status()} ${response.url()}`));
  const answer = await page.goto(url, {waitUntil: 'networkidle'});
  return {page, faults, requests, status: answer.status()};
}
