import { ZmqConnection } from "../connection/connection.js";
import type { Frame } from "../engine/engine.js";
import { type Callable, fromCaller } from "../errors.js";
import type { Frames, Message } from "../frames.js";
import { toBuffer } from "../frames.js";
import type { XSubOptions } from "../options.js";

const UNSUBSCRIBE = Buffer.of(0);
const SUBSCRIBE = Buffer.of(1);

/** An XSUB socket (RFC 29): a SUB whose subscriptions are messages, which a proxy can pass on. */
export class ZmqXSubConnection extends ZmqConnection<Message, Frames, XSubOptions> {
  static override readonly socketType = "XSUB";

  /** Asks all publishers, also later ones, for messages that begin with the tag (RFC 29). @throws as `send` */
  subscribe(tag: Frame = ""): Promise<void> {
    return this.#tell(SUBSCRIBE, tag, this.subscribe);
  }

  /** Takes one `subscribe(tag)` back. @throws as `send` */
  unsubscribe(tag: Frame = ""): Promise<void> {
    return this.#tell(UNSUBSCRIBE, tag, this.unsubscribe);
  }

  #tell(change: Buffer, tag: Frame, entry: Callable): Promise<void> {
    try {
      return this.sendOrThrow(Buffer.concat([change, toBuffer(tag)]));
    } catch (error) {
      return Promise.reject(fromCaller(error, entry));
    }
  }
}
