import { queueMicrotask } from "./clock.js";
import type { AnyConnection, Held } from "./connection/any.js";
import type { Frame } from "./engine/engine.js";
import {
  ZmqArgumentError,
  ZmqClosedError,
  ZmqOptionError,
  ZmqStateError,
  ZmqUnroutableError,
} from "./errors.js";
import type { Message } from "./frames.js";
import { kEndsLast, kHandOver, kProxied, SETTLED } from "./internal.js";
import { noOthers } from "./options.js";
import { RECEIVE_ONLY, SEND_ONLY } from "./socket-type.js";

/** A connection that passes messages on as lists of frames. */
export type ProxiedConnection = AnyConnection & {
  send(message: readonly Frame[]): Promise<void>;
  [Symbol.asyncIterator](): AsyncIterator<Message>;
};

/** Options of a proxy. */
export interface ProxyOptions {
  /**
   * A connection (PUB, PUSH, PAIR, DEALER) that gets a copy of every message that passes. If it has no room for
   * the copy, or no peer, the proxy waits. If it is shut down, the proxy goes on without it.
   */
  capture?: ({ send(message: readonly Frame[]): Promise<void> } & AnyConnection) | undefined;
}

/** A proxy that runs. */
export interface ZmqProxy {
  /** Resolves when the proxy has ended and its two connections are shut down. */
  readonly ended: Promise<void>;
  /** Passes no more messages until `resume()`. */
  pause(): void;
  /** Goes on after `pause()`. */
  resume(): void;
  /** Ends the proxy and shuts its two connections down. It sends what it has received, within the linger period. */
  stop(): Promise<void>;
}

/**
 * A proxy, as zmq_proxy_steerable: passes every message from the frontend to the backend and every
 * one from the backend to the frontend, until you stop it or one of the two is shut down. While one
 * side takes no more, the proxy receives nothing for it from the other, so that high-water marks hold.
 *
 * If its factory is shut down while workers of that factory are at work for it, the proxy takes no more requests, but
 * passes their replies on, within the factory's linger period (1,500 ms by default).
 *
 * It runs on the event loop, and takes its turn with all else there. There can be any number of them.
 *
 * Each direction has one order. So if one peer of a ROUTER with `mandatory`, or of a STREAM, takes nothing, the
 * whole direction waits. A ROUTER without `mandatory` drops messages for such a peer.
 *
 * If the other side, or the capture, refuses a message, it is dropped there, and there is an `"error"` event of
 * the connection that it came from; none if no peer has its routing id.
 *
 * @throws {ZmqStateError} when other code reads or writes one of the two, or it is neither bound nor connected
 * @throws {ZmqClosedError} when one of the two is shut down
 * @throws {ZmqArgumentError} for a value that is no connection; {ZmqOptionError} for a wrong option
 */
export function proxy(
  frontend: ProxiedConnection,
  backend: ProxiedConnection,
  { capture, ...others }: ProxyOptions = {},
): ZmqProxy {
  noOthers(others);
  if (capture !== undefined && typeof capture?.send !== "function") {
    throw new ZmqOptionError("capture", "is a connection that sends");
  }
  for (const connection of [frontend, backend]) {
    if (typeof connection?.[kHandOver] !== "function") {
      throw new ZmqArgumentError("a proxy has two connections: proxy(frontend, backend)");
    }
    if (connection.closed) throw new ZmqClosedError(String(connection));
    if (connection.endpoints.length === 0) {
      throw new ZmqStateError(`${connection} is neither bound nor connected`);
    }
  }
  return new LoopProxy(frontend, backend, capture);
}

class LoopProxy implements ZmqProxy {
  readonly ended: Promise<void>;
  readonly #ends: readonly [ProxiedConnection, ProxiedConnection];
  readonly #directions: readonly [Direction, Direction];
  #end: () => void = () => undefined;
  readonly #done: Promise<void>;
  #tellDone: () => void = () => undefined;
  #stopping = false;

