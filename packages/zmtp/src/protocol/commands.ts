import { type Message, type Metadata, ProtocolError } from "./message.js";

/** A command: its name, and the bytes that belong to it. */
export interface Command {
  readonly name: string;
  readonly data: Buffer;
}

/** The body of a command's frame (RFC 37, "Commands"). */
export function writeCommand(name: string, ...data: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name, "latin1"), ...data]);
}

/**
 * Takes a command's frame apart; the data are a view of it.
 * @throws {ProtocolError} if there is no name
 */
export function readCommand(body: Buffer): Command {
  const length = body[0] ?? 0;
  if (length === 0 || body.length < 1 + length) throw new ProtocolError("a command without a name");
  return { name: body.toString("latin1", 1, 1 + length), data: body.subarray(1 + length) };
}

/** The first frame of a message that stands for JOIN or LEAVE: this object itself. A message of a peer has a copy. */
export const JOIN: Buffer = Buffer.from("JOIN");
export const LEAVE: Buffer = Buffer.from("LEAVE");

/**
 * The message that a command stands for. A subscription becomes the message that peers of ZMTP 3.0 send; JOIN and
 * LEAVE become the command's name and the group. Undefined for others: PONG, and what later versions may bring.
 */
export function messageOf({ name, data }: Command): Message | undefined {
  switch (name) {
    case "SUBSCRIBE":
      return [Buffer.concat([Buffer.of(1), data])];
    case "CANCEL":
      return [Buffer.concat([Buffer.of(0), data])];
    case "JOIN":
      return [JOIN, data];
    case "LEAVE":
      return [LEAVE, data];
    default:
      return undefined;
  }
}

/** The longest name of a command or a property, in characters. */
const NAME_LIMIT = 255;

/**
 * Properties, as READY, INITIATE and ZAP have them.
 * @throws {RangeError} for an empty name, or one of more than 255 characters
 */
export function writeMetadata(properties: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(properties)) {
    if (name.length === 0 || name.length > NAME_LIMIT) {
      throw new RangeError("a property's name has 1 to 255 characters");
    }
    const bytes = Buffer.from(value as Uint8Array);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(bytes.length);
    parts.push(Buffer.of(name.length), Buffer.from(name, "latin1"), size, bytes);
  }
  return Buffer.concat(parts);
}

/**
 * Reads properties; the last one of a name counts. Values are copied: they do not keep the frame alive.
 * @throws {ProtocolError} if they are malformed
 */
export function readMetadata(bytes: Buffer): Metadata {
  const properties = new Map<string, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at] as number;
    const valueAt = at + 1 + length + 4;
    if (length === 0 || valueAt > bytes.length) throw new ProtocolError("malformed metadata");
    const name = bytes.toString("latin1", at + 1, at + 1 + length).toLowerCase();
    const end = valueAt + bytes.readUInt32BE(valueAt - 4);
    if (end > bytes.length) throw new ProtocolError("malformed metadata");
    properties.set(name, Buffer.from(bytes.subarray(valueAt, end)));
    at = end;
  }
  return properties;
}

/** The longest time to live that a PING has room for, in tenths of a second. */
const LONGEST_LIFE = 65_535;
/** The longest context of a PING, in bytes. */
const CONTEXT_LIMIT = 16;

/**
 * PING: asks for a PONG, and says for how long we count as alive without another word.
 * @param timeToLive in tenths of a second, 6553.5 s at most; 0 to say nothing of it
 */
export function writePing(timeToLive: number, context: Uint8Array = Buffer.alloc(0)): Buffer {
  const ttl = Buffer.alloc(2);
  ttl.writeUInt16BE(Math.min(LONGEST_LIFE, Math.max(0, Math.floor(timeToLive))));
  return writeCommand("PING", ttl, context);
}

/**
 * Reads the data of a PING. Its context goes back in the PONG as it is. libzmq sends no context, and cuts off
 * what is longer than RFC 37 allows; we refuse it.
 * @throws {ProtocolError}
 */
export function readPing(data: Buffer): { timeToLive: number; context: Buffer } {
  if (data.length < 2 || data.length > 2 + CONTEXT_LIMIT) throw new ProtocolError("malformed PING");
  return { timeToLive: data.readUInt16BE(0), context: data.subarray(2) };
}

/** PONG: the answer to PING, with the same context. */
export function writePong(context: Uint8Array): Buffer {
  return writeCommand("PONG", context);
}
