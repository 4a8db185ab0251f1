import { ZmqArgumentError } from "../errors.js";

const DIGITS =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** The text of a key's 32 bytes (RFC 32). */
export function z85Encode(key: Buffer): string {
  let text = "";
  for (let at = 0; at < key.length; at += 4) {
    let word = key.readUInt32BE(at);
    let digits = "";
    for (let n = 0; n < 5; n += 1) {
      digits = (DIGITS[word % 85] as string) + digits;
      word = Math.floor(word / 85);
    }
    text += digits;
  }
  return text;
}

/** The 32 bytes of a CURVE key, given as bytes or as 40 characters. @throws {ZmqArgumentError} for a value that is no key */
export function keyBytes(key: string | Uint8Array): Buffer {
  const bytes = decodedKey(key);
  // The error does not show the value: it may be a secret.
  if (bytes === undefined) {
    throw new ZmqArgumentError("a CURVE key is 40 characters of Z85 or 32 bytes");
  }
  return bytes;
}

/** The same; undefined for a value that is no key. */
export function decodedKey(key: string | Uint8Array): Buffer | undefined {
  if (typeof key !== "string") {
    const isKey = key instanceof Uint8Array && key.length === 32;
    return isKey ? Buffer.from(key) : undefined;
  }
  const bytes = Buffer.alloc(32);
  if (key.length !== 40) return undefined;
  for (let n = 0; n < 8; n += 1) {
    let word = 0;
    for (const digit of key.slice(5 * n, 5 * n + 5)) {
      const value = DIGITS.indexOf(digit);
      if (value < 0) return undefined;
      word = 85 * word + value;
    }
    if (word > 0xffff_ffff) return undefined;
    bytes.writeUInt32BE(word, 4 * n);
  }
  return bytes;
}
