import { ZmqConnection } from "../connection/connection.js";
import type { Endpoints } from "../endpoint.js";
import type { Frame } from "../engine/engine.js";
import { fromCaller, ZmqArgumentError } from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import { toBuffer } from "../frames.js";
import type { PubOptions } from "../options.js";

const NUL = Buffer.of(0);

/**
 * A PUB socket (RFC 29): sends each message to all subscribers whose subscriptions it matches. It drops
 * messages for a subscriber that is too slow, or comes too late (but see `noDrop`).
 */
export class ZmqPubConnection extends ZmqConnection<never> {
  static override readonly socketType = "PUB";
  /** Whether `publish` sends tx0mq's one frame `tag NUL message` instead of two frames. */
  readonly singleFrame: boolean;

  constructor(
    factory: ZmqFactory,
    endpoints?: Endpoints,
    {
      singleFrame = false,
      ...options
    }: PubOptions & {
      /**
       * Publish in one frame `tag NUL message`, as Python's tx0mq and txZMQ do, instead of in the two
       * frames `tag`, `message`. Default: false.
       */
      singleFrame?: boolean | undefined;
    } = {},
  ) {
    super(factory, endpoints, options);
    this.singleFrame = singleFrame;
  }

  /**
   * Sends a message to the subscribers that have subscribed to a beginning of the tag.
   *
   * @param tag any bytes; in the single-frame form any but NUL
   * @throws {ZmqArgumentError} for a NUL in the tag in the single-frame form, and for two frames with
   * `conflate`, which keeps only one; else as `send`
   */
  publish(message: Frame, tag: Frame = ""): Promise<void> {
    try {
      if (!this.singleFrame) return this.sendOrThrow([tag, message]);
      const tagBytes = toBuffer(tag);
      if (tagBytes.includes(0)) {
        throw new ZmqArgumentError(
          "a NUL ends the tag in the single-frame form, so no tag can have one",
        );
      }
      return this.sendOrThrow(Buffer.concat([tagBytes, NUL, toBuffer(message)]));
    } catch (error) {
      return Promise.reject(fromCaller(error, this.publish));
    }
  }
}
