// The pages behind mailed links, in three engines: the whole way from "forgot" over the mail to a new password and a new
// address, against the program; and what a page says when the service says no, says nothing or is not there, with the
// program's own pages and answers that the test chooses.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {after, before, test} from 'node:test';
import {forEachEngine} from './browsers.mjs';
import {linkIn, openMailbox} from './mailbox.mjs';
import {addApp} from './second_factors.mjs';
import {freePort, logIn, makeLoggedIn, newAddress, password, startServer} from './support.mjs';

const paths = ['/account/forgot', '/account/reset', '/account/email', '/account/undo'];
const newPassword = 'seven green kettles on 1 hill';
const token = 'rst_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG';

let server, front;
before(async () => {
  const port = await freePort();
  server = await startServer({port, env: {PUBLIC_URL: `http://127.0.0.1:${port}`, PASSWORD_RESET: 'both', SERVICE_NAME: 'Roast & Co'}});
  front = await putFront(server);
});
after(async () => {
  front?.stop();
  await server?.stop();
});

/**
 * Shows the pages of the program, in `language`, and answers what they post itself: with what `answers` holds next, which
 * is [status, body, header fields], a promise of that, or 'nothing' for a connection that breaks. `asked` is what was posted.
 */
async function putFront({base}) {
  const state = {language: 'en', answers: [], asked: []};
  const site = createServer(async (request, response) => {
    // A browser asks once more by itself where a connection that it used before breaks.
    response.setHeader('Connection', 'close');
    if (request.method === 'GET') {
      const answer = await fetch(base + request.url, {headers: {'Accept-Language': state.language}});
      const kept = ['content-type', 'content-security-policy', 'referrer-policy', 'content-language'].filter((name) => answer.headers.has(name));
      response.writeHead(answer.status, Object.fromEntries(kept.map((name) => [name, answer.headers.get(name)])));
      response.end(Buffer.from(await answer.arrayBuffer()));
      return;
    }
    let text = '';
    for await (const part of request) text += part;
    state.asked.push({method: request.method, path: request.url, type: request.headers['content-type'], referer: request.headers.referer, body: JSON.parse(text)});
    const answer = await state.answers.shift();
    if (answer === 'nothing') return request.socket.destroy();
    const [status, body, headers] = answer;
    response.writeHead(status, {...body && {'Content-Type': status < 400 ? 'application/json' : 'application/problem+json'}, ...headers});
    response.end(typeof body === 'string' ? body : body && JSON.stringify(body));
  });
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  return Object.assign(state, {
    base: `http://127.0.0.1:${site.address().port}`,
    /** Opens a page in a language; what it posts is answered with these. */
    async open(browser, path, {language = 'en', answers = [], ...look} = {}) {
      Object.assign(state, {language, answers, asked: []});
      const page = await browser.open(state.base + path, look);
      assert.equal(page.status, 200);
      return page;
    },
    stop() { site.close(); site.closeAllConnections(); },
  });
}

const problem = (status, code, further = {}, headers = {}) => [status, {status, code, detail: `Says ${code}.`, ...further}, headers];
const outcome = '#outcome';
/** Waits until the outcome has the focus and its words; gives them. */
async function toldIn(page, words) {
  await page.wait(`${words} in the outcome`, (source) => document.activeElement?.id === 'outcome' && new RegExp(source).test(document.activeElement.innerText.trim()), words.source);
  return (await page.text(outcome)).trim();
}
/** Nothing went wrong but what the test wanted to. */
async function isClean(page, wanted = /(?!)/) {
  assert.deepEqual((await page.faults()).filter((fault) => !wanted.test(fault)), []);
}
/** Of a page, however it is looked at. */
async function isInOrder(page, wanted) {
  assert.deepEqual(await page.sideways(), []);
  assert.deepEqual(await page.axe(), []);
  // Where Tab goes on from, wherever the focus was.
  await page.click('h1');
  const stops = await page.tabStops();
  assert.deepEqual(stops.filter(({ring}) => !ring), [], 'the focus can be seen');
  assert.equal(stops.length, await page.count({css: ':is(a[href], button, input, [tabindex="0"]):not(:disabled)'}));
  await isClean(page, wanted);
}

