// What the scripts of pages share, as a module: words that stand on the page, forms, the API on the page's own origin, how a passkey is used,
// and the second step of a login, a re-authentication or a password reset.
//
// The page has a place `outcome` and templates `field-required`, `problem-rate_limited`, `problem-unavailable`,
// `problem-unreachable` and `problem-refused`; for the second step also the words of step.html.

/** Takes the token of a mailed link out of the address bar: first of all, so that it is in no history, bookmark or shared screen. */
export function takeLinkToken() {
  const [address, fragment = ''] = location.href.split('#');
  if (location.href !== address) history.replaceState(null, '', address);
  return new URLSearchParams(fragment).get('token') ?? '';
}

const longestWait = 30_000;
const language = document.documentElement.lang;
export const byId = (id) => document.getElementById(id);

// Words.

/** A copy of the words with that id, with values put in; what wants a value that is not there is left out. */
export function words(id, values = {}) {
  const copy = byId(id).content.cloneNode(true);
  for (const part of copy.querySelectorAll('[data-if]')) if (!values[part.dataset.if]) part.remove();
  for (const place of copy.querySelectorAll('[data-value]')) place.textContent = values[place.dataset.value] ?? '';
  return copy;
}

/** Says it where `place` is, and to who listens. */
export function tell(parts, isGood = false, place = byId('outcome')) {
  place.className = `outcome ${isGood ? 'good' : 'bad'}`;
  place.replaceChildren(parts);
  place.focus();
}

export function timeInWords(text) {
  return text ? new Intl.DateTimeFormat(language, {dateStyle: 'medium', timeStyle: 'short'}).format(new Date(text)) : '';
}

/** "A, B, or C". */
export const listInWords = (items) => new Intl.ListFormat(language, {type: 'disjunction'}).format(items);

function waitInWords(seconds) {
  const [count, unit] = seconds < 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return new Intl.RelativeTimeFormat(language).format(count, unit);
}

function sentence(name, {code, message}) {
  const id = [`${name}-${code}`, `field-${code}`].find((one) => byId(one));
  if (id) return words(id, {number: /\d+/.exec(message)?.[0]});
  const span = document.createElement('span');
  span.lang = 'en';
  span.textContent = message;
  return span;
}

function tellAtField(form, name, parts) {
  const input = form?.elements.namedItem(name);
  const place = input && !input.closest('[hidden]') && byId(`${input.id}-error`);
  if (!place) return false;
  place.append(parts);
  input.setAttribute('aria-invalid', 'true');
  return true;
}

/** Forgets what was wrong with a form. */
export function clearForm(form, place = byId('outcome')) {
  place.replaceChildren();
  for (const input of form.elements) {
    input.removeAttribute('aria-invalid');
    byId(`${input.id}-error`)?.replaceChildren();
  }
  for (const box of form.querySelectorAll('[data-shows]')) {
    box.checked = false;
    byId(box.dataset.shows).type = 'password';
  }
}

/**
 * Says what the service said instead of doing it: at the field of the form that it is about, or in `place`; in the words
 * `tooMany` where it was asked for too often.
 */
export function tellProblem({status, wait, body: {code, detail, errors = {}}}, {form, place, tooMany = 'problem-rate_limited'} = {}) {
  if (status >= 500 || status === 429) {
    tell(words(status === 429 ? tooMany : 'problem-unavailable', {when: wait > 0 ? waitInWords(wait) : ''}), false, place);
    return;
  }
  const known = byId(`problem-${code}`);
  if (known?.dataset.field?.split(' ').some((name) => tellAtField(form, name, words(known.id)))) {
    form.querySelector('[aria-invalid="true"]').focus();
  } else if (known) {
    tell(words(known.id), false, place);
  } else {
    const untold = Object.entries(errors).filter(([name, all]) => !all.every((one) => tellAtField(form, name, sentence(name, one))));
    if (untold.length > 0 || Object.keys(errors).length === 0) tell(words('problem-refused', {detail}), false, place);
    else form.querySelector('[aria-invalid="true"]').focus();
  }
}

