// The pages behind mailed links. All words are in the page: this file shows and fills what is there.
'use strict';
{
  // Before anything else, so that the link is in no history, bookmark or screen that is shared afterwards. It is kept
  // in this variable alone, and nothing is sent before a button is pressed.
  let token = '';
  const takeToken = () => {
    const [address, fragment = ''] = location.href.split('#');
    token = new URLSearchParams(fragment).get('token') ?? '';
    if (location.href !== address) history.replaceState(null, '', address);
  };
  takeToken();
  /** What goes on with a reset whose second step is done, in place of the link or the code. */
  let proved = '';

  const longestWait = 30_000;
  const forms = () => [...document.forms];
  const byId = (id) => document.getElementById(id);
  const language = document.documentElement.lang;

  /** A copy of the words with that id, with values put in; what wants a value that is not there is left out. */
  function words(id, values = {}) {
    const copy = byId(id).content.cloneNode(true);
    for (const part of copy.querySelectorAll('[data-if]')) if (!values[part.dataset.if]) part.remove();
    for (const place of copy.querySelectorAll('[data-value]')) place.textContent = values[place.dataset.value] ?? '';
    return copy;
  }

  function showOutcome(parts, isGood) {
    const outcome = byId('outcome');
    outcome.className = isGood ? 'good' : 'bad';
    outcome.replaceChildren(parts);
    outcome.focus();
  }

  function hidePasswords(form) {
    for (const box of form.querySelectorAll('[data-shows]')) {
      box.checked = false;
      byId(box.dataset.shows).type = 'password';
    }
  }

  function clear(form) {
    byId('outcome').replaceChildren();
    for (const input of form.elements) {
      if (!input.name) continue;
      input.removeAttribute('aria-invalid');
      byId(`${input.id}-error`)?.replaceChildren();
    }
  }

  /** False where the form has no such field. */
  function showAtField(form, name, parts) {
    const input = form.elements.namedItem(name);
    if (!input) return false;
    byId(`${input.id}-error`).append(parts);
    input.setAttribute('aria-invalid', 'true');
    return true;
  }

  /** What the service says of a field, in this page's language where the page has words for it. */
  function sentence(name, {code, message}) {
    const id = [`${name}-${code}`, `field-${code}`].find((one) => byId(one));
    if (id) return words(id, {number: /\d+/.exec(message)?.[0]});
    const span = document.createElement('span');
    span.lang = 'en';
    span.textContent = message;
    return span;
  }

  function showForm(id) {
    for (const form of forms()) form.hidden = form.id !== id;
  }
  const hideForms = () => showForm('');

  /** To another form of the page, which takes over the address that was typed. */
  function goTo(id) {
    proved = '';
    const form = byId(id);
    const typed = forms().map(({elements}) => elements.email?.value).find((email) => email);
    clear(form);
    if (form.elements.email && typed) form.elements.email.value = typed;
    showForm(id);
    const fields = [...form.elements].filter(({name}) => name);
    (fields.find(({value}) => value === '') ?? fields[0]).focus();
  }

  function inWords(seconds) {
    const [count, unit] = seconds < 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
    return new Intl.RelativeTimeFormat(language).format(count, unit);
  }
  const timeInWords = (text) => new Intl.DateTimeFormat(language, {dateStyle: 'long', timeStyle: 'short'}).format(new Date(text));

  async function post(path, body) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), longestWait);
    try {
      const answer = await fetch(`${document.body.dataset.api}/${path}`, {
        method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
        cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer', signal: abort.signal,
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

  function showProblem(form, {status, wait, body}) {
    const {code, detail, errors = {}} = body;
    if (status >= 500 || status === 429) {
      showOutcome(words(status === 429 ? 'problem-rate_limited' : 'problem-unavailable', {when: wait > 0 ? inWords(wait) : ''}));
      return;
    }
    // What is wrong with the form of a token is nothing that a person could mend.
    const known = `problem-${errors.token ? 'invalid_link' : code}`;
    const template = byId(known);
    const field = template?.dataset.field?.split(' ').find((name) => form.elements.namedItem(name));
    if (field) {
      showAtField(form, field, words(known));
    } else if (template) {
      // The link is dead, and what would be typed in vain goes.
      hideForms();
      token = proved = '';
      showOutcome(words(known));
      return;
    } else {
      const untold = Object.entries(errors).filter(([name, all]) => !all.every((one) => showAtField(form, name, sentence(name, one))));
      if (untold.length > 0 || Object.keys(errors).length === 0) showOutcome(words('problem-refused', {detail}));
    }
    form.querySelector('[aria-invalid="true"]')?.focus();
  }

  function showDone(form, body) {
    const typed = form.elements.email?.value;
    showOutcome(words(`${form.id}-done`, {email: body.email ?? typed, until: body.expires_at && timeInWords(body.expires_at)}), true);
    showForm(form.dataset.next);
    const next = byId(form.dataset.next);
    if (next?.elements.email) next.elements.email.value = typed;
    if (form.dataset.token !== undefined) token = '';
    proved = '';
    for (const input of form.elements) if (input.type === 'password') input.value = '';
  }

  function read(form) {
    const body = form.dataset.token === undefined ? {} : {token};
    for (const {name, value} of form.elements) {
      if (!name) continue;
      body[name] = name === 'password' ? value : value.trim();
      if (name === 'code') body[name] = value.replace(/\s/g, '');
      if (body[name] === '') showAtField(form, name, words('field-required'));
    }
    return proved && body.password ? {token: proved, password: body.password} : body;
  }

  /** Asks for the second step, and goes on with what it gives; the link or code stays good until it is done. */
  async function passSecondStep(form, challenge, {askSecondStep}) {
    const asked = token, [password] = [...form.elements].filter(({name}) => name === 'password');
    hideForms();
    const passed = await askSecondStep(byId('second-step'), challenge);
    if (asked !== token) return;
    showForm(form.id);
    password.focus();
    if (passed?.problem) showOutcome(words('step-over'));
    if (!passed?.token) return;
    proved = passed.token;
    await sendOnce(form, {token: proved, password: password.value});
  }

  async function sendOnce(form, body) {
    const asked = token;
    const answer = await post(form.dataset.post, body);
    // Another link was opened meanwhile.
    if (asked !== token) return;
    if (answer.ok) return showDone(form, answer.body);
    if (answer.body.code === 'second_factor_required') {
      // Relative to this file.
      const page = await import('./account-page.js');
      if (page.canAskSecondStep(answer)) return passSecondStep(form, answer.body, page);
    }
    return showProblem(form, answer);
  }

  async function send(form) {
    if (form.hasAttribute('aria-busy')) return;
    clear(form);
    hidePasswords(form);
    const body = read(form);
    const missing = form.querySelector('[aria-invalid="true"]');
    if (missing) {
      missing.focus();
      return;
    }
    const button = form.querySelector('button:not([type="button"])');
    form.setAttribute('aria-busy', 'true');
    button.setAttribute('aria-disabled', 'true');
    try {
      await sendOnce(form, body);
    } catch {
      showOutcome(words('problem-unreachable'));
    } finally {
      form.removeAttribute('aria-busy');
      button.removeAttribute('aria-disabled');
    }
  }

  function begin() {
    proved = '';
    byId('second-step')?.replaceChildren();
    const [first] = forms();
    byId('outcome').replaceChildren();
    for (const form of forms()) {
      form.removeAttribute('aria-busy');
      form.reset();
      hidePasswords(form);
      clear(form);
    }
    if (first.dataset.token === undefined || token !== '') {
      showForm(first.id);
    } else {
      hideForms();
      byId('outcome').className = 'bad';
      byId('outcome').replaceChildren(words('problem-no_link'));
    }
  }

  document.addEventListener('DOMContentLoaded', () => {
    for (const form of forms()) {
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        void send(form);
      });
    }
    document.addEventListener('click', ({target}) => {
      const id = target.closest('[data-goto]')?.dataset.goto;
      if (id) goTo(id);
    });
    document.addEventListener('change', ({target}) => {
      if (target.dataset.shows) byId(target.dataset.shows).type = target.checked ? 'text' : 'password';
    });
    begin();
  });
  // A link that is opened where this page is already open makes the browser change the fragment alone.
  addEventListener('hashchange', () => {
    if (!/#.*token=/.test(location.href)) return;
    takeToken();
    begin();
  });
}
