import { ZmqConnection } from "../connection/connection.js";
import type { GatherOptions } from "../options.js";

/** A GATHER socket (RFC 49, draft): as PULL, thread-safe, messages of one frame. */
export class ZmqGatherConnection extends ZmqConnection<[Buffer], never, GatherOptions> {
  static override readonly socketType = "GATHER";
}
