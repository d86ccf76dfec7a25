// What the contract says of whole answers, in one place.
import assert from 'node:assert/strict';
import {everyProcessKnows, inProduction} from './support.mjs';

export const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** A success with exactly this status; the body is the caller's to check. */
export function success(answer, status = 200) {
  assert.equal(answer.status, status, answer.text);
  if (status !== 204) assert.match(answer.headers.get('content-type'), /^application\/json(;|$)/);
  hardened(answer);
  return answer.body;
}

/** problem+json with this status, code and, where it is given, sentence. */
export function problem(answer, status, code, detail) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.get('content-type')?.split(';')[0], 'application/problem+json');
  assert.equal(answer.body.status, status);
  assert.equal(answer.body.code, code);
  for (const field of ['type', 'title', 'detail']) assert.equal(typeof answer.body[field], 'string', field);
  if (detail !== undefined) assert.equal(answer.body.detail, detail);
  const known = ['type', 'title', 'status', 'detail', 'code', 'errors'];
  assert.deepEqual(Object.keys(answer.body).filter((key) => !known.includes(key)), []);
  if (status === 429 || status === 503) assert.match(answer.headers.get('retry-after'), /^[1-9]\d*$/);
  if (status === 401) assert.match(answer.headers.get('www-authenticate') ?? 'Bearer', /^Bearer\b/);
  hardened(answer);
  return answer.body;
}

/** validation_failed that names exactly these fields. */
export function badFields(answer, ...fields) {
  const body = problem(answer, 400, 'validation_failed');
  assert.deepEqual(Object.keys(body.errors).sort(), fields.sort());
  for (const list of Object.values(body.errors)) {
    assert.ok(list.length > 0);
    for (const entry of list) assert.deepEqual(Object.keys(entry).sort(), ['code', 'message']);
  }
  return body.errors;
}

/** 401 to a bearer token, as RFC 6750 has it. */
export function refusedToken(answer, code) {
  problem(answer, 401, code);
  const challenge = answer.headers.get('www-authenticate');
  assert.match(challenge, /^Bearer\b/);
  if (code !== 'not_authenticated') assert.match(challenge, /error="invalid_token"/);
}

/** A token that gets in no more: the process that was told refuses it at once, every other one a second later. */
export async function stopped(server, caller, path = '/api/me') {
  await everyProcessKnows();
  for (let i = 0; i < (inProduction ? 4 : 1); ++i) refusedToken(await server.get(path, caller), 'token_invalid');
}

function hardened(answer) {
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.match(answer.headers.get('cache-control') ?? '', /no-store|no-cache|public/);
  assert.match(answer.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
  assert.doesNotMatch(answer.headers.get('server') ?? '', /\d/);
}

export function isUser(user, expected = {}) {
  // Administrators are shown more.
  assert.deepEqual(Object.keys(user).filter((name) => name !== 'email_ascii').sort(), ['date_joined', 'email', 'first_name', 'id', 'is_active', 'is_verified',
    'language',
    'last_login', 'last_name', 'role', 'version']);
  assert.match(user.id, uuid7);
  assert.match(user.date_joined, rfc3339);
  if (user.last_login !== null) assert.match(user.last_login, rfc3339);
  assert.ok(['user', 'admin'].includes(user.role));
  for (const [field, value] of Object.entries(expected)) assert.deepEqual(user[field], value, field);
}

export function isTokenPair(body) {
  assert.deepEqual(Object.keys(body).sort(), ['access_token', 'expires_in', 'refresh_token', 'token_type']);
  assert.equal(body.token_type, 'Bearer');
  assert.equal(body.expires_in, 600);
  assert.match(body.access_token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.doesNotMatch(body.refresh_token, /\..*\./);
}

/** Header and claims of a JWT, unchecked. */
export const decodeJwt = (token) =>
  token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
