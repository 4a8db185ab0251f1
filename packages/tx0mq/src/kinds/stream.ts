import { ZmqConnection } from "../connection/connection.js";
import type { Frames, Message } from "../frames.js";
import type { StreamOptions } from "../options.js";

/**
 * A STREAM socket: raw TCP. Messages are `[routing id, bytes]`; empty bytes tell that a peer came or
 * went, and, sent, end its connection (once the STREAM is read or written again).
 */
export class ZmqStreamConnection extends ZmqConnection<Message, Frames, StreamOptions> {
  static override readonly socketType = "STREAM";
}
