/* By the Web's `crypto`, as every runtime has it. */

/** A number of 32 bits, from 0, that nobody can guess. */
export function random32(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] as number;
}

/** Bytes that nobody can guess. */
export function randomBytes(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}
