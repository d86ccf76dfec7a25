// What people have who log in in two steps: an authenticator app and recovery codes.
import otplib from 'otplib';
import {success} from './expect.mjs';
import {everyProcessKnows, until} from './support.mjs';

export const period = 30;
export const stepNow = () => Math.floor(Date.now() / 1000 / period);
export const codeAt = (secret, step) => otplib.authenticator.clone({epoch: step * period * 1000}).generate(secret);

/** The codes of an app: each call gives that of a later step, which the server still takes. */
export function appOf(secret, showAt = codeAt) {
  let last = stepNow() - 1;
  return async () => {
    last = Math.max(last + 1, stepNow() - 1);
    await until('the clock to come near', () => stepNow() >= last - 1, {within: 2 * period * 1000, every: 200});
    return showAt(secret, last);
  };
}

/** The account's next tokens, in place of those that it had. */
export async function refreshTokens(at, user) {
  const tokens = success(await at.post('/api/auth/refresh', {refresh_token: user.refresh_token}));
  return Object.assign(user, tokens, {token: tokens.access_token});
}

/** Adds an app to an account that is logged in; gives it the next tokens. */
export async function addApp(at, user, {label = 'Phone', showAt} = {}) {
  const made = success(await at.post('/api/me/factors', {type: 'totp', label}, {token: user.token}), 201);
  const next = appOf(made.secret, showAt);
  const confirmed = success(await at.post(`/api/me/factors/${made.id}/confirm`, {code: await next()}, {token: user.token}));
  await refreshTokens(at, user);
  await everyProcessKnows();
  return {id: made.id, made, next, codes: confirmed.recovery_codes};
}
