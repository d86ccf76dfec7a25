// Takes the pictures of docs/guide/mails.md: mails that were rendered into a folder, and /dev/mail.
//   node mail_pictures.mjs <folder with <language>-<kind>.html> <folder for the pictures>
import {readFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {startChromium} from './chromium.mjs';
import {newAddress, password, startProcess, until} from './support.mjs';

const [mails, pictures] = process.argv.slice(2).map((folder) => resolve(folder));
const shots = [
  ['en-verification_code', 'light', 360],
  ['de-verification_code', 'dark', 360],
  ['en-password_reset', 'light', 600],
  ['en-new_device_login', 'dark', 360],
];

const chromium = await startChromium();
const page = await chromium.browser.newPage();
try {
  for (const [mail, colorScheme, width] of shots) {
    await page.emulateMedia({colorScheme});
    await page.setViewportSize({width, height: 200});
    await page.setContent(await readFile(join(mails, `${mail}.html`), 'utf8'));
    await page.screenshot({path: join(pictures, `${mail}-${colorScheme}.png`), fullPage: true});
  }

  const server = await startProcess({env: {SERVICE_NAME: 'Roast & Co'}});
  try {
    for (const language of ['en', 'de']) {
      const email = newAddress(language);
      await server.post('/api/auth/signup', {email, password}, {headers: {'Accept-Language': language}});
      await server.code(email);
    }
    await page.emulateMedia({colorScheme: 'light'});
    await page.setViewportSize({width: 1000, height: 720});
    await page.goto(server.base + server.mailPage(), {waitUntil: 'networkidle'});
    await until('both mails', async () => await page.frames().length === 3);
    await page.screenshot({path: join(pictures, 'dev-mail.png')});
  } finally {
    await server.stop();
  }
} finally {
  await chromium.stop();
}
