import type { SocketTypeName } from "../socket-type.js";

/** A frame to be sent: text goes out as UTF-8. */
export type Frame = string | ArrayBufferView | ArrayBufferLike;

/** The properties of a message beside its frames. */
export interface MessageMeta {
  /** CLIENT/SERVER: the peer (zmq_msg_routing_id). */
  routingId?: number;
  /** RADIO/DISH: the group (zmq_msg_group). */
  group?: string | Buffer;
  /** Sending: how many of the first frames no other code has, nor will have. They need no copy. Default: 0. */
  owned?: number;
}

/** An event of a socket's monitor, as libzmq names it (ZMQ_EVENT_…), in camel case. */
export interface EngineEvent {
  readonly type: string;
  readonly address?: string;
  readonly interval?: number;
  readonly error?: Error;
}

/**
 * What tx0mq asks of the code that does ZeroMQ's work. One module implements it on the `zeromq` package,
 * which brings libzmq. Another engine, or a fake one for tests, can replace it (`new ZmqFactory({ engine })`).
 *
 * Nothing in it blocks. An engine may call its sink at any time, but within a call from above only to ask
 * something (`wantsMore`, `hasTime`, `waitsFor`, `wantsRoom`), to be called back (`nextTurn`), to say in `send`
 * that it is `full`, or that something has `failed`. It throws an `Error` whose `code` is libzmq's name of the
 * error (`"EADDRINUSE"`): the library makes its own error of it. If the engine does not take an option, or its
 * value, `option` is the option's name, and the message continues it: `"is 0 or more, not -1"`.
 */
export interface Engine {
  /** The version of libzmq, as `"4.3.5"`. */
  readonly zmqVersion: string;
  /** Whether it has a part that libzmq may be built without (zmq_has). */
  has(capability: string): boolean;
  createContext(options: ContextOptions): EngineContext;
}

/** The options of a context. */
export interface ContextOptions {
  /** ZMQ_IO_THREADS */
  ioThreads?: number | undefined;
  /** ZMQ_MAX_SOCKETS */
  maxSockets?: number | undefined;
  /** The context that all threads of the process share. */
  shared: boolean;
}

/** A ZeroMQ context: makes sockets, which reach each other over `inproc://`. */
export interface EngineContext {
  createSocket(
    type: SocketTypeName,
    options: Readonly<Record<string, unknown>>,
    sink: EngineSink,
  ): EngineSocket;
  /** Gives the context back, when all its sockets are closed. */
  release(): void;
}

/** A ZeroMQ socket. None of its methods blocks. */
export interface EngineSocket {
  /**
   * Whether libzmq has a message now. Takes none. False while a receive waits, even if its reader has given up:
   * that receive gets the next message.
   */
  readonly readable: boolean;
  /** Whether libzmq would take a message now. */
  readonly writable: boolean;

  /** @returns the address that was bound, with the real port. @throws ZmqError */
  bind(address: string): string;
  /** @param whenBound over inproc, connect only when a socket is bound there */
  connect(address: string, whenBound?: boolean): void;
  /** Ends a bind or a connect. */
  remove(address: string): void;
  setOption(name: string, value: unknown): void;
  joinGroup(group: string): void;
  leaveGroup(group: string): void;

  /**
   * Sends one message: all frames or none.
   *
   * @returns nothing if the message was taken; else a promise that settles when it has been taken, or
   * refused for good. Until then no other message may be sent; `sink.sent` tells when.
   * @throws if it is refused for good at once
   */
  send(frames: Frame | readonly Frame[], meta?: MessageMeta): Promise<void> | undefined;

  /**
   * Starts to hand messages to `sink.received`, all that have arrived, one after the other. When it returns
   * false, the engine takes no further message out of libzmq.
   */
  read(): void;

  /**
   * Takes a message that is there already, for a reader that can have it at once: without a wait, and without a
   * promise of the engine's. Undefined if there is none, or while `read` hands messages over.
   */
  take?(): Buffer[] | undefined;
  /** The properties of the message that `take` gave last. */
  readonly meta?: MessageMeta | undefined;

  /** No reader waits any more: if the engine can stop taking messages from now on, it does. */
  rest?(): void;

  /** Resolves when libzmq would take a message, or some time after the last wait for that was given up. */
  whenWritable(): Promise<void>;

  /** Starts to hand the monitor's events to `sink.event`. This keeps the process alive until `close`. */
  monitor(): void;

  /**
   * How many peers are there: connected, with a handshake that succeeded. The engine calls `sink.peersChanged` at
   * each change. If the engine does not know the number, the library counts the events of the monitor.
   */
  readonly peerCount?: number;

  /** Closes the socket; resolves when libzmq has let go of all its addresses and messages. */
  close(linger: number): Promise<void>;
}

/** The callbacks that a connection gives its socket. */
export interface EngineSink {
  /** Takes one message. @returns whether it wants more. */
  received(frames: Buffer[], meta: MessageMeta | undefined): boolean;
  /** Whether it wants messages at this moment. */
  wantsMore(): boolean;
  /** Whether there is time for one more message in this turn of the event loop. */
  hasTime(): boolean;
  /** Goes on in the next turn that has time left: with one message, and then as `hasTime` says. */
  nextTurn(goOn: () => void): void;
  /** For how many milliseconds to wait for the next message: a whole number, or -1 for ever. */
  waitsFor(): number;
  /** The message whose `send` had returned a promise has been taken, or refused for good. */
  sent(taken: boolean): void;
  /**
   * There is no room for the message in hand: the sink keeps it, and sends it again when there is
   * (`whenWritable`). @returns a promise of the message's end; `send` passes it on
   */
  full(): Promise<void>;
  /** Whether a message or a `poll()` waits for room. */
  wantsRoom(): boolean;
  /** Something failed that no caller waits for. */
  failed(error: Error): void;
  event(event: EngineEvent): void;
  /** `peerCount` has changed. */
  peersChanged(): void;
}
