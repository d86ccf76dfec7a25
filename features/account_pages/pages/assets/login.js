// Logs in, in one step or two, by password, passkey, mailed code or link, and goes on to the account's page.
import {arePasskeysHere, askSecondStep, busy, byId, call, canAskSecondStep, clearForm, deviceToken, hasPasskeys, isAtDomain, isThere, keepDevice,
  onSubmit, read, session, takeLinkToken, tell, tellProblem, usePasskey, words} from './client.js';

const linkToken = takeLinkToken();
// Before the challenge of options that wait in a field is over: so much of their time.
const renewOptionsAfter = 0.8;
const forms = ['login', 'mail', 'link'].map(byId);
/** Of the requests for a mail to one address, the latest first: one that came too soon sends none, and the code in the mailbox is of an earlier one. */
let asked = {email: '', tokens: []};
/** What offers passkeys in the field of the address, while it does. */
let offer;
function stopOffering() {
  offer?.abort();
  offer = undefined;
}

function show(id) {
  for (const form of forms) form.hidden = form.id !== id;
}

async function goOn(tokens) {
  stopOffering();
  for (const form of forms) form.reset();
  // One session a tab.
  if (session.exists()) await session.end().catch(() => {});
  session.keep(tokens);
  location.assign(byId('to-security').href);
  // The page stays as it is until the next one is there.
  await new Promise(() => {});
}

/** What every way in ends with; `email` where it is known. */
async function finish(answer, form, email) {
  if (answer.ok) return goOn(answer.body);
  if (!canAskSecondStep(answer)) {
    byId('ask-code').hidden = answer.status !== 429 || form?.id !== 'login';
    tellProblem(answer, {form});
    return undefined;
  }
  // A browser does one thing with passkeys at a time, and this step may want one.
  stopOffering();
  show('');
  // What is kept of a device is kept under its account's address.
  const passed = await askSecondStep(byId('second-step'), {...answer.body, can_trust_device: answer.body.can_trust_device && Boolean(email)});
  if (passed?.access_token) {
    if (passed.device_token && email) await keepDevice(email, passed.device_token);
    return goOn(passed);
  }
  show('login');
  if (!byId('by-passkey').hidden) void offerPasskeys();
  byId('password').value = '';
  byId('password').focus();
  if (passed?.problem) tell(words('step-over'));
  return undefined;
}

async function logIn(form) {
  clearForm(form);
  const body = read(form);
  if (!body) return;
  const device = await deviceToken(body.email);
  let answer = await call('POST', 'auth/login', {...body, ...device && {device_token: device}});
  if (answer.body.errors?.device_token) {
    await keepDevice(body.email);
    answer = await call('POST', 'auth/login', body);
  }
  await finish(answer, form, body.email);
}

async function askLoginCode() {
  const form = byId('login');
  clearForm(form);
  byId('code-field').hidden = true;
  const body = read(form);
  if (!body) return;
  const answer = await call('POST', 'auth/login-code', body);
  if (!answer.ok) return tellProblem(answer, {form});
  byId('code-field').hidden = false;
  byId('ask-code').hidden = true;
  tell(words('code-sent'), true);
}

async function askMail() {
  const form = byId('login');
  clearForm(form);
  byId('password').closest('p').hidden = true;
  const body = read(form);
  byId('password').closest('p').hidden = false;
  if (!body) return;
  const answer = await call('POST', 'auth/email-login', {email: body.email});
  if (!answer.ok) return tellProblem(answer, {form});
  const before = asked.email === body.email ? asked.tokens : [];
  asked = {email: body.email, tokens: [answer.body.login_token, ...before].slice(0, 5)};
  show('mail');
  tell(words('mail-sent', {email: body.email}), true);
}

/** Tries the proofs until one is not called wrong. */
async function confirmMail(form, proofs) {
  clearForm(form);
  const email = byId('email').value;
  const device = email && await deviceToken(email);
  let answer;
  for (const proof of proofs) {
    answer = await call('POST', 'auth/email-login/confirm', {...proof, ...device && {device_token: device}});
    if (answer.body?.code !== 'invalid_code') break;
  }
  await finish(answer, form, email);
}

