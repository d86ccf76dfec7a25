// What journeys take out of mails is what the mails say.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {codeIn, linkIn, openMailbox} from './mailbox.mjs';
import {parseMail} from './support.mjs';

const token = 'a1'.repeat(60);
const raw = ({subject, lines}) => ['To: ada@example.com', `Subject: ${subject}`, 'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary="edge"', '', '--edge',
  'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable', '', ...lines, '--edge',
  'Content-Type: text/html; charset=utf-8', '', '<a href="https://elsewhere.example/reset?token=html">Reset</a>', '--edge--', ''].join('\r\n');

test('a link comes whole out of a line that was broken, and without the end of its sentence', () => {
  const mail = parseMail(raw({subject: 'Reset', lines: [
    'See https://example.com/help, or (https://example.com/terms).',
    `Go to <https://example.com/auth/reset?token=3D${token.slice(0, 30)}=`, `${token.slice(30)}#now>.`]}));
  assert.equal(linkIn(mail, '/reset'), `https://example.com/auth/reset?token=${token}#now`);
  assert.equal(linkIn(mail, '/help'), 'https://example.com/help');
  assert.equal(linkIn(mail, '/terms'), 'https://example.com/terms');
});

test('no link, or one of several, is not guessed', () => {
  const mail = parseMail(raw({subject: 'Reset', lines: ['https://example.com/reset?a', 'https://example.com/reset?b']}));
  assert.throws(() => linkIn(mail, '/reset'), /2 links/);
  assert.throws(() => linkIn(mail, '/verify'), /0 links/);
});

test('a code stands on a line of its own, and there is one', () => {
  assert.equal(codeIn(parseMail(raw({subject: 'Code', lines: ['Not 999999.', '', '  123456', '', '2026']}))), '123456');
  assert.throws(() => codeIn(parseMail(raw({subject: 'Code', lines: ['None: 123456']}))), /0 codes/);
});

test('a mailbox gives each mail once, in the order they came, and waits for the next', async () => {
  const all = ['Code', 'Reset', 'Code'].map((subject, index) => ({name: `${index}.eml`, ...parseMail(raw({subject, lines: []}))}));
  let arrived = 2;
  const box = openMailbox({mails: async (address) => address === 'ada@example.com' ? all.slice(0, arrived) : []}, 'ada@example.com');
  assert.equal((await box.next(/reset/i)).name, '1.eml');
  assert.equal((await box.next()).name, '0.eml');
  const third = box.next(/code/i);
  arrived = 3;
  assert.equal((await third).name, '2.eml');
});
