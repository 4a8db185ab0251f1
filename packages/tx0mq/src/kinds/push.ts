import { ZmqConnection } from "../connection/connection.js";
import type { Endpoints } from "../endpoint.js";
import type { ZmqFactory } from "../factory.js";
import type { PushOptions } from "../options.js";

/** A PUSH socket (RFC 30): deals messages to its PULL peers in turn, and waits while there are none. */
export class ZmqPushConnection extends ZmqConnection<never> {
  static override readonly socketType = "PUSH";

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: PushOptions) {
    super(factory, endpoints, options);
  }
}
