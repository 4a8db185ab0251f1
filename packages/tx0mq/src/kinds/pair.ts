import { ZmqConnection } from "../connection/connection.js";
import type { Endpoints } from "../endpoint.js";
import type { ZmqFactory } from "../factory.js";
import type { PairOptions } from "../options.js";

/** A PAIR socket (RFC 31): one peer and no other; between threads, over inproc. */
export class ZmqPairConnection extends ZmqConnection {
  static override readonly socketType = "PAIR";

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: PairOptions) {
    super(factory, endpoints, options);
  }
}
