import { ZmqConnection } from "../connection/connection.js";
import { ReplyTurns } from "../connection/lockstep.js";
import type { Endpoints } from "../endpoint.js";
import type { ZmqFactory } from "../factory.js";
import type { RepOptions } from "../options.js";

/**
 * A REP socket (RFC 28): receives a request, sends its reply, and so on in turn. It receives no
 * further request before the reply is sent; a reply without a request is a `ZmqStateError`.
 *
 * To have many requests open at once, take {@link ZmqXREPConnection}.
 */
export class ZmqRepConnection extends ZmqConnection {
  static override readonly socketType = "REP";

  protected static override turns(): ReplyTurns {
    return new ReplyTurns();
  }

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: RepOptions) {
    super(factory, endpoints, options);
  }
}
