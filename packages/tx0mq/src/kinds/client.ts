import { ZmqConnection } from "../connection/connection.js";
import type { Frame } from "../engine/engine.js";
import type { ClientOptions } from "../options.js";

/** A CLIENT socket (RFC 41, draft): as DEALER, thread-safe, messages of one frame. */
export class ZmqClientConnection extends ZmqConnection<[Buffer], Frame, ClientOptions> {
  static override readonly socketType = "CLIENT";
}