/** The fields of a form that are shown; undefined where one that is needed is empty, which is then said. */
export function read(form) {
  const body = {};
  for (const input of form.elements) {
    if (!input.name || input.type === 'radio' || input.type === 'checkbox' || input.closest('[hidden]')) continue;
    body[input.name] = input.type === 'password' ? input.value : input.value.trim();
    if (input.name === 'code') body.code = input.value.replace(/\s/g, '');
    if (input.required && body[input.name] === '') tellAtField(form, input.name, words('field-required'));
  }
  const missing = form.querySelector('[aria-invalid="true"]');
  missing?.focus();
  return missing ? undefined : body;
}

/** Does `work` unless what is asked for is being done already; says so where the service cannot be reached. */
export async function busy(element, work, place) {
  if (element.hasAttribute('aria-busy')) return;
  element.setAttribute('aria-busy', 'true');
  try {
    await work();
  } catch (error) {
    tell(error instanceof PasskeyFailure ? words(`passkey-${error.reason}`, error) : words('problem-unreachable'), false, place);
  } finally {
    element.removeAttribute('aria-busy');
  }
}

/** `submitted` is called with the form where it is sent; what is marked `data-shows` shows its password. */
export function onSubmit(form, submitted) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submitted(form);
  });
  for (const box of form.querySelectorAll('[data-shows]')) {
    box.addEventListener('change', () => { byId(box.dataset.shows).type = box.checked ? 'text' : 'password'; });
  }
}

// Requests.

/** Throws where the service cannot be reached. */
export async function call(method, path, body, token = '') {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), longestWait);
  try {
    const answer = await fetch(`${document.body.dataset.api}/${path}`, {
      method, headers: {...body && {'Content-Type': 'application/json'}, ...token && {Authorization: `Bearer ${token}`}},
      body: body && JSON.stringify(body), cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer', signal: abort.signal,
    });
    const {ok, status, headers} = answer;
    const text = await answer.text();
    // What a proxy says in the service's place is no JSON.
    const isJson = /json/.test(headers.get('Content-Type') ?? '');
    if (ok && text && !isJson) throw new Error('not the service');
    return {ok, status, wait: Number(headers.get('Retry-After')), body: isJson && text ? JSON.parse(text) : {}};
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the service has a route, which is not called. */
export const isThere = async (path) => (await call('OPTIONS', path)).status !== 404;

// Passkeys.

/** Why a browser made or gave no passkey: a word that the page has a sentence for. */
class PasskeyFailure extends Error {
  constructor(reason, host, cause) {
    super(reason, {cause});
    this.reason = reason;
    this.host = host;
  }
}
export const hasPasskeys = typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function';

/** Whether the page is where a browser may have a passkey of another domain, too, which it knows as related. */
export const isAtDomain = location.protocol.startsWith('https') && !/^[\d.]+$|^\[/.test(location.hostname);
/** Whether a passkey of a domain can be used here, as far as a page can tell. */
export const arePasskeysHere = (domain) => isAtDomain || location.hostname === domain || location.hostname.endsWith(`.${domain}`);

async function ceremony(domain, run) {
  try {
    return (await run()).toJSON();
  } catch (error) {
    const reasons = {InvalidStateError: 'exists', NotAllowedError: 'cancelled', AbortError: 'aborted', SecurityError: 'elsewhere'};
    throw new PasskeyFailure(reasons[error.name] ?? 'failed', domain, error);
  }
}
export const makePasskey = (options) =>
  ceremony(options.rp.id, () => navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options)}));
/** `further` may have `mediation` and `signal`. */
export const usePasskey = (options, further = {}) =>
  ceremony(options.rpId, () => navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), ...further}));
/**
 * Lets the browser offer a passkey no longer that was just made and is not kept. Never one that was used: whatever is wrong with
 * that, such as a challenge that is over, the service answers alike.
 */
export function forgetPasskey({rpId = location.hostname}, {id}) {
  PublicKeyCredential.signalUnknownCredential?.({rpId, credentialId: id}).catch(() => {});
}

// The second step.

