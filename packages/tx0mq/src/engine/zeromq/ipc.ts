import { existsSync, readFileSync } from "node:fs";

/** A socket that listens (SO_ACCEPTCON), in /proc/net/unix: number, references, protocol, flags, type, state, inode, path. */
const LISTENER = /^\S+: \S+ \S+ 00010000 \S+ \S+ +\d+ (\/.*)$/gm;

/**
 * Whether a process listens at an ipc address. libzmq does not say so: a bind there removes the other socket's
 * file, and that socket waits for peers in vain. Only Linux can be asked. On other systems, and for relative
 * paths, the answer is no.
 */
export function listensAt(address: string): boolean {
  const path = /^ipc:\/\/(\/.*)$/s.exec(address)?.[1];
  if (path === undefined || !existsSync(path)) return false;
  try {
    const sockets = readFileSync("/proc/net/unix", "latin1");
    const latin1 = Buffer.from(path).toString("latin1");
    return [...sockets.matchAll(LISTENER)].some((listener) => listener[1] === latin1);
  } catch {
    return false;
  }
}
