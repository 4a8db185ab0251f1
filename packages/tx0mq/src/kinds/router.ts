import { ZmqConnection } from "../connection/connection.js";
import { peerOf } from "../connection/outgoing.js";
import type { Frames, Message } from "../frames.js";
import type { RouterOptions } from "../options.js";

/**
 * A ROUTER socket (RFC 28): puts the sender's routing id in front of each message that it receives,
 * and sends a message to the peer whose routing id stands in front of it. Once called XREP.
 *
 * A message to a peer that is not there, or is full, is dropped, unless `mandatory` is set. With it, what
 * is for a peer that is full waits, and holds up what is for that peer alone. Once 64 MiB wait for it, more
 * is refused. (What is sent within one turn of the event loop waits whatever its size: `sendQueueLimit`
 * messages bound that.) A proxy or a stream has one order for all: there a full peer holds up the others.
 */
export class ZmqRouterConnection extends ZmqConnection<Message, Frames, RouterOptions> {
  static override readonly socketType = "ROUTER";

  /** Where it waits for a peer that is full (`mandatory`), it waits for that peer alone. */
  protected static override peerOf({ mandatory = false }: RouterOptions) {
    return mandatory ? peerOf : undefined;
  }
}
