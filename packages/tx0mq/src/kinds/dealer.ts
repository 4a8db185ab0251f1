import { ZmqConnection } from "../connection/connection.js";
import type { Endpoints } from "../endpoint.js";
import type { ZmqFactory } from "../factory.js";
import type { DealerOptions } from "../options.js";

/** A DEALER socket (RFC 28): deals messages to its peers in turn and takes theirs in turn. Once called XREQ. */
export class ZmqDealerConnection extends ZmqConnection {
  static override readonly socketType = "DEALER";

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: DealerOptions) {
    super(factory, endpoints, options);
  }
}
