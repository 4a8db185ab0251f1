import { isAnyArrayBuffer, isDataView, isSharedArrayBuffer } from "node:util/types";
import type { Frame, MessageMeta } from "./engine/engine.js";
import { socketError, ZmqArgumentError, type ZmqError, ZmqProtocolError } from "./errors.js";

/** One message, as received: its frames, of which there is at least one. */
export type Message = [first: Buffer, ...rest: Buffer[]];

/** One message, to be sent: a frame, or a list of frames. */
export type Frames = Frame | readonly Frame[];

/** Why a message of these frames cannot be sent, if that is so. */
export type FrameRule = (frames: Frames) => string | undefined;

/** The empty frame: the delimiter between an envelope and its message (RFC 28). */
export const EMPTY: Buffer = Buffer.alloc(0);

/**
 * Puts a message into an envelope for one peer: `[address, EMPTY, ...message]` (RFC 28). It is what a
 * ROUTER sends to a REQ, and what a broker adds to send a whole message through one of its workers.
 *
 * ```ts
 * const request = await frontend.receive(); // [client, EMPTY, …]
 * await backend.send(wrap(worker, request)); // [worker, EMPTY, client, EMPTY, …]
 * ```
 *
 * @param address the peer's routing id
 * @param message a frame or a list of frames
 */
export function wrap(address: Frame, message: Frame | readonly Frame[]): Frame[] {
  return isFrame(message) ? [address, EMPTY, message] : [address, EMPTY, ...message];
}

/** A message without its outermost envelope, as {@link unwrap} returns it. */
export interface Unwrapped {
  /** The first frame: the peer from which a ROUTER has it. Empty if the envelope has no address. */
  address: Buffer;
  /** The way back: all addresses, then the empty frame. `[...envelope, ...reply]` is a reply. */
  envelope: Buffer[];
  /** What follows: at least one frame. */
  body: Message;
}

/**
 * Takes a message out of its outermost envelope: everything up to and including the first empty frame
 * (RFC 28), with any number of brokers' addresses. The reverse of {@link wrap}.
 *
 * ```ts
 * const { address: worker, body } = unwrap(await backend.receive());
 * idle.push(worker);
 * if (!body[0].equals(READY)) await frontend.send(body); // [client, EMPTY, …]
 * ```
 *
 * @throws {ZmqProtocolError} for a message without an empty frame, or with nothing after it
 */
export function unwrap(message: readonly Buffer[]): Unwrapped {
  const delimiter = message.findIndex((frame) => frame.length === 0);
  if (delimiter < 0 || delimiter === message.length - 1) {
    throw new ZmqProtocolError("a message is its envelope, an empty frame and a body", message);
  }
  return {
    address: message[0] as Buffer,
    envelope: message.slice(0, delimiter + 1),
    body: message.slice(delimiter + 1) as Message,
  };
}

/** A frame as bytes. @throws {ZmqArgumentError} for a value that cannot be sent. */
export function toBuffer(frame: Frame): Buffer {
  if (typeof frame === "string") return Buffer.from(frame);
  if (Buffer.isBuffer(frame) && frame.length > 0) return frame;
  if (!isBytes(frame)) throw unsendable(frame);
  if (isGone(frame)) throw gone();
  return ArrayBuffer.isView(frame)
    ? Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
    : Buffer.from(frame);
}

/** How many bytes a frame has on the wire. */
export function sizeOf(frame: Frame): number {
  return typeof frame === "string" ? Buffer.byteLength(frame) : frame.byteLength;
}

export function isFrame(value: unknown): value is Frame {
  return typeof value === "string" || isBytes(value);
}

type Bytes = Exclude<Frame, string>;

function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || isAnyArrayBuffer(value);
}

/**
 * Checks a message, and makes it one that every engine takes: of strings, typed arrays and
 * ArrayBuffers. If it is one already, it stays the same object.
 *
 * @throws {ZmqArgumentError} for a value that cannot be sent.
 */
export function sendable(message: unknown): Frame | readonly Frame[] {
  if (!Array.isArray(message)) return sendableFrame(message);
  if (message.length === 0) throw new ZmqArgumentError("a message has at least one frame");
  let frames: Frame[] = message;
  for (let n = 0; n < message.length; n += 1) {
    const frame = sendableFrame(message[n]);
    if (frame === message[n]) continue;
    if (frames === message) frames = message.slice();
    frames[n] = frame;
  }
  return frames;
}

function sendableFrame(frame: unknown): Frame {
  if (typeof frame === "string") return frame;
  if (frame instanceof Uint8Array && (frame.length > 0 || frame === EMPTY)) return frame;
  if (!isBytes(frame)) throw unsendable(frame);
  if (isGone(frame)) throw gone();
  return isDataView(frame) || isSharedArrayBuffer(frame) ? toBuffer(frame) : frame;
}

/** Whether the bytes of a frame are gone. */
function isGone(frame: Bytes): boolean {
  try {
    if (frame.byteLength > 0) return false;
    if (isAnyArrayBuffer(frame)) new Uint8Array(frame);
    else if (!isDataView(frame)) (frame as Uint8Array).at(0);
    return false;
  } catch {
    return true;
  }
}

function gone(): ZmqArgumentError {
  return new ZmqArgumentError(
    "cannot send bytes that are not here any more: their ArrayBuffer was transferred, or made shorter",
  );
}

function unsendable(value: unknown): ZmqArgumentError {
  return new ZmqArgumentError(
    `cannot send ${described(value)}: a frame is a string, a Buffer, a typed array or an ArrayBuffer`,
  );
}

function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list as a frame";
  if (value instanceof Promise) return "a promise, without await";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Translates an error of a send; it may be about the message's peer. */
export function sendError(error: unknown, frames: Frames, meta: MessageMeta | undefined): ZmqError {
  const first = Array.isArray(frames) ? (frames as readonly Frame[])[0] : (frames as Frame);
  const bytes = first === undefined ? undefined : toBuffer(first);
  return socketError(error, "cannot send", meta?.routingId ?? bytes);
}

/** How many bytes a UDP datagram has at most: with more, libzmq writes beyond the end of its buffer. */
const DATAGRAM_LIMIT = 8192;

/** Why so many bytes make no datagram, if that is so. */
export function datagramError(size: number): string | undefined {
  if (size <= DATAGRAM_LIMIT) return undefined;
  return `a UDP datagram has ${DATAGRAM_LIMIT} bytes at most, not ${size}`;
}

/** The limit of ZMQ_GROUP_MAX_LENGTH: how many bytes the name of a RADIO's or DISH's group has at most, none a NUL. */
const GROUP_LIMIT = 255;
export const NO_GROUP = `a group's name is a string of up to ${GROUP_LIMIT} bytes without a NUL`;

/** Whether RADIO and DISH take the value for a group. */
export function isGroup(value: unknown): value is string {
  return (
    typeof value === "string" && Buffer.byteLength(value) <= GROUP_LIMIT && !value.includes("\0")
  );
}
