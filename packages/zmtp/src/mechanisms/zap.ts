import { readMetadata } from "../protocol/commands.js";
import { type Message, ProtocolError } from "../protocol/message.js";
import type { ZapReply } from "./mechanism.js";

/** The address where a process's ZAP handler is bound (RFC 27). */
export const ZAP_ADDRESS = "inproc://zeromq.zap.01";

const VERSION = "1.0";
const REPLY_FRAMES = 6;

/** A question for the ZAP handler: may this peer come in? */
export interface ZapRequest {
  /** The reply has the same id. */
  readonly requestId: string;
  readonly domain: string;
  /** The peer's IP address. */
  readonly address: string;
  /** Our socket's routing id, as libzmq has it; often empty. */
  readonly routingId: Uint8Array;
  /** `"NULL"`, `"PLAIN"` or `"CURVE"`. */
  readonly mechanism: string;
  /** NULL: none. PLAIN: name and password. CURVE: the client's public key, as 32 bytes. */
  readonly credentials: readonly Uint8Array[];
}

/** The frames of a request (RFC 27), without the empty one before them, which a REQ adds and a DEALER sends. */
export function writeZapRequest(request: ZapRequest): Message {
  const { requestId, domain, address, routingId, mechanism, credentials } = request;
  return [
    ...[VERSION, requestId, domain, address].map((text) => Buffer.from(text)),
    Buffer.from(routingId),
    Buffer.from(mechanism),
    ...credentials.map((bytes) => Buffer.from(bytes)),
  ];
}

/**
 * Reads the frames of a reply (RFC 27), without the empty one before them.
 *
 * @throws {ProtocolError} if it is malformed, or the reply to another request
 */
export function readZapReply(frames: readonly Uint8Array[], requestId: string): ZapReply {
  if (frames.length !== REPLY_FRAMES) {
    throw new ProtocolError(`the ZAP handler's reply has ${frames.length} frames, not 6`);
  }
  const [version, id, status, text, userId, metadata] = frames.map((frame) =>
    Buffer.from(frame),
  ) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer];
  if (version.toString("latin1") !== VERSION) {
    throw new ProtocolError("the ZAP handler's reply is not one of version 1.0");
  }
  if (!id.equals(Buffer.from(requestId))) {
    throw new ProtocolError("the ZAP handler's reply is one to another request");
  }
  if (!/^[2-5]00$/.test(status.toString("latin1"))) {
    throw new ProtocolError("the ZAP handler's reply has no status: 200, 300, 400 or 500");
  }
  return {
    status: status.toString("latin1"),
    text: text.toString(),
    userId: userId.toString(),
    metadata: readMetadata(metadata),
  };
}
