import { ZmqConnection } from "../connection/connection.js";
import { peerOf } from "../connection/outgoing.js";
import type { Frames, Message } from "../frames.js";
import type { StreamOptions } from "../options.js";

/**
 * A STREAM socket: raw TCP. Messages are `[routing id, bytes]`. Empty bytes tell that a peer came or went. If
 * you send empty bytes, the connection to the peer ends (once the STREAM is read or written again). A message
 * to a peer that does not read waits, and holds up only messages to that peer.
 */
export class ZmqStreamConnection extends ZmqConnection<Message, Frames, StreamOptions> {
  static override readonly socketType = "STREAM";

  /** A full peer holds up no other. */
  protected static override peerOf() {
    return peerOf;
  }
}
