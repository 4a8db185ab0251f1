/* By the Web's `crypto`, as every runtime has it. */

/** An unsigned number of 32 bits that no peer can guess. */
export function random32(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] as number;
}

/** Bytes that no peer can guess. */
export function randomBytes(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}
