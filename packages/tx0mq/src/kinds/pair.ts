import { ZmqConnection } from "../connection/connection.js";
import type { Frames, Message } from "../frames.js";
import type { PairOptions } from "../options.js";

/** A PAIR socket (RFC 31): has one peer only; for threads, over inproc. */
export class ZmqPairConnection extends ZmqConnection<Message, Frames, PairOptions> {
  static override readonly socketType = "PAIR";
}
