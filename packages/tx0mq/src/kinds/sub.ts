import { ZmqConnection } from "../connection/connection.js";
import { bothOf } from "../connection/events.js";
import type { Endpoints } from "../endpoint.js";
import type { Frame } from "../engine/engine.js";
import type { ZmqFactory } from "../factory.js";
import { EMPTY, type Message, toBuffer } from "../frames.js";
import type { SubOptions } from "../options.js";

/**
 * A SUB socket (RFC 29): receives what its publishers send and its subscriptions match. Without a
 * subscription it receives nothing, and that is no error: call `subscribe`.
 */
export class ZmqSubConnection extends ZmqConnection<Message, never> {
  static override readonly socketType = "SUB";

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: SubOptions) {
    super(factory, endpoints, options);
  }

  /** Asks for messages that begin with the tag; the empty tag asks for all. ZMQ_SUBSCRIBE */
  subscribe(tag: Frame = ""): void {
    this.setOption("subscribe", toBuffer(tag));
  }

  /** Takes one `subscribe(tag)` back. ZMQ_UNSUBSCRIBE */
  unsubscribe(tag: Frame = ""): void {
    this.setOption("unsubscribe", toBuffer(tag));
  }

  /**
   * Called with each message that no `receive()` and no iterator waits for: override it to handle
   * messages by their tags. (`"message"` listeners are called as well.)
   */
  gotMessage(_message: Buffer, _tag: Buffer): unknown {
    return undefined;
  }

  override messageReceived(frames: Message): unknown {
    const told = super.messageReceived(frames);
    const { message, tag } = ZmqSubConnection.unwrap(frames);
    return bothOf(told, this.gotMessage(message, tag));
  }

  protected override handlesMessages(): boolean {
    return (
      this.messageReceived !== ZmqSubConnection.prototype.messageReceived ||
      this.gotMessage !== ZmqSubConnection.prototype.gotMessage ||
      this.listenerCount("message") > 0
    );
  }

  /**
   * Tells message and tag apart, in either form: two frames `tag`, `message`, or tx0mq's single frame
   * `tag NUL message`. A single frame without a NUL is a message with an empty tag.
   */
  static unwrap([first = EMPTY, second]: readonly Buffer[]): { message: Buffer; tag: Buffer } {
    if (second !== undefined) return { tag: first, message: second };
    const end = first.indexOf(0);
    if (end < 0) return { tag: EMPTY, message: first };
    return { tag: first.subarray(0, end), message: first.subarray(end + 1) };
  }
}
