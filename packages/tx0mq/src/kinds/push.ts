import { ZmqConnection } from "../connection/connection.js";
import type { Frames } from "../frames.js";
import type { PushOptions } from "../options.js";

/** A PUSH socket (RFC 30): deals messages to its PULL peers in turn, and waits while there are none. */
export class ZmqPushConnection extends ZmqConnection<never, Frames, PushOptions> {
  static override readonly socketType = "PUSH";
}
