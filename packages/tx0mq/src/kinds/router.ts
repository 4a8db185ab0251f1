import { ZmqConnection } from "../connection/connection.js";
import { peerOf } from "../connection/outgoing.js";
import type { Frames, Message } from "../frames.js";
import type { RouterOptions } from "../options.js";

/**
 * A ROUTER socket (RFC 28): puts the sender's routing id in front of each message that it receives,
 * and sends a message to the peer whose routing id stands in front of it. Once called XREP.
 *
 * It drops a message to a peer that is not there, or is full, unless `mandatory` is set. With `mandatory`, a
 * message to a full peer waits, and holds up only messages to that peer. Once 64 MiB wait for the peer, it
 * refuses more. (Messages that are sent within one turn of the event loop wait whatever their size: only
 * `sendQueueLimit` limits them.) A proxy or a stream has one order for all: there a full peer holds up the others.
 */
export class ZmqRouterConnection extends ZmqConnection<Message, Frames, RouterOptions> {
  static override readonly socketType = "ROUTER";

  /** With `mandatory`, a message to a full peer waits, and holds up only messages to that peer. */
  protected static override peerOf({ mandatory = false }: RouterOptions) {
    return mandatory ? peerOf : undefined;
  }
}
