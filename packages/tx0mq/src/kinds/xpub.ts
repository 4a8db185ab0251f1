import { ZmqConnection } from "../connection/connection.js";
import type { Frame } from "../engine/engine.js";
import type { Frames, Message } from "../frames.js";
import { toBuffer } from "../frames.js";
import type { XPubOptions } from "../options.js";

/**
 * An XPUB socket (RFC 29): a PUB that receives its subscribers' subscriptions: a byte 1 (0 for a
 * cancellation) and the tag, in one frame.
 */
export class ZmqXPubConnection extends ZmqConnection<Message, Frames, XPubOptions> {
  static override readonly socketType = "XPUB";

  /** With the `manual` option: makes the subscription that was received last one to this tag. ZMQ_SUBSCRIBE */
  subscribe(tag: Frame): void {
    this.setOption("subscribe", toBuffer(tag));
  }

  /** With the `manual` option: takes a subscription to this tag from the peer that was received last. ZMQ_UNSUBSCRIBE */
  unsubscribe(tag: Frame): void {
    this.setOption("unsubscribe", toBuffer(tag));
  }
}