const looks = [{width: 1400}, {width: 320, scheme: 'dark'}, {width: 320, language: 'de'}];
for (const path of paths) {
  forEachEngine(`${path} is in order wide and narrow, light and dark, in English and German`, async (browser) => {
    for (const look of looks) {
      const page = await front.open(browser, `${path}#token=${token}`, look);
      assert.equal(await page.evaluate(() => document.documentElement.lang), look.language ?? 'en');
      assert.match(await page.title(), / · Roast & Co$/);
      await isInOrder(page);
      assert.deepEqual(front.asked, []);
    }
    const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background(await front.open(browser, path));
    assert.notEqual(await background(await front.open(browser, path, {scheme: 'dark'})), light);
  });
}

forEachEngine('a page in trouble is in order, too', async (browser) => {
  const weak = problem(400, 'validation_failed', {errors: {password: [{code: 'no_word_of_ours', message: `${'Long'.repeat(30)} words.`}]}});
  for (const look of looks) {
    for (const answer of [weak, problem(400, 'invalid_link')]) {
      const page = await front.open(browser, `/account/reset#token=${token}`, {...look, answers: [answer]});
      await page.fill('#password', 'x');
      await page.press('Enter');
      await page.see({css: answer === weak ? '#password-error [lang="en"]' : `${outcome} a`});
      await isInOrder(page, /400/);
    }
  }
});

forEachEngine('the token leaves the address bar at once, stays in the page alone, and goes out by the button', async (browser) => {
  const page = await front.open(browser, `/account/reset#token=${token}`, {answers: [[204]]});
  assert.equal(await page.url(), `${front.base}/account/reset`);
  const kept = await page.evaluate((secret) => [document.documentElement.outerHTML, document.cookie, JSON.stringify(history.state),
    ...[localStorage, sessionStorage].flatMap((store) => Object.values(store))].filter((text) => text?.includes(secret)), token);
  assert.deepEqual(kept, []);
  assert.deepEqual(front.asked, []);
  await page.fill('#password', newPassword);
  await page.click({role: 'button', name: 'Set the new password'});
  await toldIn(page, /new password is set/);
  assert.deepEqual(front.asked, [{method: 'POST', path: '/api/auth/password-reset/confirm', type: 'application/json', referer: undefined, body: {token, password: newPassword}}]);
  assert.equal(await page.count('form'), 0);
  assert.equal(await page.evaluate(() => document.querySelector('#password').value), '');
  await isClean(page);

  await page.reload();
  assert.match(await page.text(outcome), /needs the link from the mail/);
  assert.equal(await page.count('form'), 0);
  await isInOrder(page);
});

forEachEngine('a link that is opened where the page is open already takes the place of the one before', async (browser) => {
  const page = await front.open(browser, '/account/reset#token=rst_first', {answers: [problem(400, 'invalid_link'), [204]]});
  await page.fill('#password', newPassword);
  await page.click({role: 'button', name: 'Set the new password'});
  await toldIn(page, /can no longer be used/);
  await page.evaluate(() => { location.hash = '#token=rst_second'; });
  await page.fill('#password', newPassword);
  assert.equal(await page.url(), `${front.base}/account/reset`);
  assert.equal(await page.text(outcome), '');
  await page.click({role: 'button', name: 'Set the new password'});
  await toldIn(page, /new password is set/);
  assert.deepEqual(front.asked.map(({body}) => body.token), ['rst_first', 'rst_second']);
});

forEachEngine('a password that is not good enough is told at its field, and the link goes on', async (browser) => {
  const refused = (code, message) => problem(400, 'validation_failed', {errors: {password: [{code, message}]}});
  const page = await front.open(browser, `/account/reset#token=${token}`, {answers: [refused('too_short', 'Too short: 8 characters.'), [204]]});
  const error = () => page.evaluate(() => {
    const field = document.activeElement;
    const [, id] = field.getAttribute('aria-describedby').split(' ');
    return [field.id, field.getAttribute('aria-invalid'), document.getElementById(id).innerText];
  });
  await page.click({role: 'button', name: 'Set the new password'});
  assert.deepEqual(await error(), ['password', 'true', 'Please fill in this field.']);
  assert.deepEqual(front.asked, []);
  await page.type('short');
  await page.click({role: 'checkbox', name: 'Show the password'});
  assert.equal(await page.evaluate(() => document.querySelector('#password').type), 'text');
  await page.click({role: 'button', name: 'Set the new password'});
  await page.see({css: '#password-error *', text: 'Too short: 8 characters.'});
  assert.deepEqual(await error(), ['password', 'true', 'Too short: 8 characters.']);
  assert.equal(await page.evaluate(() => document.querySelector('#password').type), 'password');
  assert.equal((await page.focused()).value, 'short');
  await page.fill('#password', newPassword);
  await page.press('Enter');
  await toldIn(page, /new password is set/);
  assert.deepEqual(front.asked.map(({body}) => body), [{token, password: 'short'}, {token, password: newPassword}]);
  await isClean(page, /400/);
});

