// Shows and changes what protects an account: second factors, recovery codes, passkeys, trusted devices, sessions.
import {arePasskeysHere, busy, byId, callOwn, clearForm, forgetPasskey, hasPasskeys, listInWords, makePasskey, onSubmit, read, session, tell,
  tellProblem, timeInWords, words, wordsOfSent} from './client.js';
import {confirmed, offerPasskeyAgain, onClick, openDialog} from './dialogs.js';

/** What the service said last; `adding` is the kind of factor whose form is open. */
const state = {addable: [], adding: '', enrolment: undefined, isRequired: false};
/** The lists of factors, by their kind, and the buttons that add one. */
const lists = {totp: 'apps', sms: 'phones', email: 'mails'}, adders = {totp: 'add-app', sms: 'add-phone', email: 'add-mail'};

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

function showAdders() {
  for (const [kind, id] of Object.entries(adders)) byId(id).hidden = state.adding === kind || !state.addable.includes(kind);
}

function hideEnrolment() {
  Object.assign(state, {adding: '', enrolment: undefined});
  for (const form of ['enrol', 'enrol-phone', 'enrol-sent'].map(byId)) {
    form.hidden = true;
    form.reset();
    clearForm(form);
  }
  byId('enrol-picture').removeAttribute('src');
  for (const id of ['enrol-secret', 'enrol-until', 'sent-to', 'sent-until']) byId(id).textContent = '';
  byId('enrol-link').removeAttribute('href');
  showAdders();
}

function cancelEnrolment() {
  const adder = byId(adders[state.adding]);
  hideEnrolment();
  adder.focus();
}

function openEnrolment(kind, form, title) {
  hideCodes();
  hideEnrolment();
  state.adding = kind;
  showAdders();
  byId(form).hidden = false;
  byId(title).focus();
}

async function enrolApp() {
  const answer = await callOwn('POST', 'me/factors', {type: 'totp'});
  if (answer.isCancelled) return;
  if (!answer.ok) return tellProblem(answer);
  openEnrolment('totp', 'enrol', 'enrol-title');
  const {secret, uri, qr, expires_at: until} = state.enrolment = answer.body;
  byId('enrol-picture').hidden = !qr;
  if (qr) byId('enrol-picture').src = qr;
  byId('enrol-secret').textContent = secret.match(/.{1,4}/g).join(' ');
  byId('enrol-link').href = uri.startsWith('otpauth:') ? uri : '';
  byId('enrol-until').textContent = timeInWords(until);
}

/** Of a factor that codes are sent to, and from which form. */
async function enrolTarget(target, form) {
  const answer = await callOwn('POST', 'me/factors', target);
  if (answer.isCancelled) return;
  if (!answer.ok) return tellProblem(answer, {form, tooMany: 'step-too_many'});
  byId(`own-${lists[target.type]}`).append(byId('enrol-sent'));
  openEnrolment(target.type, 'enrol-sent', 'sent-title');
  state.enrolment = answer.body;
  byId('sent-to').textContent = answer.body.hint;
  byId('sent-until').textContent = timeInWords(answer.body.code_expires_at);
}

async function enrolPhone(form) {
  clearForm(form);
  const body = read(form);
  if (body) await enrolTarget({type: 'sms', ...body}, form);
}

async function sendAgain() {
  const sent = await callOwn('POST', `me/factors/${state.enrolment.id}/send`);
  if (sent.isCancelled) return;
  if (!sent.ok) return tellProblem(sent, {form: byId('enrol-sent'), tooMany: 'step-too_many'});
  byId('sent-until').textContent = timeInWords(sent.body.expires_at);
  tell(wordsOfSent(sent.body, state.enrolment.code_expires_at), true);
  state.enrolment.code_expires_at = sent.body.expires_at;
}

