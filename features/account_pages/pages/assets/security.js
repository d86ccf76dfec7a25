// Shows and changes what protects an account: authenticator apps, recovery codes, passkeys, trusted devices, sessions.
import {askSecondStep, busy, byId, callOwn, canAskSecondStep, clearForm, forgetPasskey, hasPasskeys, makePasskey, onReauthentication, onSubmit, read, session,
  tell, tellProblem, timeInWords, usePasskey, words} from './client.js';

/** What the service said last. */
const state = {enrolment: undefined, passkeys: []};

/** Does what a button asks for. */
const onClick = (button, work) => button.addEventListener('click', () => void busy(button, work));

// Dialogs.

/** Opens a dialog until it is sent with `submitted`, which gives true where it is done, or closed. Gives whether it was done. */
function openDialog(id, submitted) {
  const dialog = byId(id), form = dialog.querySelector('form'), outcome = dialog.querySelector('.outcome');
  // Without what an earlier use of it left behind.
  const copy = form.cloneNode(true);
  copy.hidden = false;
  copy.removeAttribute('aria-busy');
  form.replaceWith(copy);
  clearForm(copy, outcome);
  copy.reset();
  dialog.showModal();
  return new Promise((done) => {
    let isDone = false;
    dialog.addEventListener('close', () => done(isDone), {once: true});
    copy.querySelector('[data-close]').addEventListener('click', () => dialog.close());
    onSubmit(copy, () => busy(copy, async () => {
      clearForm(copy, outcome);
      isDone = await submitted(copy, outcome);
      if (isDone) dialog.close();
    }, outcome));
  });
}

async function passAgain(answer, form, outcome) {
  let passed = answer.body;
  if (canAskSecondStep(answer)) {
    form.hidden = true;
    passed = await askSecondStep(byId('again-step'), answer.body);
    form.hidden = false;
    byId('again-password').value = '';
    byId('again-password').focus();
    if (!passed?.access_token) {
      if (passed) tell(words('step-over'), false, outcome);
      return false;
    }
  } else if (!answer.ok) {
    tellProblem(answer, {form, place: outcome});
    return false;
  }
  session.keep(passed);
  return true;
}

async function passAgainByPasskey(form, outcome) {
  const asked = await callOwn('POST', 'auth/reauthenticate/passkey-options');
  if (!asked.ok) return tellProblem(asked, {form, place: outcome});
  const {options} = asked.body;
  const credential = await usePasskey(options);
  const answer = await callOwn('POST', 'auth/reauthenticate', {credential});
  return passAgain(answer, form, outcome);
}

let again;
/** One dialog for all that need it at the same time. */
onReauthentication(() => again ??= (() => {
  byId('again-step').replaceChildren();
  const done = openDialog('again', async (form, outcome) => {
    const body = read(form);
    return body !== undefined && passAgain(await callOwn('POST', 'auth/reauthenticate', body), form, outcome);
  });
  const form = byId('again').querySelector('form'), outcome = byId('again-outcome');
  const button = byId('again-passkey');
  button.hidden = !hasPasskeys || state.passkeys.length === 0;
  let byPasskey = false;
  onClick(button, () => busy(form, async () => {
    clearForm(form, outcome);
    byPasskey = await passAgainByPasskey(form, outcome) === true;
    if (byPasskey) byId('again').close();
  }, outcome));
  return done.then((isDone) => isDone || byPasskey);
})().finally(() => { again = undefined; }));

const confirmed = (question, values) => {
  byId('confirm-question').replaceChildren(words(question, values));
  return openDialog('confirm', async () => true);
};

// What is done in the session.

/** Calls, shows everything anew, and says that it is done; gives the answer's body where it is. */
async function change(method, path, body, done, place) {
  const answer = await callOwn(method, path, body);
  if (answer.isCancelled) return undefined;
  // Somebody else may have removed it meanwhile.
  if (!answer.ok && answer.status !== 404) {
    tellProblem(answer, place);
    return undefined;
  }
  await load();
  if (done) tell(words(done), true);
  return answer.body;
}

function showCodes(codes) {
  if (!codes) return;
  const list = byId('code-list');
  list.replaceChildren(...codes.map((code) => {
    const item = document.createElement('li');
    item.textContent = code;
    return item;
  }));
  byId('copy-outcome').replaceChildren();
  byId('codes').hidden = false;
  byId('codes-title').focus();
}

function hideCodes() {
  byId('codes').hidden = true;
  byId('code-list').replaceChildren();
}

async function copyCodes() {
  const text = [...byId('code-list').children].map(({textContent}) => textContent).join('\n');
  const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  byId('copy-outcome').replaceChildren(words(copied ? 'copied' : 'not-copied'));
  if (!copied) getSelection().selectAllChildren(byId('code-list'));
}

