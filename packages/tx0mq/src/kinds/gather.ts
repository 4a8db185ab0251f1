import { ZmqConnection } from "../connection/connection.js";
import type { Endpoints } from "../endpoint.js";
import type { ZmqFactory } from "../factory.js";
import type { GatherOptions } from "../options.js";

/** A GATHER socket (RFC 49, draft): as PULL, thread-safe, messages of one frame. */
export class ZmqGatherConnection extends ZmqConnection<[Buffer], never> {
  static override readonly socketType = "GATHER";

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: GatherOptions) {
    super(factory, endpoints, options);
  }
}