  constructor(
    frontend: ProxiedConnection,
    backend: ProxiedConnection,
    capture: ProxyOptions["capture"],
  ) {
    this.#ends = [frontend, backend];
    this.#done = new Promise((resolve) => {
      this.#tellDone = resolve;
    });
    const forth = new Direction(capture, () => this.#stop());
    const back = new Direction(capture, () => this.#stop());
    this.#directions = [forth, back];
    const one = this.#hold(frontend, backend, forth);
    try {
      const other = this.#hold(backend, frontend, back);
      forth.start(one, other);
      back.start(other, one);
    } catch (error) {
      one.giveBack();
      this.#tellDone();
      throw error;
    }
    for (const connection of this.#ends) connection[kProxied] = true;
    this.ended = new Promise<void>((resolve) => {
      this.#end = resolve;
    }).then(() => this.#shutDown());
  }

  #hold(from: ProxiedConnection, to: ProxiedConnection, direction: Direction): Held {
    const ending = (): void => {
      if (!to[kEndsLast]) this.#stop(); // else that one ends later, and what it receives is passed on
    };
    const holder = { ending, done: this.#done };
    if (SEND_ONLY.has(from.socketType) || RECEIVE_ONLY.has(to.socketType)) {
      return from[kHandOver](holder);
    }
    return from[kHandOver]({ ...holder, received: (frames) => direction.pass(frames) });
  }

  pause(): void {
    if (!this.#stopping) for (const direction of this.#directions) direction.pause();
  }

  resume(): void {
    for (const direction of this.#directions) direction.resume();
  }

  async stop(): Promise<void> {
    this.#stop();
    await this.ended;
  }

  #stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.resume(); // what was received is sent
    this.#end();
  }

  async #shutDown(): Promise<void> {
    await Promise.all(this.#ends.map((connection) => connection.shutdown()));
    queueMicrotask(this.#tellDone); // when `ended` has settled
  }
}

/** One way through a proxy. */
class Direction {
  readonly #capture: ProxyOptions["capture"];
  readonly #ends: () => void;
  #from: Held | undefined;
  #to: Held | undefined;
  /** It has received a message that it has not sent yet. */
  #busy = false;
  #paused = false;

  /** @param ends called when the side that it sends to is shut down */
  constructor(capture: ProxyOptions["capture"], ends: () => void) {
    this.#capture = capture;
    this.#ends = ends;
  }

  start(from: Held, to: Held): void {
    this.#from = from;
    this.#to = to;
    from.resume();
  }

  pass(frames: Message): void {
    const capture = this.#capture?.closed === false ? this.#capture : undefined;
    const sent = (this.#to as Held).send(frames, capture === undefined ? frames.length : 0);
    const captured = capture?.send(frames) ?? SETTLED;
    if (sent === SETTLED && captured === SETTLED) return;
    this.#from?.pause();
    this.#busy = true;
    if (captured === SETTLED) sent.then(this.#goOn, this.#stumble);
    else Promise.all([sent, captured.catch(this.#uncaptured)]).then(this.#goOn, this.#stumble);
  }

  readonly #goOn = (): void => {
    this.#busy = false;
    if (!this.#paused) this.#from?.resume();
  };

  readonly #stumble = (error: unknown): void => {
    if (error instanceof ZmqClosedError) this.#ends();
    else {
      this.#drop(error);
      this.#goOn();
    }
  };

  readonly #uncaptured = (error: unknown): void => {
    if (!(error instanceof ZmqClosedError)) this.#drop(error);
  };

  /** Reports that a message was refused. A message without a peer is dropped, as a ROUTER does it. */
  #drop(error: unknown): void {
    if (error instanceof ZmqUnroutableError) return;
    this.#from?.follow(Promise.reject(error)); // a REP has no reply to wait for then
  }

  pause(): void {
    this.#paused = true;
    this.#from?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#busy) this.#from?.resume();
  }
}
