import { isMainThread } from "node:worker_threads";
import type { AnyConnection } from "./connection/any.js";
import type { EngineProxy, Frame } from "./engine/engine.js";
import { ZmqClosedError, ZmqStateError, ZmqUnroutableError } from "./errors.js";
import type { ZmqFactory } from "./factory.js";
import type { Message } from "./frames.js";
import { kEnding, kEngine, kHandOver, kSocket } from "./internal.js";
import { RECEIVE_ONLY, SEND_ONLY } from "./socket-type.js";

/** A connection that passes messages on as lists of frames. */
export type ProxiedConnection = AnyConnection & {
  readonly factory: ZmqFactory;
  send(message: readonly Frame[]): Promise<void>;
  [Symbol.asyncIterator](): AsyncIterator<Message>;
};

/** Options of a proxy. */
export interface ProxyOptions {
  /**
   * A connection (PUB, PUSH, PAIR, DEALER) that gets a copy of every message that passes. One that has no
   * room for it, or no peer, holds the proxy up, and its end as well until it is shut down itself.
   */
  capture?: { send(message: readonly Frame[]): Promise<void> } & AnyConnection;
}

/** A proxy that runs. */
export interface ZmqProxy {
  /** Resolves when the proxy has ended and its two connections are shut down. */
  readonly ended: Promise<void>;
  /**
   * Passes no more messages until `resume()`. The proxy in libzmq takes a moment to hear of it, and keeps
   * a processor busy while it is paused and messages wait.
   */
  pause(): void;
  resume(): void;
  /** Ends the proxy and shuts its two connections down. */
  stop(): Promise<void>;
}

/**
 * The built-in proxy (zmq_proxy_steerable): passes every message from the frontend to the backend
 * and every one from the backend to the frontend, until it is stopped or one of the two is shut down.
 *
 * Without a capture it runs in a thread of libuv's pool (UV_THREADPOOL_SIZE, 4 by default, of them),
 * at libzmq's own speed. With a capture it runs on the event loop; so it does in a worker thread, which
 * could not exit otherwise, and with sockets that it might have to wait for without end: PAIR, REQ,
 * a ROUTER with `mandatory`, an XPUB with `noDrop`, and the draft types.
 *
 * @throws {ZmqStateError} when one of the two is being read or written, or is neither bound nor connected
 * @throws {ZmqClosedError} when one of the two is shut down
 */
export function proxy(
  frontend: ProxiedConnection,
  backend: ProxiedConnection,
  { capture }: ProxyOptions = {},
): ZmqProxy {
  for (const connection of [frontend, backend]) {
    if (connection.closed) throw new ZmqClosedError(String(connection));
    if (connection.endpoints.length === 0) {
      throw new ZmqStateError(`${connection} is neither bound nor connected`);
    }
  }
  const { canBeProxied } = frontend[kSocket];
  return capture === undefined && isMainThread && canBeProxied && backend[kSocket].canBeProxied
    ? nativeProxy(frontend, backend)
    : new LoopProxy(frontend, backend, capture);
}

/** Runs in a thread of its own, in libzmq. */
function nativeProxy(frontend: ProxiedConnection, backend: ProxiedConnection): ZmqProxy {
  let native: EngineProxy | undefined;
  const stopNative = async (): Promise<void> => {
    const lingers = [frontend.lingerPeriod, backend.lingerPeriod];
    native?.stop(lingers.includes(-1) ? -1 : Math.max(...lingers));
    await native?.ended.catch(() => undefined); // `ended` tells
  };
  const takeBack = frontend[kHandOver](stopNative);
  try {
    const takeBackToo = backend[kHandOver](stopNative);
    try {
      native = frontend.factory[kEngine].proxy(frontend[kSocket], backend[kSocket]);
    } catch (error) {
      takeBackToo();
      throw error;
    }
  } catch (error) {
    takeBack();
    throw error;
  }
  const engineProxy = native;
  const stop = async (): Promise<void> => {
    await Promise.all([frontend.shutdown(), backend.shutdown()]);
  };
  return {
    ended: engineProxy.ended.finally(stop),
    pause: () => engineProxy.pause(),
    resume: () => engineProxy.resume(),
    stop,
  };
}

/** Runs on the event loop, where each message can be copied to a capture. */
class LoopProxy implements ZmqProxy {
  readonly ended: Promise<void>;
  readonly #ends: readonly [ProxiedConnection, ProxiedConnection];
  /** While it is paused: what goes on with the messages that were received before, when it is resumed. */
  #held: (() => void)[] | undefined;

  constructor(
    frontend: ProxiedConnection,
    backend: ProxiedConnection,
    capture: ProxyOptions["capture"],
  ) {
    this.#ends = [frontend, backend];
    for (const connection of this.#ends) {
      const takeBack = connection[kHandOver](async () => undefined); // throws where it is in use
      takeBack();
    }
    // Each may be shut down while neither of the two passes looks at it.
    const end = (): void => void this.stop().catch(() => undefined); // its shutdown() tells
    for (const connection of this.#ends) connection[kEnding](end);
    this.ended = Promise.all([
      this.#pass(frontend, backend, capture),
      this.#pass(backend, frontend, capture),
    ]).then(() => undefined);
  }

  pause(): void {
    this.#held ??= [];
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const goOn of held) goOn();
  }

  async stop(): Promise<void> {
    this.resume(); // what was received is sent
    await Promise.all(this.#ends.map((connection) => connection.shutdown()));
  }

  async #pass(
    from: ProxiedConnection,
    to: ProxiedConnection,
    capture: ProxyOptions["capture"],
  ): Promise<void> {
    if (SEND_ONLY.has(from.socketType) || RECEIVE_ONLY.has(to.socketType)) return;
    try {
      for await (const frames of from) {
        try {
          await (this.#held === undefined ? to.send(frames) : this.#whenResumed(to, frames));
        } catch (error) {
          if (!(error instanceof ZmqUnroutableError)) throw error; // such a message is dropped
        }
        await capture?.send(frames);
      }
    } catch (error) {
      if (!(error instanceof ZmqClosedError)) throw error;
    } finally {
      await this.stop();
    }
  }

  #whenResumed(to: ProxiedConnection, frames: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#held?.push(() => void to.send(frames).then(resolve, reject));
    });
  }
}