forEachEngine('a German page has German words for what the service says in English', async (browser) => {
  const refused = (code, message) => problem(400, 'validation_failed', {errors: {password: [{code, message}]}});
  const page = await front.open(browser, `/account/reset#token=${token}`, {language: 'de', answers: [
    refused('too_short', 'It must have at least 12 characters.'), refused('own_word', 'Says <b>something</b> new.'), problem(429, 'rate_limited', {}, {'Retry-After': '600'})]});
  const send = async () => {
    await page.fill('#password', 'kurz');
    await page.click({role: 'button', name: 'Neues Passwort setzen'});
  };
  await send();
  await page.wait('the word', () => document.querySelector('#password-error').innerText === 'Dieses Passwort ist zu kurz; nötig sind mindestens 12 Zeichen.');
  await send();
  await page.see({css: '#password-error [lang="en"]', text: 'Says <b>something</b> new.'});
  await send();
  assert.equal(await toldIn(page, /oft versucht/), 'Das wurde zu oft versucht. Bitte versuchen Sie es in 10 Minuten noch einmal.');
});

forEachEngine('a dead link says where a new one comes from', async (browser) => {
  const page = await front.open(browser, `/account/reset#token=${token}`, {answers: [problem(400, 'invalid_link')]});
  await page.fill('#password', newPassword);
  await page.click({role: 'button', name: 'Set the new password'});
  await toldIn(page, /can no longer be used/);
  assert.equal(await page.count('form'), 0);
  await page.click({role: 'link', name: 'Request a new link'});
  await page.see({role: 'heading', name: 'Forgot your password?'});
  assert.equal(await page.url(), `${front.base}/account/forgot`);
});

const challengeOf = (...factors) => problem(403, 'second_factor_required', {mfa_token: 'mfa_x', expires_at: '2030-01-01T00:00:00Z', factors, can_trust_device: false});
const app = {type: 'totp', id: '7', label: 'Phone', hint: ''};
const next = [200, {token: 'rst_next'}];
const confirmed = '/api/auth/password-reset/confirm', proved = '/api/auth/second-factor';
const posted = () => front.asked.map(({path, body}) => [path, body]);

forEachEngine('a reset asks for the second factor, and sets the password with what that gives', async (browser) => {
  for (const [language, button, step, done] of [['en', 'Set the new password', 'Continue', /password is set/], ['de', 'Neues Passwort setzen', 'Weiter', /neues Passwort gilt/]]) {
    const page = await front.open(browser, `/account/reset#token=${token}`, {language, width: 320, answers: [challengeOf(app), problem(400, 'invalid_code'), next, [204]]});
    await page.fill('#password', newPassword);
    await page.click({role: 'button', name: button});
    await page.see('#step');
    assert.equal(await page.count('#reset'), 0);
    await page.fill('#step-code', '000000');
    await page.press('Enter');
    await page.wait('the wrong code', () => document.querySelector('#step-code-error').innerText !== '');
    await page.fill('#step-code', '123 456');
    await page.click({role: 'button', name: step});
    await toldIn(page, done);
    assert.equal(await page.count('form'), 0);
    assert.deepEqual(posted(), [[confirmed, {token, password: newPassword}], [proved, {mfa_token: 'mfa_x', factor_id: '7', code: '000000'}],
      [proved, {mfa_token: 'mfa_x', factor_id: '7', code: '123456'}], [confirmed, {token: 'rst_next', password: newPassword}]]);
    await isInOrder(page, /40[03]/);
    // The form on a page of its own: behind the last stop Firefox keeps the focus in its own window.
    const form = await front.open(browser, `/account/reset#token=${token}`, {language, width: 320, answers: [challengeOf(app)]});
    await form.fill('#password', newPassword);
    await form.click({role: 'button', name: button});
    await form.see('#step');
    await isInOrder(form, /403/);
  }
});

