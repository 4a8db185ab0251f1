import { ZmqConnection } from "../connection/connection.js";
import type { Endpoints } from "../endpoint.js";
import type { Frame } from "../engine/engine.js";
import { ZmqOptionError, ZmqStateError } from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import { EMPTY, type Message, toBuffer } from "../frames.js";
import type { SubOptions } from "../options.js";

/**
 * A SUB socket (RFC 29): receives the messages of its publishers that its subscriptions match. Without a
 * subscription it receives nothing, and that is no error: call `subscribe`.
 */
export class ZmqSubConnection extends ZmqConnection<Message, never> {
  static override readonly socketType = "SUB";
  readonly #conflates: boolean;
  /** The last subscription that was made, and has not ended. */
  #subscribed: string | undefined;

  constructor(
    factory: ZmqFactory,
    endpoints?: Endpoints,
    {
      singleFrame = false,
      ...options
    }: SubOptions & {
      /**
       * The publishers send tag and message in one frame: `conflate` needs that, since it keeps only one frame.
       * Without `conflate` you do not need it: a SUB reads both forms. Default: false.
       */
      singleFrame?: boolean | undefined;
    } = {},
  ) {
    if (options.conflate && !singleFrame) {
      throw new ZmqOptionError(
        "conflate",
        "keeps one frame, and publishers send two, tag and message; set singleFrame: true, here and there",
      );
    }
    super(factory, endpoints, options);
    this.#conflates = options.conflate ?? false;
  }

  /**
   * Asks for messages that begin with the tag; the empty tag asks for all. ZMQ_SUBSCRIBE
   *
   * @throws {ZmqStateError} for a second subscription with `conflate`
   * @throws {ZmqArgumentError} for a value that is no tag
   * @throws {ZmqClosedError} if the connection is shut down
   */
  subscribe(tag: Frame = ""): void {
    const bytes = toBuffer(tag);
    if (this.#conflates && this.#subscribed !== undefined) {
      // Subscriptions are messages to the publisher, and only the newest is kept.
      throw new ZmqStateError("a SUB with conflate has one subscription: end the other one first");
    }
    this.setOption("subscribe", bytes);
    this.#subscribed = bytes.toString("latin1");
  }

  /**
   * Takes one `subscribe(tag)` back. ZMQ_UNSUBSCRIBE
   *
   * @throws {ZmqArgumentError} for a value that is no tag
   * @throws {ZmqClosedError} if the connection is shut down
   */
  unsubscribe(tag: Frame = ""): void {
    const bytes = toBuffer(tag);
    this.setOption("unsubscribe", bytes);
    if (this.#subscribed === bytes.toString("latin1")) this.#subscribed = undefined;
  }

  /**
   * Called with each message that no `receive()` and no iterator waits for: override it to handle
   * messages by their tags. (`"message"` listeners are called as well.)
   */
  gotMessage(_message: Buffer, _tag: Buffer): unknown {
    return undefined;
  }

  override messageReceived(frames: Message): unknown {
    super.messageReceived(frames);
    const { message, tag } = ZmqSubConnection.unwrap(frames);
    return this.gotMessage(message, tag);
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
