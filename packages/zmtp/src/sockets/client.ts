import type { Message, Outgoing } from "../protocol/message.js";
import { Dealer } from "./dealer.js";
import { isSingle, MANY_FRAMES } from "./frames.js";
import { SocketError } from "./socket.js";

/** CLIENT (RFC 41): a DEALER with messages of one frame. It drops others that come. */
export class Client extends Dealer {
  override send(message: Outgoing): boolean {
    if (!isSingle(message)) throw new SocketError("EINVAL", MANY_FRAMES);
    return super.send(message);
  }

  protected override take(): Message | undefined {
    for (;;) {
      const message = super.take();
      if (message === undefined || message.length === 1) return message;
    }
  }
}
