import { ZmqConnection } from "../connection/connection.js";
import type { PeerOf } from "../connection/outgoing.js";
import type { Frame, MessageMeta } from "../engine/engine.js";
import { fromCaller, ZmqArgumentError } from "../errors.js";
import type { ServerOptions } from "../options.js";
import type { WaitOptions } from "../time.js";

/** Tells a SERVER's peers apart. */
export interface RoutingId {
  /** The id that libzmq gives a client when it comes: 32 bits, not 0. */
  readonly routingId: number;
}

/**
 * A SERVER socket (RFC 41, draft): as ROUTER, thread-safe. Messages are `[data, { routingId }]` both
 * ways: a reply goes to the client whose routing id it carries. A message to a full client waits, and holds
 * up only messages to that client.
 */
export class ZmqServerConnection extends ZmqConnection<
  [data: Buffer, peer: RoutingId],
  readonly [data: Frame, peer: RoutingId],
  ServerOptions
> {
  static override readonly socketType = "SERVER";

  /** A full client holds up no other. */
  protected static override peerOf(): PeerOf {
    return (_frames, meta) => String(meta?.routingId);
  }

  override send(
    message: readonly [data: Frame, peer: RoutingId],
    options?: WaitOptions,
  ): Promise<void> {
    const [data, peer] = (Array.isArray(message) ? message : []) as typeof message;
    const routingId = peer?.routingId;
    // It has 32 bits, and no peer has 0.
    if (typeof routingId !== "number" || routingId >>> 0 !== routingId || routingId === 0) {
      const wanted = "a SERVER sends [data, { routingId }], the id as it was received";
      return Promise.reject(fromCaller(new ZmqArgumentError(wanted), this.send));
    }
    return this.sendFrames(data, { routingId }, options);
  }

  protected override decode(
    [data]: Buffer[],
    meta: MessageMeta | undefined,
  ): [Buffer, RoutingId] | undefined {
    return [data as Buffer, { routingId: meta?.routingId ?? 0 }];
  }
}
