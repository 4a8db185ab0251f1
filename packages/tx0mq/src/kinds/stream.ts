import { ZmqConnection } from "../connection/connection.js";
import { peerOf } from "../connection/outgoing.js";
import type { Frames, Message } from "../frames.js";
import type { StreamOptions } from "../options.js";

/**
 * A STREAM socket: raw TCP. Messages are `[routing id, bytes]`; empty bytes tell that a peer came or
 * went, and, sent, end its connection (once the STREAM is read or written again). What is for a peer that
 * does not read waits, and holds up what is for that peer alone.
 */
export class ZmqStreamConnection extends ZmqConnection<Message, Frames, StreamOptions> {
  static override readonly socketType = "STREAM";

  /** A peer that is full holds up no other. */
  protected static override peerOf() {
    return peerOf;
  }
}
