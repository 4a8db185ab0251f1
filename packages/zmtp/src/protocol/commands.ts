import { type Metadata, ProtocolError } from "./message.js";

/** A command: its name, and the bytes that belong to it. */
export interface Command {
  readonly name: string;
  readonly data: Buffer;
}

/** The body of a command's frame (RFC 37, "Commands"). */
export function writeCommand(name: string, ...data: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name, "latin1"), ...data]);
}

/** @throws {ProtocolError} where there is no name */
export function readCommand(body: Buffer): Command {
  const length = body[0] ?? 0;
  if (length === 0 || body.length < 1 + length) throw new ProtocolError("a command without a name");
  return { name: body.toString("latin1", 1, 1 + length), data: body.subarray(1 + length) };
}

/** Properties, as READY, INITIATE and ZAP have them. */
export function writeMetadata(properties: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(properties)) {
    const bytes = Buffer.from(value as Uint8Array);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(bytes.length);
    parts.push(Buffer.of(name.length), Buffer.from(name, "latin1"), size, bytes);
  }
  return Buffer.concat(parts);
}

/** @throws {ProtocolError} for what are no properties */
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

/** PING: asks for a PONG, and says for how long we count as alive, in tenths of a second. */
export function writePing(timeToLive: number): Buffer {
  const ttl = Buffer.alloc(2);
  ttl.writeUInt16BE(Math.min(65_535, timeToLive));
  return writeCommand("PING", ttl);
}

/** A PING's context may have so many bytes. */
const CONTEXT_LIMIT = 16;

/** @throws {ProtocolError} */
export function readPing(data: Buffer): { timeToLive: number; context: Buffer } {
  if (data.length < 2 || data.length > 2 + CONTEXT_LIMIT) throw new ProtocolError("malformed PING");
  return { timeToLive: data.readUInt16BE(0), context: data.subarray(2) };
}
