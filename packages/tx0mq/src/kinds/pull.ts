import { ZmqConnection } from "../connection/connection.js";
import type { Message } from "../frames.js";
import type { PullOptions } from "../options.js";

/** A PULL socket (RFC 30): takes messages from its PUSH peers in turn. */
export class ZmqPullConnection extends ZmqConnection<Message, never, PullOptions> {
  static override readonly socketType = "PULL";
}
