import type { Frame } from "./engine/engine.js";
import { ZmqArgumentError } from "./errors.js";

/** The empty frame: the delimiter between an envelope and its message (RFC 28). */
export const EMPTY: Buffer = Buffer.alloc(0);

/** A frame as bytes. */
export function toBuffer(frame: Frame): Buffer {
  if (typeof frame === "string") return Buffer.from(frame);
  if (Buffer.isBuffer(frame)) return frame;
  if (ArrayBuffer.isView(frame)) {
    return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  }
  return Buffer.from(frame);
}

export function isFrame(value: unknown): value is Frame {
  return typeof value === "string" || ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/** @throws {ZmqArgumentError} for what cannot be sent. */
export function checkMessage(message: unknown): asserts message is Frame | readonly Frame[] {
  if (!Array.isArray(message)) {
    if (!isFrame(message)) throw unsendable(message);
    return;
  }
  if (message.length === 0) throw new ZmqArgumentError("a message has at least one frame");
  for (const frame of message) if (!isFrame(frame)) throw unsendable(frame);
}

function unsendable(value: unknown): ZmqArgumentError {
  const what = value === null || value === undefined ? String(value) : `a ${typeof value}`;
  return new ZmqArgumentError(
    `cannot send ${what}: a frame is a string, a Buffer, a typed array or an ArrayBuffer`,
  );
}

/** Groups of RADIO and DISH have names of up to so many bytes (ZMQ_GROUP_MAX_LENGTH), none of them NUL. */
const GROUP_LIMIT = 255;
export const NO_GROUP = `a group's name is a string of up to ${GROUP_LIMIT} bytes without a NUL`;

/** Whether RADIO and DISH take the value for a group. */
export function isGroup(value: unknown): value is string {
  return (
    typeof value === "string" && Buffer.byteLength(value) <= GROUP_LIMIT && !value.includes("\0")
  );
}
