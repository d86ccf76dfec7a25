// Second factors of accounts that a test needs and is not about.
import otplib from 'otplib';
import {success} from './expect.mjs';
import {everyProcessKnows} from './support.mjs';

/** Adds an authenticator app to a user who is logged in; gives its secret and the recovery codes. */
export async function addApp(server, user) {
  const {id, secret} = success(await server.post('/api/me/factors', {type: 'totp', label: 'Phone'}, user), 201);
  const code = otplib.authenticator.clone({epoch: Date.now()}).generate(secret);
  const {recovery_codes: codes} = success(await server.post(`/api/me/factors/${id}/confirm`, {code}, user));
  await everyProcessKnows();
  return {secret, codes};
}
