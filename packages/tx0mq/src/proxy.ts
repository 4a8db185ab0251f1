import type { AnyConnection, Message } from "./connection.js";
import type { EngineProxy, Frame } from "./engine/engine.js";
import { ZmqClosedError, ZmqStateError } from "./errors.js";
import { kEngine, kHandOver, kSocket } from "./internal.js";
import { RECEIVE_ONLY, SEND_ONLY } from "./socket-type.js";

/** A connection that passes messages on as lists of frames. */
export type ProxiedConnection = AnyConnection & {
  send(message: readonly Frame[]): Promise<void>;
  [Symbol.asyncIterator](): AsyncIterator<Message>;
};

export interface ProxyOptions {
  /** A connection (PUB, PUSH, PAIR, DEALER) that gets a copy of every message that passes. */
  capture?: { send(message: readonly Frame[]): Promise<void> } & AnyConnection;
}

/** A proxy that runs. */
export interface ZmqProxy {
  /** Resolves when the proxy has ended and its two connections are shut down. */
  readonly ended: Promise<void>;
  /** Passes no more messages until `resume()`. */
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
 * at libzmq's own speed. With a capture it runs on the event loop.
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
  return capture === undefined
    ? nativeProxy(frontend, backend)
    : new CapturingProxy(frontend, backend, capture);
}

/** Runs in a thread of its own, in libzmq. */
function nativeProxy(frontend: ProxiedConnection, backend: ProxiedConnection): ZmqProxy {
  let native: EngineProxy | undefined;
  let running = true;
  const stopNative = async (): Promise<void> => {
    if (running) native?.stop();
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
  const ended = engineProxy.ended.finally(() => {
    running = false;
    return stop();
  });
  return {
    ended,
    pause: () => running && engineProxy.pause(),
    resume: () => running && engineProxy.resume(),
    stop,
  };
}

/** Runs on the event loop, so that each message can be copied to the capture. */
class CapturingProxy implements ZmqProxy {
  readonly ended: Promise<void>;
  readonly #ends: readonly [ProxiedConnection, ProxiedConnection];
  #resumed: Promise<void> | undefined;
  #resume: (() => void) | undefined;

  constructor(
    frontend: ProxiedConnection,
    backend: ProxiedConnection,
    capture: NonNullable<ProxyOptions["capture"]>,
  ) {
    this.#ends = [frontend, backend];
    this.ended = Promise.all([
      this.#pass(frontend, backend, capture),
      this.#pass(backend, frontend, capture),
    ]).then(() => undefined);
  }

  pause(): void {
    this.#resumed ??= new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#resume?.();
    this.#resume = undefined;
    this.#resumed = undefined;
  }

  async stop(): Promise<void> {
    this.resume();
    await Promise.all(this.#ends.map((connection) => connection.shutdown()));
  }

  async #pass(
    from: ProxiedConnection,
    to: ProxiedConnection,
    capture: NonNullable<ProxyOptions["capture"]>,
  ): Promise<void> {
    if (SEND_ONLY.has(from.socketType) || RECEIVE_ONLY.has(to.socketType)) return;
    try {
      for await (const frames of from) {
        await this.#resumed;
        await to.send(frames);
        await capture.send(frames);
      }
    } catch (error) {
      if (!(error instanceof ZmqClosedError)) throw error;
    } finally {
      await this.stop();
    }
  }
}
