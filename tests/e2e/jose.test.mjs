// An independent implementation of JOSE verifies our tokens, and what it forges is refused.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import * as jose from 'jose';
import {decodeJwt, refusedToken, success} from './expect.mjs';
import {logIn, makeAdmin, makeLoggedIn, startServer, until} from './support.mjs';

let server, user, keys;
// A token of the shortest life there is, made first so that it is over when the last test asks.
let brief, shortLived;
before(async () => {
  brief = await startServer({env: {ACCESS_TOKEN_LIFETIME: '1min', TOKEN_LEEWAY: '0s'}});
  shortLived = await makeLoggedIn(brief);
  server = await startServer();
  user = await makeLoggedIn(server);
  keys = jose.createRemoteJWKSet(new URL(`${server.base}/.well-known/jwks.json`));
});
after(() => Promise.all([server?.stop(), brief?.stop()]));

/** The claims of a token of ours, with changes. */
const claimsOf = (changes = {}) => ({...decodeJwt(user.token)[1], ...changes});
const headerOf = (changes = {}) => ({...decodeJwt(user.token)[0], ...changes});
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const refused = async (token) => refusedToken(await server.get('/api/me', {token}), 'token_invalid');

test('jose verifies our token through the published keys', async () => {
  const [, own] = decodeJwt(user.token);
  const {payload, protectedHeader} = await jose.jwtVerify(user.token, keys, {
    algorithms: ['ES256'], typ: 'at+jwt', issuer: own.iss, audience: own.aud, requiredClaims: ['exp', 'iat', 'jti', 'sub', 'sid'],
  });
  assert.equal(payload.sub, user.id);
  assert.equal(protectedHeader.alg, 'ES256');
});

for (const algorithm of ['EdDSA', 'RS256']) {
  test(`jose verifies our token with ${algorithm}`, async () => {
    const other = await startServer({env: {TOKEN_ALGORITHM: algorithm}});
    try {
      const person = await makeLoggedIn(other);
      const remote = jose.createRemoteJWKSet(new URL(`${other.base}/.well-known/jwks.json`));
      const {payload, protectedHeader} = await jose.jwtVerify(person.token, remote, {algorithms: [algorithm], typ: 'at+jwt'});
      assert.equal(payload.sub, person.id);
      assert.equal(protectedHeader.alg, algorithm);
    } finally {
      await other.stop();
    }
  });
}

test('HS256 works, and its key is not published', async () => {
  const other = await startServer({env: {TOKEN_ALGORITHM: 'HS256'}});
  try {
    const person = await makeLoggedIn(other);
    success(await other.get('/api/me', person));
    assert.equal(decodeJwt(person.token)[0].alg, 'HS256');
    assert.deepEqual(success(await other.get('/.well-known/jwks.json')).keys, []);
  } finally {
    await other.stop();
  }
});

test('the published keys are public keys for signatures and nothing more', async () => {
  const {keys: published} = success(await server.get('/.well-known/jwks.json'));
  assert.ok(published.length >= 1);
  for (const key of published) {
    assert.equal(key.use, 'sig');
    assert.equal(key.alg, 'ES256');
    assert.ok(key.kid);
    for (const secret of ['d', 'p', 'q', 'k']) assert.ok(!(secret in key));
  }
});

test('no signature at all is refused', async () => {
  for (const alg of ['none', 'None', 'NONE', '']) {
    await refused(`${encode(headerOf({alg}))}.${encode(claimsOf())}.`);
    await refused(`${encode(headerOf({alg}))}.${encode(claimsOf())}.${user.token.split('.')[2]}`);
  }
  await refused(user.token.split('.').slice(0, 2).join('.'));
});

test('HS256 with the public key as the secret is refused', async () => {
  const {keys: [jwk]} = success(await server.get('/.well-known/jwks.json'));
  const pem = await jose.exportSPKI(await jose.importJWK(jwk, 'ES256'));
  for (const secret of [pem, pem.trim(), JSON.stringify(jwk), jwk.x, Buffer.from(jwk.x, 'base64url')]) {
    const key = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
    await refused(await new jose.SignJWT(claimsOf()).setProtectedHeader(headerOf({alg: 'HS256'})).sign(key));
  }
});

