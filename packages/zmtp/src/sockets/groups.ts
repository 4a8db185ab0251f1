import { bytesOf } from "../protocol/message.js";

/** How long the name of a group may be, in bytes. */
export const LONGEST_GROUP = 255;

const ASCII = /^[\0-\x7f]*$/;

/** A group's name as the key of a map: its bytes, each a character. */
export function groupKey(group: string | Uint8Array): string {
  if (typeof group === "string" && ASCII.test(group)) return group;
  const bytes = bytesOf(group);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
