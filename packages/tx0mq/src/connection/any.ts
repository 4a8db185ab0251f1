import type { ZmqEndpoint } from "../endpoint.js";
import type { EngineSocket } from "../engine/engine.js";
import type { Frames, Message } from "../frames.js";
import type {
  kAtWork,
  kEndsLast,
  kFinish,
  kHandOver,
  kPeek,
  kPeekRoom,
  kProxied,
  kSocket,
} from "../internal.js";
import type { SocketTypeName } from "../socket-type.js";

/** What all connections have in common, with any type of messages. */
export interface AnyConnection {
  readonly socketType: SocketTypeName;
  readonly endpoints: readonly ZmqEndpoint[];
  readonly address: string;
  readonly closed: boolean;
  readonly lingerPeriod: number;
  readonly readable: boolean;
  readonly writable: boolean;
  shutdown(): Promise<void>;
  toString(): string;
  /** @internal */
  readonly [kSocket]: EngineSocket;
  /** @internal */
  readonly [kAtWork]: boolean;
  /** @internal */
  [kProxied]: boolean;
  /** @internal */
  [kEndsLast]: boolean;
  /** @internal */
  [kPeek](notify: () => void, deadline: number): () => void;
  /** @internal */
  [kPeekRoom](notify: () => void): () => void;
  /** @internal */
  [kFinish](): Promise<void>;
  /** @internal */
  [kHandOver](holder: Holder): Held;
}

/** @internal Code that reads and writes a connection in its owner's place. */
export interface Holder {
  /** A message has come. If this is missing, none is taken out of ZeroMQ. */
  received?(frames: Message): void;
  /** The connection is about to shut down: messages that are sent within the linger period still go. */
  ending(): void;
  /** Settles when the holder is done: the factory's shutdown waits for it. */
  readonly done: Promise<void>;
}

/** @internal What the holder may do with the connection. */
export interface Held {
  /**
   * As the connection's own `send`, unchecked.
   *
   * @param owned how many of the first frames no other code has, nor will have: an engine need not copy them
   */
  send(frames: Frames, owned?: number): Promise<void>;
  /** The end of the connection waits for the work, within the linger period, and goes on sending meanwhile. */
  follow(work: Promise<void>): void;
  /** Emits it as an `"error"` event. */
  report(error: Error): void;
  pause(): void;
  /** Begins to take messages, or goes on after `pause`; hands over at once a message that has come meanwhile. */
  resume(): void;
  /** Gives the connection back to its owner. */
  giveBack(): void;
}
