/**
 * A passkey in software (ES256, no attestation), for what needs no browser, and for what no browser does.
 *
 *   const passkey = new SoftwarePasskey('https://accounts.example.org');
 *   await passkey.add(server, user);
 *   await server.post('/api/auth/passkey', {credential: passkey.answer(options)});
 */
import {createHash, generateKeyPairSync, randomBytes, sign} from 'node:crypto';
import {success} from './expect.mjs';

// Bits of the flags of authenticator data (WebAuthn 6.1).
export const userPresent = 0x01, userVerified = 0x04;
const attested = 0x40;

const sha256 = (data) => createHash('sha256').update(data).digest();
// CBOR (RFC 8949): what lengths below 2^8 need.
const head = (major, number) => Buffer.from(number < 24 ? [major << 5 | number] : [major << 5 | 24, number]);
const bytes = (data) => Buffer.concat([head(2, data.length), data]);
const text = (data) => Buffer.concat([head(3, data.length), Buffer.from(data)]);

export class SoftwarePasskey {
  constructor(origin) {
    Object.assign(this, {origin, id: randomBytes(16), ...generateKeyPairSync('ec', {namedCurve: 'P-256'})});
  }

  /** In COSE (RFC 9053): an EC2 key of P-256 for ES256. */
  coseKey() {
    const {x, y} = this.publicKey.export({format: 'jwk'});
    const part = (octets) => bytes(Buffer.from(octets, 'base64url'));
    return Buffer.concat([Buffer.from([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21]), part(x), Buffer.from([0x22]), part(y)]);
  }

  /** A counter of 0: it does not count. */
  authenticatorData(rpId, flags, more = Buffer.alloc(0)) {
    return Buffer.concat([sha256(rpId), Buffer.from([flags, 0, 0, 0, 0]), more]);
  }

  credential(response) {
    const id = this.id.toString('base64url');
    return {id, rawId: id, type: 'public-key', response, clientExtensionResults: {}};
  }

  clientData(type, challenge) {
    return Buffer.from(JSON.stringify({type, challenge, origin: this.origin, crossOrigin: false}));
  }

  /** What a browser makes of the options of a new passkey. */
  create({challenge, rp, user}) {
    this.userHandle = user.id;
    const data = this.authenticatorData(rp.id, userPresent | userVerified | attested,
      Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, this.coseKey()]));
    const object = Buffer.concat([head(5, 3), text('fmt'), text('none'), text('attStmt'), head(5, 0), text('authData'), bytes(data)]);
    return this.credential({
      clientDataJSON: this.clientData('webauthn.create', challenge).toString('base64url'),
      attestationObject: object.toString('base64url'), transports: ['internal'],
    });
  }

  /** What a browser makes of the options of a login, a second step or a step-up; signed, whatever the flags say. */
  answer({challenge, rpId}, {flags = userPresent | userVerified} = {}) {
    const data = this.authenticatorData(rpId, flags);
    const clientData = this.clientData('webauthn.get', challenge);
    return this.credential({
      clientDataJSON: clientData.toString('base64url'), authenticatorData: data.toString('base64url'),
      signature: sign('sha256', Buffer.concat([data, sha256(clientData)]), this.privateKey).toString('base64url'),
      userHandle: this.userHandle,
    });
  }

  /** Registers it for an account that is logged in. */
  async add(server, user, name = 'Software') {
    const {options} = success(await server.post('/api/me/passkeys/options', {}, {token: user.token}));
    return success(await server.post('/api/me/passkeys', {credential: this.create(options), name}, {token: user.token}), 201);
  }

  /** The answer to a login with it. */
  async logIn(server, how) {
    const {options} = success(await server.post('/api/auth/passkey/options', {}));
    return server.post('/api/auth/passkey', {credential: this.answer(options, how)});
  }
}
