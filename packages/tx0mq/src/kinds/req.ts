import { ZmqConnection } from "../connection.js";
import type { Endpoints } from "../endpoint.js";
import { ZmqStateError } from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import type { ReqOptions } from "../options.js";

/**
 * A REQ socket (RFC 28): sends a request, receives its reply, and so on in turn. A second request
 * before the reply is a {@link ZmqStateError}, unless `relaxed` is set.
 *
 * To have many requests open at once, take {@link ZmqXREQConnection}.
 */
export class ZmqReqConnection extends ZmqConnection {
  static override readonly socketType = "REQ";
  readonly #relaxed: boolean;
  #awaitsReply = false;

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: ReqOptions) {
    super(factory, endpoints, options);
    this.#relaxed = options?.relaxed ?? false;
  }

  protected override mayReceive(): boolean {
    return this.#awaitsReply;
  }

  protected override delivering(): void {
    this.#awaitsReply = false;
  }

  protected override sendingError(): ZmqStateError | undefined {
    if (!this.#awaitsReply || this.#relaxed) return undefined;
    return new ZmqStateError("a REQ awaits its reply before it can send again (see relaxed)");
  }

  protected override accepted(): void {
    this.#awaitsReply = true;
    this.turnChanged();
  }
}