forEachEngine('a reset by code goes on with what the second step gave, until the password is one that can be set', async (browser) => {
  const same = problem(400, 'validation_failed', {errors: {password: [{code: 'unchanged', message: 'This is already your password.'}]}});
  const page = await front.open(browser, '/account/forgot', {answers: [challengeOf(app), next, same, problem(503, 'unavailable'), problem(400, 'invalid_link')]});
  await page.click({role: 'button', name: 'I already have a code'});
  await page.fill('#code-email', 'ada@example.org');
  await page.fill('#code-code', '12345678');
  await page.fill('#code-password', password);
  await page.press('Enter');
  await page.fill('#step-code', '123456');
  await page.press('Enter');
  await page.see({css: '#code-password-error *', text: 'already your password'});
  assert.equal((await page.focused()).name, 'New password');
  await page.fill('#code-password', newPassword);
  await page.press('Enter');
  await toldIn(page, /not available/);
  await page.press('Enter');
  await page.click({role: 'button', name: 'Set the new password'});
  await toldIn(page, /took too long/);
  assert.equal(await page.count('form'), 0);
  assert.deepEqual(posted().slice(2), [[confirmed, {token: 'rst_next', password}], ...Array(2).fill([confirmed, {token: 'rst_next', password: newPassword}])]);
  await page.click({role: 'button', name: 'Send me another mail'});
  await page.see('#ask-email');
  await isClean(page, /40[03]|503/);
});

forEachEngine('a second step that is over or given up leaves the link as it was', async (browser) => {
  const over = problem(401, 'token_invalid');
  const page = await front.open(browser, `/account/reset#token=${token}`, {answers: [challengeOf(app), over, challengeOf(app), challengeOf(app), next, [204]]});
  const begin = async () => {
    await page.fill('#password', newPassword);
    await page.press('Enter');
    await page.fill('#step-code', '123456');
  };
  await begin();
  await page.press('Enter');
  await toldIn(page, /Please begin again/);
  await begin();
  await page.click({role: 'button', name: 'Begin again'});
  await page.see('#password');
  await begin();
  await page.press('Enter');
  await toldIn(page, /password is set/);
  assert.deepEqual(posted().map(([, {token: sent}]) => sent), [token, undefined, token, token, undefined, 'rst_next']);
});

forEachEngine('a second factor that the page does not know is said, and what to do', async (browser) => {
  for (const [language, words] of [['en', /second factor.*not changed.*another browser/], ['de', /zweiten Faktor.*nicht geändert.*anderen Browser/]]) {
    const page = await front.open(browser, `/account/reset#token=${token}`, {language, answers: [challengeOf({type: 'carrier_pigeon', id: '7', label: '', hint: ''})]});
    await page.fill('#password', newPassword);
    await page.press('Enter');
    await toldIn(page, words);
    assert.equal(await page.count('form'), 0);
    assert.equal((await page.text('body')).includes('mfa_x'), false);
    await isInOrder(page, /403/);
  }
});

forEachEngine('what was typed outlives a service that is busy, down, broken or away', async (browser) => {
  const page = await front.open(browser, `/account/reset#token=${token}`, {answers: [
    problem(429, 'rate_limited', {}, {'Retry-After': '90'}), problem(503, 'unavailable', {}, {'Retry-After': '2'}),
    [502, '<h1>Bad Gateway</h1>', {'Content-Type': 'text/html'}], 'nothing', [200, '<h1>Hotel network</h1>', {'Content-Type': 'text/html'}],
    problem(403, 'something_new'), [204]]});
  // To WebKit the proxy that its driver looks through says so.
  const noAnswer = browser.engine === 'webkit' ? /is not available/ : /did not respond/;
  await page.fill('#password', newPassword);
  for (const words of [/Too many attempts.*in 90 seconds/, /is not available.*in 2 seconds/, /is not available.*please try again\.$/, noAnswer, /did not respond/, /Says something_new/, /is set/]) {
    await page.click({role: 'button', name: 'Set the new password'});
    await toldIn(page, words);
  }
  assert.deepEqual([...new Set(front.asked.map(({body}) => JSON.stringify(body)))], [JSON.stringify({token, password: newPassword})]);
});