async function confirmFactor(form) {
  clearForm(form);
  const body = read(form);
  if (!body) return;
  const {id, type} = state.enrolment, wasRequired = state.isRequired;
  const answer = await callOwn('POST', `me/factors/${id}/confirm`, {code: body.code});
  if (!answer.ok) return tellProblem(answer, {form});
  if (body.label) await callOwn('PATCH', `me/factors/${id}`, {label: body.label});
  hideEnrolment();
  await load();
  tell(words(`added-${type}`, {first: !wasRequired}), true);
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

async function removeFactor(name, id) {
  if (await confirmed('remove-factor', {name})) await change('DELETE', `me/factors/${id}`, undefined, 'removed');
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

/** The name of a kind of factor; that of a kind which the page does not know is its word. */
const nameOf = (type) => byId(`factor-${type}`) ? words(`factor-${type}`).textContent : type;

function showFactor({id, label, hint, type, created_at: created, last_used_at: used}) {
  const name = label || hint || nameOf(type);
  return itemOf('factor-item', {name, hint: label && hint, created: timeInWords(created), used: timeInWords(used)}, {
    rename: () => rename(`me/factors/${id}`, 'label', label),
    remove: () => removeFactor(name, id),
  });
}

function showFactors({required, required_by_policy: byPolicy, policy_satisfied: isSatisfied, accepted_types: accepted, factors, passkeys,
  addable_types: addable, recovery_codes_left: left, locked, locked_until: until}) {
  const hasFactor = factors.length > 0 || passkeys;
  // There is one mailbox.
  const canAdd = (kind) => kind !== 'email' || !factors.some(({type}) => type === kind);
  Object.assign(state, {addable: addable.filter(canAdd), isRequired: required});
  byId('is-on').hidden = !required;
  byId('is-off').hidden = required;
  byId('is-needed').hidden = isSatisfied;
  byId('is-needed').querySelector('span').textContent = listInWords(accepted.map(nameOf));
  byId('is-locked').hidden = !locked;
  byId('locked-until').hidden = !until || locked;
  byId('locked-until').querySelector('span').textContent = timeInWords(until);
  byId('turn-on').hidden = required || !hasFactor;
  byId('turn-off').hidden = !required || byPolicy;
  byId('codes-left').textContent = left;
  byId('recovery').hidden = !required;
  for (const [kind, list] of Object.entries(lists)) {
    const own = factors.filter(({type}) => type === kind);
    showList(list, own.map(showFactor));
    byId(`own-${list}`).hidden = own.length === 0 && !addable.includes(kind);
  }
  const others = factors.filter(({type}) => !lists[type]);
  byId('others').replaceChildren(...others.map(showFactor));
  byId('own-others').hidden = others.length === 0;
  showAdders();
}

function showPasskeys({rp_id: domain, passkeys}) {
  const isHere = arePasskeysHere(domain);
  offerPasskeyAgain(hasPasskeys && isHere && passkeys.length > 0);
  byId('add-passkey').hidden = !hasPasskeys || !isHere;
  byId('no-passkeys').hidden = hasPasskeys;
  byId('passkeys-elsewhere').hidden = !hasPasskeys || isHere;
  byId('passkeys-elsewhere').querySelector('strong').textContent = domain;
  showList('passkeys', passkeys.map(({id, name: given, created_at: created, last_used_at: used, backed_up: isBackedUp}) => {
    const name = given || words('factor-passkey').textContent;
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
  const actions = {'log-out': logOut, 'turn-on': () => setRequired(true), 'turn-off': () => setRequired(false), 'renew-codes': renewCodes,
    'add-app': enrolApp, 'add-phone': () => openEnrolment('sms', 'enrol-phone', 'enrol-phone-title'), 'add-mail': () => enrolTarget({type: 'email'}),
    'send-again': sendAgain, 'enrol-cancel': cancelEnrolment, 'phone-cancel': cancelEnrolment, 'sent-cancel': cancelEnrolment,
    copy: copyCodes, print: () => print(), kept: () => { hideCodes(); tell(words('codes-kept'), true); },
    'forget-all': async () => { if (await confirmed('confirm-forget')) await change('DELETE', 'me/devices', undefined, 'forgotten'); }};
  for (const [id, work] of Object.entries(actions)) onClick(byId(id), work);
  for (const id of ['enrol', 'enrol-sent']) onSubmit(byId(id), (form) => busy(form, () => confirmFactor(form)));
  onSubmit(byId('enrol-phone'), (form) => busy(form, () => enrolPhone(form)));
  onSubmit(byId('add-passkey'), (form) => busy(form, () => addPasskey(form)));
  return busy(document.querySelector('main'), load);
}

void begin();
