// The page behind the link of a login. All words are in the page: this file shows what is there.
'use strict';
{
  // Before anything else, so that the link is in no history, bookmark or screen that is shared afterwards. It is kept
  // in this variable alone, and nothing is sent before the button is pressed.
  let token = '';
  const takeToken = () => {
    const [address, fragment = ''] = location.href.split('#');
    token = new URLSearchParams(fragment).get('token') ?? '';
    if (location.href !== address) history.replaceState(null, '', address);
  };
  takeToken();

  const longestWait = 30_000;
  const byId = (id) => document.getElementById(id);

  function show(id, isGood = false) {
    const outcome = byId('outcome');
    outcome.className = isGood ? 'good' : 'bad';
    outcome.replaceChildren(byId(id).content.cloneNode(true));
    outcome.focus();
  }

  async function post(body) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), longestWait);
    try {
      const answer = await fetch(`${document.body.dataset.api}/auth/email-login/confirm`, {
        method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
        cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer', signal: abort.signal,
      });
      const text = await answer.text();
      // What a proxy says in the service's place is no JSON.
      const isJson = /json/.test(answer.headers.get('Content-Type') ?? '');
      if (answer.ok && !isJson) throw new Error('not the service');
      return {ok: answer.ok, status: answer.status, text, body: isJson && text ? JSON.parse(text) : {}};
    } finally {
      clearTimeout(timer);
    }
  }

  function showProblem({status, body: {code, errors = {}}}) {
    if (status === 429) return show('problem-rate_limited');
    if (status >= 500) return show('problem-unavailable');
    // What is wrong with the form of a token is nothing that a person could mend.
    const known = `problem-${errors.token ? 'invalid_link' : code}`;
    if (!byId(known)) return show('problem-refused');
    // The link is spent or dead.
    byId('login').hidden = true;
    token = '';
    show(known);
  }

  async function logIn() {
    const form = byId('login');
    if (form.hasAttribute('aria-busy')) return;
    byId('outcome').replaceChildren();
    form.setAttribute('aria-busy', 'true');
    const asked = token;
    try {
      const answer = await post({token});
      // Another link was opened meanwhile.
      if (asked !== token) return;
      if (!answer.ok) {
        showProblem(answer);
        return;
      }
      token = '';
      form.hidden = true;
      // For the front end of this origin, in this tab alone.
      sessionStorage.setItem('coffeeauth.login', answer.text);
      show('done', true);
    } catch {
      show('problem-unreachable');
    } finally {
      form.removeAttribute('aria-busy');
    }
  }

  function begin() {
    byId('outcome').replaceChildren();
    byId('login').hidden = token === '';
    if (token === '') show('problem-no_link');
  }

  document.addEventListener('DOMContentLoaded', () => {
    byId('login').addEventListener('submit', (event) => {
      event.preventDefault();
      void logIn();
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
