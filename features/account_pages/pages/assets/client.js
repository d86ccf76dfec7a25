// What the login page and the account's page share: what all pages have (page.js), the tokens of this tab, and trusted devices.
import {byId, call} from './page.js';

export * from './page.js';

// The session of this tab. The access token is in this variable alone.

const refreshKey = 'coffeeauth:refresh_token', endedKey = 'coffeeauth:ended';
/** Where a page behind the link of a login leaves the tokens for the pages of its origin. */
const leftKey = 'coffeeauth.login';
let accessToken = '';

export const session = {
  exists() {
    const left = sessionStorage.getItem(leftKey);
    sessionStorage.removeItem(leftKey);
    if (left) session.keep(JSON.parse(left));
    return sessionStorage.getItem(refreshKey) !== null;
  },
  /** After a login, a refresh, or a re-authentication, which leaves the refresh token as it is. */
  keep({access_token: access, refresh_token: refresh}) {
    accessToken = access;
    if (refresh) sessionStorage.setItem(refreshKey, refresh);
  },
  async end() {
    await call('POST', 'auth/logout', {refresh_token: sessionStorage.getItem(refreshKey) ?? ''});
    session.forget();
  },
  forget() {
    accessToken = '';
    sessionStorage.removeItem(refreshKey);
  },
  /** Whether the page before found that the session was over; true once. */
  hasEnded() {
    const has = sessionStorage.getItem(endedKey) !== null;
    sessionStorage.removeItem(endedKey);
    return has;
  },
};

let renewing;
const renew = () => renewing ??= (async () => {
  const answer = await call('POST', 'auth/refresh', {refresh_token: sessionStorage.getItem(refreshKey) ?? ''});
  if (answer.ok) session.keep(answer.body);
  return answer;
})().finally(() => { renewing = undefined; });

const isStale = ({status, body}) => status === 401 && ['token_expired', 'token_invalid', 'not_authenticated'].includes(body.code);
let askAgain = async () => false;
/** `ask` makes the session recent, and says whether it did. */
export const onReauthentication = (ask) => { askAgain = ask; };

/**
 * Calls the API in the session of this tab. A stale access token is renewed once, and whoever has to prove again who they
 * are is asked; `isCancelled` where they did not want to. Does not come back where the session is over.
 */
export async function callOwn(method, path, body) {
  let answer;
  for (let tries = 0; tries < 3; ++tries) {
    if (accessToken) answer = await call(method, path, body, accessToken);
    if (answer?.body.code === 'reauthentication_required') {
      if (!await askAgain()) return {...answer, isCancelled: true};
      continue;
    }
    if (answer && !isStale(answer)) return answer;
    const renewed = await renew();
    if (renewed.status === 401 || renewed.status === 400) {
      session.forget();
      sessionStorage.setItem(endedKey, 'yes');
      location.replace(byId('to-login').href);
      return new Promise(() => {});
    }
    if (!renewed.ok) return renewed;
  }
  return answer;
}

// Devices that an account trusts, by a digest of its address: no address stays in the browser.

async function deviceKey(email) {
  if (!window.crypto?.subtle) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(email.trim().toLowerCase()));
  return `coffeeauth:device:${[...new Uint8Array(digest)].map((octet) => octet.toString(16).padStart(2, '0')).join('')}`;
}
export async function deviceToken(email) {
  const key = await deviceKey(email);
  return key && localStorage.getItem(key) || undefined;
}
/** Without a token, it is forgotten. */
export async function keepDevice(email, token) {
  const key = await deviceKey(email);
  if (!key) return;
  if (token) localStorage.setItem(key, token);
  else localStorage.removeItem(key);
}

// A page that was left is not shown again as it was.
addEventListener('pageshow', ({persisted}) => { if (persisted) location.reload(); });