forEachEngine('a button that is pressed twice sends once', async (browser) => {
  let answer;
  const page = await front.open(browser, `/account/email#token=${token}`, {answers: [new Promise((done) => { answer = done; })]});
  await page.click({role: 'button', name: 'Confirm the address'});
  await page.evaluate(() => document.querySelector('button').click());
  await page.press('Enter', 'Space');
  answer([200, {email: 'new@example.com'}]);
  await toldIn(page, /now has the address new@example\.com/);
  assert.deepEqual(front.asked.map(({path, body}) => [path, body]), [['/api/auth/email-change/confirm', {token}]]);
  await isClean(page);
});

forEachEngine('an address that has another account by now is told', async (browser) => {
  const page = await front.open(browser, `/account/email#token=${token}`, {answers: [problem(409, 'email_taken')]});
  await page.click({role: 'button', name: 'Confirm the address'});
  await toldIn(page, /Another account now uses this address. Nothing was changed./);
});

forEachEngine('a change of address is undone by a button, and a dead link leads to a new password', async (browser) => {
  const page = await front.open(browser, `/account/undo#token=${token}`, {answers: [[200, {email: '<i>old</i>@example.com', message: 'x'}]]});
  await page.click({role: 'button', name: 'Undo the change'});
  await toldIn(page, /has the address <i>old<\/i>@example\.com again\. If the account is active/);
  assert.deepEqual(front.asked.map(({path, body}) => [path, body]), [['/api/auth/email-change/undo', {token}]]);
  await isInOrder(page);
  const late = await front.open(browser, `/account/undo#token=${token}`, {answers: [problem(400, 'validation_failed', {errors: {token: [{code: 'invalid', message: 'x'}]}})]});
  await late.click({role: 'button', name: 'Undo the change'});
  await toldIn(late, /can no longer be used/);
  assert.equal(await late.count({role: 'link', name: 'reset your password'}), 1);
});

forEachEngine('"forgot" says the same for every address, and takes the code and a new password', async (browser) => {
  const receipt = [200, {message: 'x', email: 'someone@example.com', expires_at: '2026-11-26T14:05:00Z'}];
  const page = await front.open(browser, '/account/forgot', {answers: [problem(400, 'validation_failed', {errors: {email: [{code: 'invalid', message: 'Enter a valid email address.'}]}}),
    receipt, problem(400, 'invalid_code'), receipt, [204]]});
  await page.fill('#ask-email', 'someone@');
  await page.press('Enter');
  await page.see({css: '#ask-email-error *', text: 'Enter a valid email address.'});
  await page.fill('#ask-email', ' someone@example.com ');
  await page.click({role: 'button', name: 'Send me a link'});
  assert.match(await toldIn(page, /If there is an account with the address someone@example\.com/), /until November 26, 2026|until 26 November 2026/);
  assert.equal(await page.count('form'), 1);
  assert.equal(await page.evaluate(() => document.querySelector('#code-email').value), 'someone@example.com');
  await isInOrder(page, /400/);

  await page.fill('#code-code', ' 1234 5678 ');
  await page.fill('#code-password', newPassword);
  await page.click({role: 'button', name: 'Set the new password'});
  await page.wait('the wrong code', () => /wrong, has already been used, or has expired/.test(document.querySelector('#code-code-error').innerText));
  assert.equal((await page.focused()).name, 'Code');
  await page.click({role: 'button', name: 'Send me another mail'});
  assert.deepEqual((await page.focused()).value, 'someone@example.com');
  await page.click({role: 'button', name: 'Send me a link'});
  await toldIn(page, /is on its way/);
  await page.click({role: 'button', name: 'Send me another mail'});
  await page.click({role: 'button', name: 'I already have a code'});
  await page.fill('#code-code', '87654321');
  await page.fill('#code-password', newPassword);
  await page.press('Enter');
  await toldIn(page, /new password is set/);
  const email = 'someone@example.com';
  assert.deepEqual(front.asked.map(({path, body}) => [path.split('/').at(-1), body]), [['password-reset', {email: 'someone@'}], ['password-reset', {email}],
    ['confirm', {email, code: '12345678', password: newPassword}], ['password-reset', {email}], ['confirm', {email, code: '87654321', password: newPassword}]]);
  await isClean(page, /400/);
});

