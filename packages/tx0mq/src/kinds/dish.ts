import { ZmqConnection } from "../connection/connection.js";
import type { MessageMeta } from "../engine/engine.js";
import { ZmqArgumentError } from "../errors.js";
import { isGroup, NO_GROUP } from "../frames.js";
import { kSocket } from "../internal.js";
import type { DishOptions } from "../options.js";

/**
 * A DISH socket (RFC 48, draft): as SUB, thread-safe, over UDP too. Receives `[data, { group }]` of
 * the groups that it has joined.
 *
 * If it is bound to `udp://`, any host that can send there can end your process: libzmq aborts when a datagram
 * comes whose first byte is 0x80 or more.
 */
export class ZmqDishConnection extends ZmqConnection<
  [data: Buffer, from: { group: string }],
  never,
  DishOptions
> {
  static override readonly socketType = "DISH";
  readonly #joined = new Set<string>();

  /**
   * Receives the group's messages from now on: the exact name, no prefix. zmq_join
   *
   * @throws {ZmqArgumentError} for a group that is joined already, or a value that is no name of a group
   * @throws {ZmqClosedError} if the connection is shut down
   */
  join(group: string): void {
    if (!isGroup(group)) throw new ZmqArgumentError(NO_GROUP);
    if (this.#joined.has(group)) throw new ZmqArgumentError(`group "${group}" is joined already`);
    this.checkOpen();
    this[kSocket].joinGroup(group);
    this.#joined.add(group);
  }

  /**
   * Ends a `join(group)`. zmq_leave
   *
   * @throws {ZmqArgumentError} for a group that is not joined
   * @throws {ZmqClosedError} if the connection is shut down
   */
  leave(group: string): void {
    if (!this.#joined.has(group)) throw new ZmqArgumentError(`group "${group}" is not joined`);
    this.checkOpen();
    this[kSocket].leaveGroup(group);
    this.#joined.delete(group);
  }

  protected override decode(
    [data]: Buffer[],
    meta: MessageMeta | undefined,
  ): [Buffer, { group: string }] | undefined {
    return [data as Buffer, { group: String(meta?.group ?? "") }];
  }
}
