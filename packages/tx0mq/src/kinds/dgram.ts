import { ZmqConnection } from "../connection/connection.js";
import { datagramError, type FrameRule, type Frames, type Message, sizeOf } from "../frames.js";
import type { DgramOptions } from "../options.js";

/**
 * A DGRAM socket (draft): raw UDP. Messages are `[address, datagram]`, as `["127.0.0.1:5555", …]`. A datagram
 * has 8192 bytes at most.
 */
export class ZmqDgramConnection extends ZmqConnection<Message, Frames, DgramOptions> {
  static override readonly socketType = "DGRAM";

  protected static override readonly frameRule: FrameRule = (frames) => {
    if (!Array.isArray(frames) || frames.length !== 2) return "a DGRAM sends [address, datagram]";
    return datagramError(sizeOf(frames[1]));
  };

  /** libzmq ends the address with a NUL, which you would not expect there. */
  protected override decode([address, ...datagram]: Message): Message {
    return [(address as Buffer).subarray(0, -1), ...datagram];
  }
}
