import { ZmqConnection } from "../connection/connection.js";
import type { Endpoints } from "../endpoint.js";
import type { ZmqFactory } from "../factory.js";
import type { Message } from "../frames.js";
import type { PullOptions } from "../options.js";

/** A PULL socket (RFC 30): takes messages from its PUSH peers in turn. */
export class ZmqPullConnection extends ZmqConnection<Message, never> {
  static override readonly socketType = "PULL";

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: PullOptions) {
    super(factory, endpoints, options);
  }
}