function hideEnrolment() {
  state.enrolment = undefined;
  byId('enrol').hidden = true;
  byId('enrol-picture').removeAttribute('src');
  for (const id of ['enrol-secret', 'enrol-until']) byId(id).textContent = '';
  byId('enrol-link').removeAttribute('href');
  byId('enrol').reset();
  byId('add-app').hidden = false;
}

async function enrol() {
  hideCodes();
  const answer = await callOwn('POST', 'me/factors', {type: 'totp'});
  if (answer.isCancelled) return;
  if (!answer.ok) return tellProblem(answer);
  const {secret, uri, qr, expires_at: until} = state.enrolment = answer.body;
  byId('enrol-picture').hidden = !qr;
  if (qr) byId('enrol-picture').src = qr;
  byId('enrol-secret').textContent = secret.match(/.{1,4}/g).join(' ');
  byId('enrol-link').href = uri.startsWith('otpauth:') ? uri : '';
  byId('enrol-until').textContent = timeInWords(until);
  byId('add-app').hidden = true;
  byId('enrol').hidden = false;
  byId('outcome').replaceChildren();
  byId('enrol-title').focus();
}

async function confirmApp(form) {
  clearForm(form);
  const body = read(form);
  if (!body) return;
  const {id} = state.enrolment;
  const answer = await callOwn('POST', `me/factors/${id}/confirm`, {code: body.code});
  if (!answer.ok) return tellProblem(answer, {form});
  if (body.label) await callOwn('PATCH', `me/factors/${id}`, {label: body.label});
  hideEnrolment();
  await load();
  tell(words('app-added'), true);
  showCodes(answer.body.recovery_codes);
}

async function addPasskey(form) {
  clearForm(form);
  const {name} = read(form);
  const asked = await callOwn('POST', 'me/passkeys/options');
  if (asked.isCancelled) return;
  if (!asked.ok) return tellProblem(asked, {form});
  const credential = await makePasskey(asked.body.options);
  const added = await callOwn('POST', 'me/passkeys', {credential, ...name && {name}});
  if (!added.ok) {
    // What the service did not take must not stay in the browser; what it may have taken after all must.
    if (added.isCancelled || ['passkey_rejected', 'limit_reached'].includes(added.body.code)) forgetPasskey({rpId: asked.body.options.rp.id}, credential);
    return added.isCancelled ? undefined : tellProblem(added, {form});
  }
  await load();
  tell(words('passkey-added'), true);
  form.reset();
}

/**
 * Tells the browser which passkeys the account has, so that it offers no other: those that the options of a new one
 * exclude. For a session that is recent.
 */
async function signalPasskeys() {
  if (!window.PublicKeyCredential?.signalAllAcceptedCredentials) return;
  const {ok, body: {options}} = await callOwn('POST', 'me/passkeys/options');
  if (!ok) return;
  const allAcceptedCredentialIds = (options.excludeCredentials ?? []).map(({id}) => id);
  await PublicKeyCredential.signalAllAcceptedCredentials({rpId: options.rp.id, userId: options.user.id, allAcceptedCredentialIds}).catch(() => {});
}

async function removePasskey(name, id) {
  if (!await confirmed('remove-passkey', {name})) return;
  const removed = await change('DELETE', `me/passkeys/${id}`, undefined, 'removed');
  if (removed) await signalPasskeys();
}

async function rename(path, field, name) {
  const input = () => byId('rename-name');
  const done = openDialog('rename', async (form, outcome) => {
    const {name: to} = read(form);
    const answer = await callOwn('PATCH', path, {[field]: to});
    if (!answer.ok && answer.status !== 404) tellProblem(answer, {form, place: outcome});
    return answer.ok || answer.status === 404;
  });
  input().value = name;
  input().select();
  if (!await done) return;
  await load();
  tell(words('renamed'), true);
}

async function removeApp(name, id) {
  if (await confirmed('remove-app', {name})) await change('DELETE', `me/factors/${id}`, undefined, 'removed');
}

// What is shown.

let shown = 0;
/** An item of a list; its buttons are named after it, too. */
function itemOf(id, values, actions) {
  const item = words(id, values).firstElementChild;
  const name = item.querySelector('.name');
  name.id = `item-${++shown}`;
  for (const button of item.querySelectorAll('button')) {
    const work = actions[button.dataset.does];
    if (!work) button.remove();
    button.id = `${name.id}-${button.dataset.does}`;
    button.setAttribute('aria-labelledby', `${button.id} ${name.id}`);
    if (work) onClick(button, work);
  }
  return item;
}

function showList(id, items) {
  byId(id).replaceChildren(...items);
  byId(id).hidden = items.length === 0;
  byId(`${id}-none`).hidden = items.length > 0;
}

const unnamed = (id) => words(id).textContent;

