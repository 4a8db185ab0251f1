import { ZmqConnection } from "../connection/connection.js";
import type { Frame } from "../engine/engine.js";
import type { ScatterOptions } from "../options.js";

/** A SCATTER socket (RFC 49, draft): as PUSH, thread-safe, messages of one frame. */
export class ZmqScatterConnection extends ZmqConnection<never, Frame, ScatterOptions> {
  static override readonly socketType = "SCATTER";
}
