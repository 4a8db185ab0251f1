import { ZmqConnection } from "../connection/connection.js";
import type { Frames, Message } from "../frames.js";
import type { DealerOptions } from "../options.js";

/** A DEALER socket (RFC 28): deals messages to its peers in turn and takes theirs in turn. Once called XREQ. */
export class ZmqDealerConnection extends ZmqConnection<Message, Frames, DealerOptions> {
  static override readonly socketType = "DEALER";
}
