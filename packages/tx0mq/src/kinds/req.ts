import { ZmqConnection } from "../connection/connection.js";
import { RequestTurns } from "../connection/lockstep.js";
import type { Endpoints } from "../endpoint.js";
import type { ZmqFactory } from "../factory.js";
import type { ReqOptions } from "../options.js";

/**
 * A REQ socket (RFC 28): sends a request, receives its reply, and so on in turn. A second request
 * before the reply is a `ZmqStateError`, unless `relaxed` is set.
 *
 * To have many requests open at once, take {@link ZmqXREQConnection}.
 */
export class ZmqReqConnection extends ZmqConnection {
  static override readonly socketType = "REQ";

  protected static override turns({ relaxed = false }: ReqOptions): RequestTurns {
    return new RequestTurns(relaxed);
  }

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: ReqOptions) {
    super(factory, endpoints, options);
  }
}
