import { ZmqConnection } from "../connection.js";
import type { Endpoints } from "../endpoint.js";
import type { ZmqFactory } from "../factory.js";
import type { RouterOptions } from "../options.js";

/**
 * A ROUTER socket (RFC 28): puts the sender's routing id in front of each message that it receives,
 * and sends a message to the peer whose routing id stands in front of it. Once called XREP.
 *
 * A message to a peer that is not there is dropped, unless `mandatory` is set.
 */
export class ZmqRouterConnection extends ZmqConnection {
  static override readonly socketType = "ROUTER";

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: RouterOptions) {
    super(factory, endpoints, options);
  }
}
