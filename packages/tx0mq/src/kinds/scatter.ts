import { ZmqConnection } from "../connection.js";
import type { ZmqEndpoint } from "../endpoint.js";
import type { Frame } from "../engine/engine.js";
import type { ZmqFactory } from "../factory.js";
import type { ScatterOptions } from "../options.js";

/** A SCATTER socket (RFC 49, draft): as PUSH, thread-safe, messages of one frame. */
export class ZmqScatterConnection extends ZmqConnection<never, Frame> {
  static override readonly socketType = "SCATTER";

  constructor(
    factory: ZmqFactory,
    endpoints?: ZmqEndpoint | readonly ZmqEndpoint[],
    options?: ScatterOptions,
  ) {
    super(factory, endpoints, options);
  }
}
