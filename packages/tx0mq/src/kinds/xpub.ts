import { ZmqConnection } from "../connection/connection.js";
import type { Endpoints } from "../endpoint.js";
import type { Frame } from "../engine/engine.js";
import { fromCaller, ZmqStateError } from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import type { Frames, Message } from "../frames.js";
import { toBuffer } from "../frames.js";
import type { XPubOptions } from "../options.js";

/**
 * An XPUB socket (RFC 29): a PUB that receives its subscribers' subscriptions: a byte 1 (0 for a
 * cancellation) and the tag, in one frame.
 */
export class ZmqXPubConnection extends ZmqConnection<Message, Frames, XPubOptions> {
  static override readonly socketType = "XPUB";
  readonly #manual: boolean;

  constructor(factory: ZmqFactory, endpoints?: Endpoints, options?: XPubOptions) {
    super(factory, endpoints, options);
    this.#manual = options?.manual ?? false;
  }

  /**
   * With the `manual` option: makes the subscription that was received last one to this tag. ZMQ_SUBSCRIBE
   *
   * @throws {ZmqStateError} without the `manual` option
   * @throws {ZmqArgumentError} for a value that is no tag
   * @throws {ZmqClosedError} if the connection is shut down
   */
  subscribe(tag: Frame): void {
    this.#checkManual(this.subscribe);
    this.setOption("subscribe", toBuffer(tag));
  }

  /**
   * With the `manual` option: takes a subscription to this tag from the peer that was received last.
   * ZMQ_UNSUBSCRIBE
   *
   * @throws {ZmqStateError} without the `manual` option
   * @throws {ZmqArgumentError} for a value that is no tag
   * @throws {ZmqClosedError} if the connection is shut down
   */
  unsubscribe(tag: Frame): void {
    this.#checkManual(this.unsubscribe);
    this.setOption("unsubscribe", toBuffer(tag));
  }

  /**
   * With the `manual` option, in a message handler: sends a message to only the peer whose subscription was
   * received last. Call `subscribe` first: the message has to match, as any other. With `noDrop`, an answer that
   * has to wait goes to all; so may one at whose moment another subscriber leaves, but not with the engine in
   * TypeScript. ZMQ_XPUB_MANUAL_LAST_VALUE, a draft: libzmq may change it.
   *
   * @throws {ZmqStateError} without the `manual` option; else as `send`
   */
  async answer(message: Frames): Promise<void> {
    this.#checkManual(this.answer);
    this.setOption("manualLastValue", true);
    const sent = this.send(message);
    this.setOption("manualLastValue", false); // and `manual` with it
    this.setOption("manual", true);
    return sent;
  }

  #checkManual(caller: (...args: never[]) => unknown): void {
    if (this.#manual) return;
    const error = new ZmqStateError(
      "an XPUB subscribes, unsubscribes and answers for its peers with the option manual alone",
    );
    throw fromCaller(error, caller);
  }
}
