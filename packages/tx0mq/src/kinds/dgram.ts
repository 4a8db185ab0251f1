import { ZmqConnection } from "../connection/connection.js";
import type { Frames, Message } from "../frames.js";
import type { DgramOptions } from "../options.js";

/** A DGRAM socket (draft): raw UDP. Messages are `[address, datagram]`, as `["127.0.0.1:5555", …]`. */
export class ZmqDgramConnection extends ZmqConnection<Message, Frames, DgramOptions> {
  static override readonly socketType = "DGRAM";

  /** libzmq ends the address with a NUL, which you would not expect there. */
  protected override decode([address, ...datagram]: Message): Message {
    return [(address as Buffer).subarray(0, -1), ...datagram];
  }
}
