import { ZmqConnection } from "../connection/connection.js";
import { ReplyTurns } from "../connection/lockstep.js";
import type { Frames, Message } from "../frames.js";
import type { RepOptions } from "../options.js";

/**
 * A REP socket (RFC 28): receives a request, sends its reply, and so on in turn. It receives no
 * further request before the reply is sent; a reply without a request is a `ZmqStateError`.
 *
 * To have many requests open at once, take {@link ZmqXREPConnection}.
 */
export class ZmqRepConnection extends ZmqConnection<Message, Frames, RepOptions> {
  static override readonly socketType = "REP";

  protected static override turns(): ReplyTurns {
    return new ReplyTurns();
  }
}
