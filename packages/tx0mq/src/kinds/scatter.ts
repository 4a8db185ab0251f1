import { ZmqConnection } from "../connection/connection.js";
import type { Endpoints } from "../endpoint.js";
import type { Frame } from "../engine/engine.js";
import type { ZmqFactory } from "../factory.js";
import type { ScatterOptions } from "../options.js";

/** A SCATTER socket (RFC 49, draft): as PUSH, thread-safe, messages of one frame. */
export class ZmqScatterConnection extends ZmqConnection<never, Frame> {
  static override readonly socketType = "SCATTER";

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: ScatterOptions) {
    super(factory, endpoints, options);
  }
}
