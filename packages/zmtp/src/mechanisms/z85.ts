import { newKeys, publicKeyOf } from "./box.js";

const DIGITS =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));
/** A CURVE key has so many bytes, and so many characters. */
const KEY_SIZE = 32;
const KEY_TEXT = 40;

/** A pair of CURVE keys, each of 40 characters. */
export interface CurveKeyPair {
  readonly publicKey: string;
  readonly secretKey: string;
}

/**
 * Bytes as text: five characters for four bytes (RFC 32).
 *
 * @throws an Error with the code `"EINVAL"` where their number is no multiple of four
 */
export function z85Encode(bytes: Uint8Array): string {
  if (bytes.length % 4 !== 0) throw invalid("Z85 is for a multiple of 4 bytes");
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    let word = 0;
    for (let n = 0; n < 4; n += 1) word = 256 * word + (bytes[at + n] as number);
    for (let divisor = 85 ** 4; divisor >= 1; divisor /= 85) {
      text += DIGITS[Math.floor(word / divisor) % 85] as string;
    }
  }
  return text;
}

/**
 * The bytes of a text in Z85 (RFC 32).
 *
 * @throws an Error with the code `"EINVAL"` where it is none; it does not show the text, which may be a secret
 */
export function z85Decode(text: string): Buffer {
  if (text.length % 5 !== 0) throw invalid("Z85 has a multiple of 5 characters");
  const bytes = Buffer.alloc((4 * text.length) / 5);
  for (let at = 0; at < text.length; at += 5) {
    let word = 0;
    for (let n = 0; n < 5; n += 1) {
      const value = VALUES.get(text.charAt(at + n));
      if (value === undefined) throw invalid("a character that Z85 does not have");
      word = 85 * word + value;
    }
    if (word > 0xffff_ffff) throw invalid("five characters that are no 32 bits in Z85");
    bytes.writeUInt32BE(word, (4 * at) / 5);
  }
  return bytes;
}

/**
 * The 32 bytes of a CURVE key, which is given as these or as 40 characters of Z85. They are a copy.
 *
 * @throws an Error with the code `"EINVAL"` that names the option
 */
export function readKey(option: string, key: string | Uint8Array): Buffer {
  if (typeof key === "string" ? key.length !== KEY_TEXT : key.length !== KEY_SIZE) {
    throw invalid(`${option} has to be 40 characters of Z85 or 32 bytes`);
  }
  return typeof key === "string" ? z85Decode(key) : Buffer.from(key);
}

/** Makes a pair of CURVE keys, as zmq_curve_keypair does. */
export function curveKeyPair(): CurveKeyPair {
  const { publicKey, secretKey } = newKeys();
  return { publicKey: z85Encode(publicKey), secretKey: z85Encode(secretKey) };
}

/** The public key that belongs to a secret one, as zmq_curve_public has it. @throws as `readKey` */
export function curvePublicKey(secretKey: string | Uint8Array): string {
  return z85Encode(publicKeyOf(readKey("the secret key", secretKey)));
}

/** An error with libzmq's code for a wrong option. */
export function invalid(why: string): Error {
  return Object.assign(new Error(why), { code: "EINVAL" });
}