function showFactors({required, required_by_policy: byPolicy, factors, passkeys, recovery_codes_left: left, locked, locked_until: until}) {
  const hasFactor = factors.length > 0 || passkeys;
  byId('is-on').hidden = !required;
  byId('is-off').hidden = required;
  byId('is-needed').hidden = !byPolicy || (required && hasFactor);
  byId('is-locked').hidden = !locked && !until;
  byId('locked-until').hidden = !until || locked;
  byId('locked-until').querySelector('span').textContent = timeInWords(until);
  byId('turn-on').hidden = required || !hasFactor;
  byId('turn-off').hidden = !required || byPolicy;
  byId('codes-left').textContent = left;
  byId('recovery').hidden = !required;
  showList('apps', factors.map(({id, label, hint, type, created_at: created, last_used_at: used}) => {
    const name = label || hint || unnamed(`factor-${type}`);
    return itemOf('app-item', {name, created: timeInWords(created), used: timeInWords(used)}, {
      rename: () => rename(`me/factors/${id}`, 'label', label),
      remove: () => removeApp(name, id),
    });
  }));
}

function showPasskeys(body) {
  state.passkeys = body.passkeys;
  byId('add-passkey').hidden = !hasPasskeys;
  byId('no-passkeys').hidden = hasPasskeys;
  showList('passkeys', body.passkeys.map(({id, name: given, created_at: created, last_used_at: used, backed_up: isBackedUp}) => {
    const name = given || unnamed('factor-passkey');
    return itemOf('passkey-item', {name, created: timeInWords(created), used: timeInWords(used), isBackedUp}, {
      rename: () => rename(`me/passkeys/${id}`, 'name', given),
      remove: () => removePasskey(name, id),
    });
  }));
}

function showDevices(devices) {
  byId('forget-all').hidden = devices.length === 0;
  showList('devices', devices.map(({id, user_agent: client, ip, created_at: created, expires_at: until, last_used_at: used}) => itemOf('device-item',
    {name: client || ip, ip, created: timeInWords(created), used: timeInWords(used), until: timeInWords(until)},
    {remove: () => change('DELETE', `me/devices/${id}`, undefined, 'forgotten')})));
}

function showSessions(sessions) {
  showList('sessions', sessions.map(({id, user_agent: client, ip, current, created_at: created, last_used_at: used}) => itemOf('session-item',
    {name: client || ip, ip, current, created: timeInWords(created), used: timeInWords(used)},
    current ? {} : {remove: () => change('DELETE', `me/sessions/${id}`, undefined, 'ended')})));
}

const parts = {
  'two-steps': ['me/second-factor', showFactors],
  'own-passkeys': ['me/passkeys', showPasskeys],
  'own-devices': ['me/devices', showDevices],
  'own-sessions': ['me/sessions', showSessions],
};

/** What the service does not have, or does not show before a second factor is set up, stays hidden. */
async function load() {
  const me = await callOwn('GET', 'me');
  if (!me.ok) return tellProblem(me);
  byId('whose').textContent = me.body.email;
  byId('account').hidden = false;
  const answers = await Promise.all(Object.entries(parts).map(async ([id, [path, show]]) => {
    const answer = await callOwn('GET', path);
    if (answer.ok) show(answer.body);
    byId(id).hidden = !answer.ok;
    return answer;
  }));
  const failed = answers.find(({ok, status}) => !ok && status !== 404 && status !== 403);
  if (failed) tellProblem(failed);
  return undefined;
}

async function setRequired(required) {
  if (!required && !await confirmed('confirm-off')) return;
  const changed = await change('PUT', 'me/second-factor', {required}, required ? 'turned-on' : 'turned-off');
  showCodes(changed?.recovery_codes);
}

async function renewCodes() {
  if (Number(byId('codes-left').textContent) > 0 && !await confirmed('confirm-renewal')) return;
  const made = await change('POST', 'me/recovery-codes', undefined, 'codes-made');
  showCodes(made?.recovery_codes);
}

async function logOut() {
  await session.end();
  location.replace(byId('to-login').href);
}

function begin() {
  if (!session.exists()) return location.replace(byId('to-login').href);
  const actions = {'log-out': logOut, 'add-app': enrol, 'turn-on': () => setRequired(true), 'turn-off': () => setRequired(false), 'renew-codes': renewCodes,
    copy: copyCodes, print: () => print(), kept: () => { hideCodes(); tell(words('codes-kept'), true); }, 'enrol-cancel': () => { hideEnrolment(); byId('add-app').focus(); },
    'forget-all': async () => { if (await confirmed('confirm-forget')) await change('DELETE', 'me/devices', undefined, 'forgotten'); }};
  for (const [id, work] of Object.entries(actions)) onClick(byId(id), work);
  onSubmit(byId('enrol'), (form) => busy(form, () => confirmApp(form)));
  onSubmit(byId('add-passkey'), (form) => busy(form, () => addPasskey(form)));
  return busy(document.querySelector('main'), load);
}

void begin();
