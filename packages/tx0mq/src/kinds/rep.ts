import { ZmqConnection } from "../connection.js";
import type { Endpoints } from "../endpoint.js";
import { ZmqStateError } from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import type { RepOptions } from "../options.js";

/**
 * A REP socket (RFC 28): receives a request, sends its reply, and so on in turn. It receives no
 * further request before the reply is sent; a reply without a request is a {@link ZmqStateError}.
 *
 * To have many requests open at once, take {@link ZmqXREPConnection}.
 */
export class ZmqRepConnection extends ZmqConnection {
  static override readonly socketType = "REP";
  #owesReply = false;

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: RepOptions) {
    super(factory, endpoints, options);
  }

  protected override mayReceive(): boolean {
    return !this.#owesReply;
  }

  protected override delivering(): void {
    this.#owesReply = true;
  }

  protected override sendingError(): ZmqStateError | undefined {
    if (this.#owesReply) return undefined;
    return new ZmqStateError("a REP receives a request before it can send its reply");
  }

  protected override accepted(): void {
    this.#owesReply = false;
    this.turnChanged();
  }
}
