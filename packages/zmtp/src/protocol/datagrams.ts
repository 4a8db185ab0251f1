import type { Message } from "./message.js";

/** The largest datagram that libzmq makes and takes, in bytes: it cuts longer ones. MAX_UDP_MSG */
const LONGEST = 8192;

/**
 * Makes a datagram of a RADIO's message: a byte with the length of the group's name, the name, and the body.
 *
 * @param group of 255 bytes at most
 * @returns its pieces; undefined if it is too long
 */
export function writeGroupDatagram(
  group: Uint8Array,
  body: Uint8Array,
): readonly Uint8Array[] | undefined {
  if (1 + group.length + body.length > LONGEST) return undefined;
  return [Buffer.of(group.length), group, body];
}

/** Makes a DISH's message, group and body, of a datagram; undefined if it is malformed. */
export function readGroupDatagram(datagram: Buffer): Message | undefined {
  const end = 1 + (datagram[0] ?? Number.POSITIVE_INFINITY);
  if (end > datagram.length) return undefined;
  return [datagram.subarray(1, end), datagram.subarray(end)];
}