async function logInByPasskey(options, further) {
  const credential = await usePasskey(options, further);
  const answer = await call('POST', 'auth/passkey', {credential});
  await finish(answer);
  return answer;
}

/** Lets the browser offer passkeys in the field of the address, until something else is done; false where it cannot. */
async function offerOnce(own) {
  const asked = await call('POST', 'auth/passkey/options').catch(() => ({ok: false}));
  if (!asked.ok || own.signal.aborted) return false;
  let isOld = false;
  const timer = setTimeout(() => {
    isOld = true;
    own.abort();
  }, asked.body.options.timeout * renewOptionsAfter);
  try {
    await logInByPasskey(asked.body.options, {mediation: 'conditional', signal: own.signal});
    return true;
  } catch (error) {
    // Nobody asked for a passkey: what a browser cannot do here is not said.
    if (!error.reason) tell(words('problem-unreachable'));
    return isOld;
  } finally {
    clearTimeout(timer);
  }
}

async function offerPasskeys() {
  stopOffering();
  if (!await window.PublicKeyCredential.isConditionalMediationAvailable?.()) return;
  let own;
  do {
    if (own !== offer) return;
    own = offer = new AbortController();
  } while (await offerOnce(own));
}

async function askPasskey() {
  stopOffering();
  clearForm(byId('login'));
  try {
    const asked = await call('POST', 'auth/passkey/options');
    if (!asked.ok) return tellProblem(asked, {form: byId('login')});
    await logInByPasskey(asked.body.options);
  } finally {
    void offerPasskeys();
  }
  return undefined;
}

/** Whether passkeys can be used here; where only the address is wrong, says which is right. */
async function findPasskeys() {
  if (!hasPasskeys || !await isThere('auth/passkey/options')) return false;
  if (isAtDomain) return true;
  const {ok, body: {options}} = await call('POST', 'auth/passkey/options');
  if (!ok || arePasskeysHere(options.rpId)) return ok;
  byId('passkeys-elsewhere').querySelector('strong').textContent = options.rpId;
  byId('passkeys-elsewhere').hidden = false;
  return false;
}

/** Shows the ways in that the service has. */
async function findOut() {
  const has = (path) => isThere(path).catch(() => false);
  const hasForgot = () => fetch(byId('forgot-link').href, {method: 'HEAD', credentials: 'omit'}).then(({ok}) => ok, () => false);
  const [passkeys, mails, forgot] = await Promise.all([findPasskeys().catch(() => false), has('auth/email-login'), hasForgot()]);
  byId('by-passkey').hidden = !passkeys;
  byId('by-mail').hidden = !mails;
  byId('forgot').hidden = !forgot;
  if (passkeys && !byId('login').hidden) void offerPasskeys();
}

function begin() {
  onSubmit(byId('login'), (form) => busy(form, () => logIn(form)));
  onSubmit(byId('mail'), (form) => busy(form, async () => {
    clearForm(form);
    const body = read(form);
    if (body) await confirmMail(form, asked.tokens.map((token) => ({login_token: token, code: body.code})));
  }));
  onSubmit(byId('link'), (form) => busy(form, () => confirmMail(form, [{token: linkToken}])));
  for (const [id, work] of [['ask-code', askLoginCode], ['by-mail', askMail], ['by-passkey', askPasskey]]) {
    const button = byId(id).querySelector('button');
    button.addEventListener('click', () => void busy(button, work));
  }
  for (const button of document.querySelectorAll('[data-goto]')) button.addEventListener('click', () => {
    byId('outcome').replaceChildren();
    show(button.dataset.goto);
    byId('email').focus();
  });
  // A link that is opened where this page is open makes the browser change the fragment alone.
  addEventListener('hashchange', () => { if (/#.*token=/.test(location.href)) location.reload(); });
  byId('link-ends').hidden = !session.exists();
  if (linkToken) return show('link');
  if (session.exists()) return location.replace(byId('to-security').href);
  show('login');
  if (session.hasEnded()) tell(words('session-ended'));
  return undefined;
}

begin();
void findOut();
