import { ForeignError } from "./message.js";

/** The size of a greeting of ZMTP 3, in bytes (RFC 37). */
export const GREETING_SIZE = 64;
/** The signature is %xFF, eight bytes that mean nothing, and %x7F. Peers of ZMTP 1 send a frame's header. */
const SIGNATURE_BEGIN = 0xff;
const SIGNATURE_END_AT = 9;
const MAJOR_AT = 10;
const MINOR_AT = 11;
const MECHANISM_AT = 12;
const MECHANISM_SIZE = 20;
const AS_SERVER_AT = 32;

/** The size of the first part, in bytes: it says which version we speak, and nothing else. */
export const VERSIONED = MINOR_AT;

/** What a greeting says. */
export interface Greeting {
  /** The second number of the peer's version: 3.1 has 1. */
  readonly minor: number;
  readonly mechanism: string;
  readonly asServer: boolean;
}

/**
 * Writes our greeting: version 3.1. We speak no version before 3, so the first part (`VERSIONED`) does not depend
 * on the peer's version (RFC 37, "Version Negotiation").
 * @param mechanism of 20 characters at most
 */
export function writeGreeting(mechanism: string, asServer: boolean): Buffer {
  const greeting = Buffer.alloc(GREETING_SIZE);
  greeting[0] = SIGNATURE_BEGIN;
  greeting[8] = 1; // as libzmq has it: peers of ZMTP 1 take it for the length of a routing id
  greeting[SIGNATURE_END_AT] = 0x7f;
  greeting[MAJOR_AT] = 3;
  greeting[MINOR_AT] = 1;
  greeting.write(mechanism, MECHANISM_AT, MECHANISM_SIZE, "latin1");
  greeting[AS_SERVER_AT] = asServer ? 1 : 0;
  return greeting;
}

/**
 * Reads a peer's greeting out of the bytes that it has sent so far. Versions above 3.1 count as 3.1.
 *
 * @returns undefined if it is not whole
 * @throws {ForeignError} as soon as it cannot be a greeting of ZMTP 3
 */
export function readGreeting(bytes: Buffer): Greeting | undefined {
  const begin = bytes[0] ?? SIGNATURE_BEGIN;
  const end = bytes[SIGNATURE_END_AT] ?? 1;
  if (begin !== SIGNATURE_BEGIN || (end & 1) === 0) {
    throw new ForeignError("the peer speaks ZMTP 1, which is too old, or none at all");
  }
  const major = bytes[MAJOR_AT] ?? 3;
  if (major < 3) throw new ForeignError("the peer speaks ZMTP 2, which is too old");
  if (bytes.length < GREETING_SIZE) return undefined;
  const name = bytes.subarray(MECHANISM_AT, MECHANISM_AT + MECHANISM_SIZE);
  return {
    minor: major > 3 ? 1 : Math.min(bytes[MINOR_AT] as number, 1),
    // All 20 characters count: one behind a NUL makes another name.
    mechanism: name.toString("latin1").replace(/\0+$/, ""),
    asServer: bytes[AS_SERVER_AT] === 1,
  };
}