// From here on everything is the program's own.

/** Opens the page of mails and gives the link to `path` that it shows in the newest mail to an address. */
async function linkOnMailPage(browser, address, subject, path) {
  await openMailbox(server, address).next(subject);
  const page = await browser.open(server.base + server.mailPage());
  const mail = {css: 'article', has: {css: 'dd', text: address}};
  await page.see({...mail, has: {css: 'h2', text: subject.source}});
  const shown = (await page.texts({css: 'pre', within: mail})).find((text) => text.includes(path));
  await isClean(page);
  return linkIn({text: shown}, path);
}
const loginOf = ({email}, word) => server.post('/api/auth/login', {email, password: word});

forEachEngine('a forgotten password: from the page over the mail to a new one, by keyboard alone at 320 px', async (browser) => {
  const user = await makeLoggedIn(server);
  const page = await browser.open(`${server.base}/account/forgot`, {width: 320});
  await page.tabTo({role: 'textbox', name: 'Email address'});
  await page.type(user.email);
  await page.tabTo({role: 'button', name: 'Send me a link'});
  await page.press('Space');
  await toldIn(page, /If there is an account/);
  await isInOrder(page);

  const link = await linkOnMailPage(browser, user.email, /choose a new password/, '/account/reset');
  assert.match(link, /\/account\/reset#token=rst_[\w-]{43}$/);
  const reset = await browser.open(link, {width: 320});
  await reset.tabTo({role: 'textbox', name: 'New password'});
  await reset.type('12345678');
  await reset.press('Enter');
  await reset.wait('why the password is refused', () => document.querySelector('#password-error').innerText !== '');
  assert.deepEqual([(await reset.focused()).name, (await reset.focused()).value], ['New password', '12345678']);
  await reset.evaluate(() => document.activeElement.select());
  await reset.type(newPassword);
  await reset.tabTo({role: 'checkbox', name: 'Show the password'});
  await reset.press('Space');
  assert.equal(await reset.evaluate(() => document.querySelector('#password').type), 'text');
  await reset.tabTo({role: 'button', name: 'Set the new password'});
  await reset.press('Enter');
  await toldIn(reset, /new password is set/);
  await isInOrder(reset, /400/);
  await reset.click({role: 'link', name: 'log in with the new password'});
  await reset.see({role: 'heading', name: 'Log in'});

  assert.equal((await server.post('/api/auth/refresh', {refresh_token: user.refresh_token})).status, 401);
  assert.equal((await server.get('/api/me', {token: user.token})).status, 401);
  assert.equal((await loginOf(user, password)).status, 401);
  assert.equal((await loginOf(user, newPassword)).status, 200);

  const again = await browser.open(link, {width: 320});
  await again.fill('#password', password);
  await again.press('Enter');
  await toldIn(again, /can no longer be used/);
  assert.equal((await loginOf(user, newPassword)).status, 200);
});

forEachEngine('a forgotten password of who has a second factor', async (browser) => {
  const user = await makeLoggedIn(server), {codes} = await addApp(server, user);
  assert.equal((await server.post('/api/auth/password-reset', {email: user.email})).status, 200);
  const page = await browser.open(await linkOnMailPage(browser, user.email, /choose a new password/, '/account/reset'), {width: 320});
  await page.fill('#password', newPassword);
  await page.press('Enter');
  await page.see('#step');
  await page.tabTo({role: 'radio', name: 'Authenticator app: Phone'});
  await page.press('ArrowDown');
  await page.tabTo({role: 'textbox', name: 'Recovery code'});
  await page.type(codes[0]);
  assert.equal((await loginOf(user, password)).status, 403);
  await page.press('Enter');
  await toldIn(page, /new password is set/);
  assert.equal((await loginOf(user, newPassword)).status, 403);
  assert.equal((await loginOf(user, password)).status, 401);
  await isInOrder(page, /403/);
});

forEachEngine('a forgotten password by code, on the page that asked for it', async (browser) => {
  const user = await makeLoggedIn(server);
  const page = await browser.open(`${server.base}/account/forgot`);
  await page.fill('#ask-email', user.email);
  await page.press('Enter');
  await toldIn(page, /enter its code here/);
  const mail = await openMailbox(server, user.email).next(/choose a new password/);
  const [code] = /^\d{8}$/m.exec(mail.text);
  await page.fill('#code-code', String((Number(code) + 1) % 1e8).padStart(8, '0'));
  await page.fill('#code-password', newPassword);
  await page.press('Enter');
  await page.wait('the wrong code', () => /This code is wrong/.test(document.querySelector('#code-code-error').innerText));
  await page.fill('#code-code', code);
  await page.click({role: 'button', name: 'Set the new password'});
  await toldIn(page, /new password is set/);
  assert.equal((await loginOf(user, newPassword)).status, 200);
  await isClean(page, /400/);
});

forEachEngine('a new address: confirmed by its link, undone by the old one, and a new password at the end', async (browser) => {
  const user = await makeLoggedIn(server), address = newAddress('moved');
  assert.equal((await server.post('/api/me/email', {new_email: address}, {token: user.token})).status, 200);
  const confirm = await browser.open(await linkOnMailPage(browser, address, /confirm your new address/, '/account/email'));
  assert.equal((await loginOf({email: address}, password)).status, 401);
  await confirm.click({role: 'button', name: 'Confirm the address'});
  assert.ok((await toldIn(confirm, /Your account now has the address/)).includes(address));
  assert.equal((await loginOf({email: address}, password)).status, 200);
  assert.equal((await loginOf(user, password)).status, 401);
  await isInOrder(confirm);

  const undo = await browser.open(await linkOnMailPage(browser, user.email, /your address was changed/, '/account/undo'));
  await undo.tabTo({role: 'button', name: 'Undo the change'});
  await undo.press('Enter');
  assert.ok((await toldIn(undo, /again\. If the account is active/)).includes(user.email));
  assert.equal((await loginOf({email: address}, password)).status, 401);
  assert.equal((await loginOf(user, password)).status, 401);
  await isInOrder(undo);

  const reset = await browser.open(await linkOnMailPage(browser, user.email, /choose a new password/, '/account/reset'));
  await reset.fill('#password', newPassword);
  await reset.press('Enter');
  await toldIn(reset, /new password is set/);
  await logIn(server, {email: user.email, password: newPassword});
});

/** Opens a page a thousand times: as a browser asks, and as one asks that sends the token along. Then asks its route with GET. */
async function openOften(page, route, secret) {
  const targets = [page, `${page}?token=${secret}`, `${page}/?token=${secret}`];
  for (let round = 0; round < 125; ++round) {
    const answers = await Promise.all(['GET', 'HEAD', 'GET', 'HEAD', 'GET', 'HEAD', 'GET', 'OPTIONS'].map((method, index) => server.request(method, targets[index % 3])));
    for (const {status} of answers) assert.ok(status === 200 || status === 204, String(status));
  }
  for (const method of ['GET', 'HEAD']) assert.equal((await server.request(method, `${route}?token=${secret}`)).status, 405);
}

test('a link that is opened a thousand times by GET, HEAD and OPTIONS is still good, on each page', async () => {
  const user = await makeLoggedIn(server), address = newAddress('moved');
  const secretIn = async (to, subject, page) => linkIn(await openMailbox(server, to).next(subject), page).split('=').at(-1);
  assert.equal((await server.post('/api/me/email', {new_email: address}, user)).status, 200);
  const links = [
    ['/account/email', '/api/auth/email-change/confirm', () => secretIn(address, /confirm your new address/, '/account/email'), {}, 200],
    ['/account/undo', '/api/auth/email-change/undo', () => secretIn(user.email, /your address was changed/, '/account/undo'), {}, 200],
    ['/account/reset', '/api/auth/password-reset/confirm', () => secretIn(user.email, /choose a new password/, '/account/reset'), {password: newPassword}, 204],
  ];
  // Each brings the next.
  for (const [page, route, mailed, further, status] of links) {
    const secret = await mailed();
    await openOften(page, route, secret);
    assert.equal((await server.post(route, {token: secret, ...further})).status, status, page);
  }
});
