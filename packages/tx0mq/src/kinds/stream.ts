import { ZmqConnection } from "../connection/connection.js";
import { peerOf } from "../connection/outgoing.js";
import type { FrameRule, Frames, Message } from "../frames.js";
import type { StreamOptions } from "../options.js";

/**
 * A STREAM socket: raw TCP. Messages are `[routing id, bytes]`. Empty bytes tell that a peer came or went. If
 * you send empty bytes, the connection to the peer ends (once the STREAM is read or written again). A message
 * to a peer that does not read waits, and holds up only messages to that peer.
 */
export class ZmqStreamConnection extends ZmqConnection<Message, Frames, StreamOptions> {
  static override readonly socketType = "STREAM";

  // With any other number, libzmq takes the frames of all later messages for what they are not.
  protected static override readonly frameRule: FrameRule = (frames) =>
    Array.isArray(frames) && frames.length === 2 ? undefined : "a STREAM sends [routing id, bytes]";

  /** A full peer holds up no other. */
  protected static override peerOf() {
    return peerOf;
  }
}
