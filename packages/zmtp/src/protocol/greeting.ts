import { ProtocolError } from "./message.js";

/** A greeting of ZMTP 3 has so many bytes (RFC 37). */
export const GREETING_SIZE = 64;
/** After so many bytes of it a peer's version is known. */
const SIGNATURE_SIZE = 10;
const MECHANISM_AT = 12;
const MECHANISM_SIZE = 20;
const AS_SERVER_AT = 32;

/** What a greeting says. */
export interface Greeting {
  /** The peer's version is 3 point this. */
  readonly minor: number;
  readonly mechanism: string;
  readonly asServer: boolean;
}

/** Writes our greeting: version 3.1. */
export function writeGreeting(mechanism: string, asServer: boolean): Buffer {
  const greeting = Buffer.alloc(GREETING_SIZE);
  greeting[0] = 0xff;
  greeting[8] = 1; // as libzmq does: peers of ZMTP 1 take it for the length of a routing id
  greeting[9] = 0x7f;
  greeting[10] = 3;
  greeting[11] = 1;
  greeting.write(mechanism, MECHANISM_AT, "latin1");
  greeting[AS_SERVER_AT] = asServer ? 1 : 0;
  return greeting;
}

/**
 * Reads a peer's greeting out of what it has sent so far.
 *
 * @returns undefined where it is not whole
 * @throws {ProtocolError} as soon as it is no greeting of ZMTP 3
 */
export function readGreeting(bytes: Buffer): Greeting | undefined {
  if (bytes.length > 0 && bytes[0] !== 0xff) {
    throw new ProtocolError("the peer does not speak ZMTP 2 or later");
  }
  if (bytes.length >= SIGNATURE_SIZE && ((bytes[9] as number) & 1) === 0) {
    throw new ProtocolError("the peer does not speak ZMTP 2 or later");
  }
  const major = bytes[10];
  if (major !== undefined && major < 3) {
    throw new ProtocolError(`the peer speaks ZMTP ${major < 2 ? "2" : major}.0, which is too old`);
  }
  if (bytes.length < GREETING_SIZE) return undefined;
  const name = bytes.subarray(MECHANISM_AT, MECHANISM_AT + MECHANISM_SIZE);
  const end = name.indexOf(0);
  return {
    minor: Math.min(bytes[11] as number, 1),
    mechanism: name.toString("latin1", 0, end < 0 ? MECHANISM_SIZE : end),
    asServer: bytes[AS_SERVER_AT] === 1,
  };
}
