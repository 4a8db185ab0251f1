import { ZmqConnection } from "../connection/connection.js";
import { RequestTurns } from "../connection/lockstep.js";
import type { Frames, Message } from "../frames.js";
import type { ReqOptions } from "../options.js";

/**
 * A REQ socket (RFC 28): sends a request, receives its reply, and so on in turn. A second request
 * before the reply is a `ZmqStateError`, unless `relaxed` is set.
 *
 * To have many requests open at once, take {@link ZmqXREQConnection}.
 */
export class ZmqReqConnection extends ZmqConnection<Message, Frames, ReqOptions> {
  static override readonly socketType = "REQ";

  protected static override turns({ relaxed = false }: ReqOptions): RequestTurns {
    return new RequestTurns(relaxed);
  }
}
