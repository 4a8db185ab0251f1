import { lazily } from "../lazy.js";
import { ProtocolError } from "../protocol/message.js";
import { randomBytes } from "../random.js";

/* NaCl's boxes: what CURVE (RFC 26) is made of. */

const ciphers = lazily<typeof import("@noble/ciphers/salsa.js")>("@noble/ciphers/salsa.js");
const openssl = lazily<typeof import("node:crypto")>("node:crypto");
type KeyObject = import("node:crypto").KeyObject;

/** The size of a key, in bytes: public, secret, and shared ones. */
export const KEY_SIZE = 32;
/** By how many bytes a box is larger than its content. */
export const BOX_OVERHEAD = 16;

const SIGMA = Uint8Array.from(Buffer.from("expand 32-byte k"));
/** The point that all public keys are multiples of. */
const BASE = Uint8Array.from({ length: KEY_SIZE }, (_, n) => (n === 0 ? 9 : 0));
/** What stands before a secret key of X25519 in its DER form (RFC 8410, PKCS #8). */
const PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");

/** A pair of keys of Curve25519. */
export interface Keys {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** Makes a pair of keys. */
export function newKeys(): Keys {
  const secretKey = randomBytes(KEY_SIZE);
  return { secretKey, publicKey: publicKeyOf(secretKey) };
}

/** The public key that belongs to a secret one. */
export function publicKeyOf(secretKey: Uint8Array): Uint8Array {
  return multiply(BASE, secretKey);
}

/**
 * The key for all boxes between two peers (crypto_box_beforenm).
 *
 * @throws {ProtocolError} for a public key that makes a shared secret which everybody knows
 */
export function boxKey(publicKey: Uint8Array, secretKey: Uint8Array): Uint8Array {
  let shared: Uint8Array;
  try {
    shared = multiply(publicKey, secretKey);
  } catch {
    throw new ProtocolError("a public key that is none");
  }
  const key = subkey(shared, new Uint8Array(16));
  shared.fill(0);
  return key;
}

/** A secret key is not used any more. */
export function wipe(secretKey: Uint8Array): void {
  secrets.delete(secretKey);
  secretKey.fill(0);
}

/**
 * X25519 (RFC 7748), by the OpenSSL of Node.js: in JavaScript it takes milliseconds, and the handshakes of a thousand
 * clients would keep all others waiting.
 *
 * @throws an Error if all keys have the same product with this point
 */
function multiply(point: Uint8Array, secretKey: Uint8Array): Uint8Array {
  const { createPublicKey, diffieHellman } = openssl();
  const x = Buffer.from(point).toString("base64url");
  return diffieHellman({
    privateKey: secretOf(secretKey),
    publicKey: createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" }),
  });
}

/** OpenSSL's forms of secret keys: on Node 20 it takes ten times as long to make one as to multiply by it. */
const secrets = new WeakMap<Uint8Array, KeyObject>();

function secretOf(secretKey: Uint8Array): KeyObject {
  const known = secrets.get(secretKey);
  if (known !== undefined) return known;
  const key = Buffer.concat([PKCS8, secretKey]);
  const made = openssl().createPrivateKey({ key, format: "der", type: "pkcs8" });
  key.fill(0);
  secrets.set(secretKey, made);
  return made;
}

/** HSalsa20: a key for all boxes whose nonces begin with the same 16 bytes. */
export function subkey(key: Uint8Array, prefix: Uint8Array): Uint8Array {
  const out = new Uint8Array(KEY_SIZE);
  // A copy, since the words have to lie at multiples of four.
  const words = wordsOf(Uint8Array.from(key));
  ciphers().hsalsa(wordsOf(SIGMA), words, wordsOf(Uint8Array.from(prefix)), wordsOf(out));
  words.fill(0);
  return out;
}

function wordsOf({ buffer, byteOffset, length }: Uint8Array): Uint32Array<ArrayBuffer> {
  return new Uint32Array(buffer as ArrayBuffer, byteOffset, length / 4);
}

/** Puts bytes into a box. @param nonce 24 bytes that you have not used with the key before */
export function seal(key: Uint8Array, nonce: Uint8Array, content: Uint8Array): Uint8Array {
  return ciphers().xsalsa20poly1305(key, nonce).encrypt(content);
}

/** Opens a box. @throws {ProtocolError} if this key has not closed it */
export function open(key: Uint8Array, nonce: Uint8Array, box: Uint8Array): Buffer {
  let content: Uint8Array;
  try {
    content = ciphers().xsalsa20poly1305(key, nonce).decrypt(box);
  } catch {
    throw new ProtocolError("a box that does not open: forged, or for another key");
  }
  return Buffer.from(content.buffer, content.byteOffset, content.length);
}

/** Whether two byte arrays are the same. The time that it takes does not tell where they differ. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (let n = 0; n < one.length; n += 1) difference |= (one[n] ?? 0) ^ (other[n] ?? 0);
  return difference === 0;
}
