import { ZmqConnection } from "../connection/connection.js";
import type { Frame } from "../engine/engine.js";
import { fromCaller, ZmqArgumentError } from "../errors.js";
import { datagramError, isFrame, isGroup, NO_GROUP, sizeOf } from "../frames.js";
import type { RadioOptions } from "../options.js";
import type { WaitOptions } from "../time.js";

/**
 * A RADIO socket (RFC 48, draft): as PUB, thread-safe, over UDP too. Messages are
 * `[data, { group }]`, for the DISH peers that have joined the group. Over UDP, data and group together have
 * 8191 bytes at most.
 */
export class ZmqRadioConnection extends ZmqConnection<
  never,
  readonly [data: Frame, to: { group: string }],
  RadioOptions
> {
  static override readonly socketType = "RADIO";

  override send(
    message: readonly [data: Frame, to: { group: string }],
    options?: WaitOptions,
  ): Promise<void> {
    const [data, to] = (Array.isArray(message) ? message : []) as typeof message;
    if (!isGroup(to?.group)) {
      const error = new ZmqArgumentError(`a RADIO sends [data, { group }]: ${NO_GROUP}`);
      return Promise.reject(fromCaller(error, this.send));
    }
    const size = isFrame(data) ? 1 + Buffer.byteLength(to.group) + sizeOf(data) : 0;
    const wrong = datagramError(size);
    if (wrong !== undefined && this.endpoints.some(({ address }) => address.startsWith("udp:"))) {
      return Promise.reject(fromCaller(new ZmqArgumentError(wrong), this.send));
    }
    return this.sendFrames(data, { group: to.group }, options);
  }
}