/** What of the form of a second step belongs to which kind of factor. */
function showFactor(form, {type}) {
  byId('step-recovery-field').hidden = type !== 'recovery_code';
  byId('step-code-field').hidden = type === 'passkey' || type === 'recovery_code';
  byId('step-send').hidden = type !== 'sms' && type !== 'email';
  byId('step-passkey-hint').hidden = type !== 'passkey';
}

const knownOf = (factors) => factors.filter(({type}) => byId(`factor-${type}`) && (type !== 'passkey' || hasPasskeys));

/** Whether an answer is a challenge that can be asked for here: some kind of factor is known, and this browser has it. */
export const canAskSecondStep = ({body: {code, mfa_token: ticket, factors = []}}) =>
  code === 'second_factor_required' && Boolean(ticket) && knownOf(factors).length > 0;

function listFactors(form, factors) {
  const known = knownOf(factors);
  for (const [index, factor] of known.entries()) {
    const choice = words('step-choice');
    const radio = choice.querySelector('input');
    radio.value = String(index);
    radio.checked = index === 0;
    radio.addEventListener('change', () => {
      clearForm(form, byId('step-outcome'));
      showFactor(form, factor);
    });
    choice.querySelector('span').append(words(`factor-${factor.type}`, factor));
    byId('step-factors').append(choice);
  }
  byId('step-factors').hidden = known.length < 2;
  showFactor(form, known[0]);
  return known;
}

/** What to say where a code was asked for: within the pause between two, the last one stays, which expires as it did. */
export const wordsOfSent = ({expires_at: until}, last) => words(until === last ? 'step-kept' : 'step-sent');

async function proofOf(form, factor, ticket) {
  if (factor.type !== 'passkey') {
    const {code, recovery_code: recoveryCode} = read(form) ?? {};
    if (recoveryCode) return {recovery_code: recoveryCode};
    return code && {factor_id: factor.id, code};
  }
  const asked = await call('POST', 'auth/second-factor/passkey-options', {mfa_token: ticket});
  if (!asked.ok) return {problem: asked};
  return {credential: await usePasskey(asked.body.options)};
}

/**
 * Asks for the second step of a challenge, in `place`. Gives what the service promised for it and, where it was asked for,
 * the token of the device; `problem` where the first step is due again, and nothing where whoever it is begins again.
 */
export function askSecondStep(place, {mfa_token: ticket, factors, can_trust_device: canTrust}) {
  place.replaceChildren(words('step-form'));
  const form = byId('step'), outcome = byId('step-outcome');
  byId('step-trust-field').hidden = !canTrust || !window.crypto?.subtle;
  const known = listFactors(form, factors);
  /** When the codes expire that were sent, by their factors. */
  const expiries = new Map();
  const chosen = () => known[Number(form.querySelector('[name="factor"]:checked')?.value ?? 0)];
  byId('step-title').focus();
  return new Promise((done) => {
    const finish = (result) => {
      place.replaceChildren();
      done(result);
    };
    byId('step-again').addEventListener('click', () => finish(undefined));
    byId('step-send').addEventListener('click', ({currentTarget}) => void busy(currentTarget, async () => {
      const {id} = chosen();
      const sent = await call('POST', 'auth/second-factor/send', {mfa_token: ticket, factor_id: id});
      if (!sent.ok) return tellProblem(sent, {form, place: outcome, tooMany: 'step-too_many'});
      tell(wordsOfSent(sent.body, expiries.get(id)), true, outcome);
      expiries.set(id, sent.body.expires_at);
    }, outcome));
    onSubmit(form, () => busy(form, async () => {
      clearForm(form, outcome);
      const proof = await proofOf(form, chosen(), ticket);
      if (!proof) return;
      const {problem: unasked, ...sent} = proof;
      const answer = unasked ?? await call('POST', 'auth/second-factor', {mfa_token: ticket, ...sent, ...byId('step-trust').checked && {trust_device: true}});
      if (answer.ok) return finish(answer.body);
      if (answer.body.code === 'token_invalid') return finish({problem: answer});
      tellProblem(answer, {form, place: outcome});
    }, outcome));
  });
}
