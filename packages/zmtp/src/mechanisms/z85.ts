const DIGITS =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));
/** The size of a CURVE key, in bytes, and in characters. */
const KEY_SIZE = 32;
const KEY_TEXT = 40;

/**
 * The bytes of a text in Z85 (RFC 32).
 *
 * @throws an Error with the code `"EINVAL"` if it is not Z85; the error does not show the text: it may be a secret
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
 * A copy of the 32 bytes of a CURVE key. The key is given as 32 bytes, or as 40 characters of Z85.
 *
 * @throws an Error with the code `"EINVAL"` that names the option
 */
export function readKey(option: string, key: string | Uint8Array): Buffer {
  if (typeof key === "string" ? key.length !== KEY_TEXT : key.length !== KEY_SIZE) {
    throw invalid(`${option} has to be 40 characters of Z85 or 32 bytes`);
  }
  return typeof key === "string" ? z85Decode(key) : Buffer.from(key);
}

/** An error with libzmq's code for a wrong option. */
export function invalid(why: string): Error {
  return Object.assign(new Error(why), { code: "EINVAL" });
}
