import { keepHere } from "./memory.js";

/** A frame that is sent: text goes out as UTF-8. */
export type Frame = string | ArrayBufferView | ArrayBufferLike;

/** A message that is sent: one frame, or a list of frames. */
export type Outgoing = Frame | readonly Frame[];

/** A message that was received: its frames, of which there is at least one. */
export type Message = Buffer[];

/**
 * The one frame without bytes: it is in each request and reply, and separate memory for each costs time.
 * No reader can transfer it to a thread, and so take it from all others.
 */
export const EMPTY: Buffer = Buffer.from(new ArrayBuffer(0));
keepHere(EMPTY.buffer);

/** The properties that a peer sends in the handshake: names in lower case, as `"socket-type"`. */
export type Metadata = ReadonlyMap<string, Buffer>;

/** The peer does not keep to the protocol. Its connection is closed. */
export class ProtocolError extends Error {
  /** If programs look for it: libzmq's name of the failure, as the `zeromq` package has it. Else EPROTO. */
  readonly code: string;

  constructor(message: string, code = "EPROTO") {
    super(message);
    this.code = code;
  }
}

/**
 * What has answered does not speak ZMTP 3: another program has the address, for a while perhaps. Unlike any other
 * ProtocolError, it is no reason not to connect again.
 */
export class ForeignError extends ProtocolError {}

/**
 * The peer has not answered in time. Its connection is closed. libzmq connects again after this, but not after a
 * ProtocolError.
 */
export class TimeoutError extends Error {
  readonly code = "ETIMEDOUT";
}

/** A frame as bytes that may be read until the message has left. */
export function bytesOf(frame: Frame): Uint8Array {
  if (typeof frame === "string") return Buffer.from(frame);
  if (frame instanceof Uint8Array) return frame;
  return ArrayBuffer.isView(frame)
    ? new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength)
    : new Uint8Array(frame);
}
