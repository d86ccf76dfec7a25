/**
 * A person's mailbox, for journeys that go on in a mail:
 *
 *   const box = openMailbox(server, email);
 *   await page.click({role: 'button', name: 'Send me a link'});
 *   const mail = await box.next(/password/i);
 *   await page.open(linkIn(mail, '/account/reset'));
 */
import {until} from './support.mjs';

/** `next` waits for the oldest mail to the address that it has not given yet, and whose subject fits; and gives it. */
export function openMailbox(server, address) {
  const given = new Set();
  return {
    async next(subject = /(?:)/) {
      const mail = await until(`a mail to ${address} about ${subject}`, async () =>
        (await server.mails(address)).find((one) => !given.has(one.name) && subject.test(one.headers.get('subject') ?? '')));
      given.add(mail.name);
      return mail;
    },
  };
}

const endsOfSentences = /[.,;:!?)\]>'"]+$/;
/** The one link in a mail's text whose path ends with `path`; that it is there once is a part of what is asked. */
export function linkIn(mail, path = '') {
  const links = (mail.text.match(/https?:\/\/[^\s<>"]+/g) ?? []).map((link) => link.replace(endsOfSentences, ''))
    .filter((link) => new URL(link).pathname.endsWith(path));
  if (new Set(links).size !== 1) throw new Error(`${links.length} links to ${path} in:\n${mail.text}`);
  return links[0];
}

/** The one code of six digits in a mail, on a line of its own. */
export function codeIn(mail) {
  const codes = [...mail.text.matchAll(/^[ \t]*(\d{6})[ \t]*\r?$/gm)].map(([, code]) => code);
  if (codes.length !== 1) throw new Error(`${codes.length} codes in:\n${mail.text}`);
  return codes[0];
}
