import { ZmqConnection } from "../connection/connection.js";
import type { Endpoints } from "../endpoint.js";
import type { ZmqFactory } from "../factory.js";
import type { Message } from "../frames.js";
import type { DgramOptions } from "../options.js";

/** A DGRAM socket (draft): raw UDP. Messages are `[address, datagram]`, as `["127.0.0.1:5555", …]`. */
export class ZmqDgramConnection extends ZmqConnection {
  static override readonly socketType = "DGRAM";

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: DgramOptions) {
    super(factory, endpoints, options);
  }

  /** libzmq ends the address with a NUL, which nobody else would expect there. */
  protected override decode([address, ...datagram]: Message): Message {
    return [(address as Buffer).subarray(0, -1), ...datagram];
  }
}
