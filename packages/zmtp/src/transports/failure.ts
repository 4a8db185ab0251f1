import { getSystemErrorName } from "node:util";

/** An error with a `code` of the system's, as libzmq's errno has it: `"EADDRINUSE"`. */
export function failure(code: string, what: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${what}: ${code}`), { code });
}

/** The same for libuv's number, which is negative. */
export function failureOf(errno: number, what: string): NodeJS.ErrnoException {
  return Object.assign(failure(getSystemErrorName(errno), what), { errno });
}