test('another key under our kid is refused, whatever the header carries', async () => {
  const {privateKey, publicKey} = await jose.generateKeyPair('ES256');
  const jwk = await jose.exportJWK(publicKey);
  for (const extra of [{}, {jwk}, {jku: `${server.base}/.well-known/jwks.json`}, {x5u: 'https://example.com'}, {kid: undefined},
    {kid: 'unknown'}, {kid: ''}, {kid: '../../../dev/null'}, {kid: "' OR 1=1 --"}]) {
    await refused(await new jose.SignJWT(claimsOf()).setProtectedHeader(headerOf(extra)).sign(privateKey));
  }
  const rsa = await jose.generateKeyPair('RS256');
  await refused(await new jose.SignJWT(claimsOf()).setProtectedHeader(headerOf({alg: 'RS256'})).sign(rsa.privateKey));
});

test('changed claims are refused', async () => {
  const [header, , signature] = user.token.split('.');
  for (const change of [{role: 'admin'}, {sub: '01890000-0000-7000-8000-000000000000'}, {exp: 99999999999}, {ver: 0}, {}]) {
    const payload = encode({...claimsOf(change), added: 1});
    await refused(`${header}.${payload}.${signature}`);
  }
});

test('a token that is no canonical base64url of three parts is refused', async () => {
  const [header, payload, signature] = user.token.split('.');
  const last = signature.at(-1);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  // The last character has bits that are not used: another with the same used bits must not pass.
  const twin = alphabet[alphabet.indexOf(last) ^ 1];
  for (const token of [`${header}.${payload}.${signature.slice(0, -1)}${twin}`, `${header}.${payload}.${signature}=`,
    `${header}.${payload}.${signature}.`, `.${header}.${payload}.${signature}`, `${header}..${signature}`,
    `${header}.${payload}.${signature}.${signature}.x`, `${header}=.${payload}.${signature}`]) await refused(token);
});

test('a signature in another form, or of zeros, is refused', async () => {
  const [header, payload, signature] = user.token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  for (const other of [Buffer.alloc(64), Buffer.alloc(0), bytes.subarray(0, 63), Buffer.concat([bytes, Buffer.alloc(1)]),
    Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)])]) {
    await refused(`${header}.${payload}.${other.toString('base64url')}`);
  }
});

test('after a rotation old tokens verify on, and new ones carry the new key', async () => {
  const rotating = await startServer();
  try {
    const admin = await makeAdmin(rotating);
    const before = decodeJwt(admin.token)[0].kid;
    const rotated = await rotating.command(['keys', 'rotate']);
    assert.equal(rotated.code, 0, rotated.stderr);
    await rotating.stop({keep: true});
    const restarted = await startServer({dataDir: rotating.dataDir});
    try {
      success(await restarted.get('/api/me', admin));
      const kids = success(await restarted.get('/.well-known/jwks.json')).keys.map((key) => key.kid);
      assert.ok(kids.length >= 2 && kids.includes(before));
      const fresh = await logIn(restarted, admin);
      const remote = jose.createRemoteJWKSet(new URL(`${restarted.base}/.well-known/jwks.json`));
      for (const token of [admin.token, fresh.access_token]) await jose.jwtVerify(token, remote);
    } finally {
      await restarted.stop();
    }
  } finally {
    if (rotating.child.exitCode === null) await rotating.stop();
  }
});

test('a token whose time is over says so, and jose agrees', async () => {
  const ask = () => brief.get('/api/me', shortLived);
  await until('the token to expire', async () => (await ask()).status === 401, {within: 90_000, every: 500});
  refusedToken(await ask(), 'token_expired');
  const remote = jose.createRemoteJWKSet(new URL(`${brief.base}/.well-known/jwks.json`));
  await assert.rejects(jose.jwtVerify(shortLived.token, remote), {code: 'ERR_JWT_EXPIRED'});
  success(await brief.post('/api/auth/refresh', {refresh_token: shortLived.refresh_token}));
});
