import { bytesOf, type Frame, type Message } from "../protocol/message.js";
import { SocketError } from "./socket.js";
import { Xsub } from "./xsub.js";

/** SUB (RFC 29): receives only messages that its subscriptions match; publishers may send more. */
export class Sub extends Xsub {
  override send(): boolean {
    throw new SocketError("ENOTSUP", "a SUB socket cannot send");
  }

  override get hasOut(): boolean {
    return false;
  }

  override setOption(name: string, value: unknown): boolean {
    if (name === "subscribe") this.subscribe(bytesOf(value as Frame));
    else if (name === "unsubscribe") this.unsubscribe(bytesOf(value as Frame));
    else return false;
    return true;
  }

  protected override take(): Message | undefined {
    const invert = this.options.invertMatching === true;
    for (;;) {
      const message = this.fairQueue.receive();
      if (message === undefined) return undefined;
      if (this.topics.matches(message[0] as Buffer) !== invert) return message;
    }
  }
}
