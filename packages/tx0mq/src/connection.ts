import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import {
  type Endpoint,
  type Endpoints,
  reachable,
  toEndpoint,
  ZmqEndpoint,
  ZmqEndpointType,
} from "./endpoint.js";
import type { EngineEvent, EngineSink, EngineSocket, Frame, MessageMeta } from "./engine/engine.js";
import {
  ZmqAbortError,
  ZmqArgumentError,
  ZmqClosedError,
  type ZmqError,
  ZmqOptionError,
  ZmqProtocolError,
  ZmqQueueFullError,
  ZmqStateError,
  ZmqTimeoutError,
} from "./errors.js";
import type { ZmqFactory } from "./factory.js";
import { type Message, sendable } from "./frames.js";
import {
  kAdopt,
  kAwait,
  kContext,
  kDisown,
  kEnding,
  kHandOver,
  kPeek,
  kPeekRoom,
  kSocket,
  SETTLED,
} from "./internal.js";
import { MONITOR_EVENTS, type MonitorEvent, type MonitorEvents, monitorEvent } from "./monitor.js";
import type { ConnectionOptions } from "./options.js";
import { Queue, type Queued } from "./queue.js";
import { RECEIVE_ONLY, SEND_ONLY, SINGLE_FRAME, type SocketTypeName } from "./socket-type.js";
import { trace } from "./trace.js";

/** How long to wait, and until when. */
export interface WaitOptions {
  /** Give up after so many ms with a {@link ZmqTimeoutError}; 0 takes only what is there already. Default: never. */
  timeout?: number | undefined;
  /** Give up with a {@link ZmqAbortError} when it is aborted. */
  signal?: AbortSignal | undefined;
}

/** The events of a connection. */
export type ConnectionEvents<In> = {
  /** A message, where neither a `receive()` nor an iterator waits for it. */
  message: [message: In];
  /** A handler threw, or a malformed message was refused. Printed where nobody listens. */
  error: [error: Error];
  /** The connection is shut down and its addresses are free again. */
  close: [];
  /** Any event of the monitor. */
  monitor: [event: MonitorEvent];
} & { [Name in keyof MonitorEvents]: [event: MonitorEvents[Name]] };

/** A pending `receive()`, or `next()` of an iterator. */
class Waiter<In> implements Queued {
  previous: this | undefined;
  next: this | undefined;
  readonly deliver: (message: In) => void;
  readonly end: (error?: ZmqError) => void;
  /** When it gives up, in ms of the process's clock. */
  readonly deadline: number;
  /** The iterator that it belongs to. */
  readonly iterator: object | undefined;

  constructor(
    deliver: (message: In) => void,
    end: (error?: ZmqError) => void,
    deadline = Number.POSITIVE_INFINITY,
    iterator?: object,
  ) {
    this.deliver = deliver;
    this.end = end;
    this.deadline = deadline;
    this.iterator = iterator;
  }
}

/** A message that waits in the connection until ZeroMQ takes it. */
class Outgoing implements Queued {
  previous: this | undefined;
  next: this | undefined;
  readonly frames: Frame | readonly Frame[];
  readonly meta: MessageMeta | undefined;
  readonly taken: () => void;
  readonly refused: (error: unknown) => void;
  /** What its sender holds. */
  promise: Promise<void> | undefined;

  constructor(
    frames: Frame | readonly Frame[],
    meta: MessageMeta | undefined,
    taken: () => void,
    refused: (error: unknown) => void,
  ) {
    this.frames = frames;
    this.meta = meta;
    this.taken = taken;
    this.refused = refused;
  }

  /** Nobody wants it sent any more: its sender has emptied it (see `ZmqXREQConnection`). */
  get withdrawn(): boolean {
    return Array.isArray(this.frames) && this.frames.length === 0;
  }
}

const SEND_QUEUE_LIMIT = 65_536;
/** After so many sends in a row, `await send()` gives the event loop a turn. */
const SENDS_PER_TURN = 512;

const ignore = (): void => undefined;

/**
 * A ZeroMQ socket on the event loop: base of all connections.
 *
 * **Reading**, in any of three ways: override `messageReceived`, listen to `"message"`, or pull with
 * `for await` and `receive()`. A pull goes first where there is also a handler. While nobody reads,
 * nothing is taken out of ZeroMQ, so that high-water marks and fair queueing go on working. (A pull
 * that is given up, or a handler that is paused or removed, may leave one message taken; the next
 * pull or handler gets it.)
 *
 * **Sending**, at any time and from anywhere: messages go out whole and in order. The promise settles
 * when ZeroMQ has taken the message; to await it is the back-pressure. Do not change a buffer that
 * has been sent: ZeroMQ may still read it.
 *
 * **Events**: `"message"`, `"error"`, `"close"`, those of the monitor ({@link MonitorEvents}), and
 * `"monitor"` for all of these. To miss none, make the connection without endpoints, add the
 * listeners, then call `addEndpoints`.
 *
 * Do not use it directly: derive a class with a `socketType`, or take one of those that there are.
 */
export abstract class ZmqConnection<
  In = Message,
  Out = Frame | readonly Frame[],
> extends EventEmitter<ConnectionEvents<In>> {
  /** The ZeroMQ socket type, as `"PUB"`. */
  static readonly socketType: SocketTypeName;

  readonly socketType: SocketTypeName;
  readonly factory: ZmqFactory;
  /** How long messages that are not yet delivered may hold up `shutdown()`, in ms; -1 for ever. */
  readonly lingerPeriod: number;
  /** How many messages may wait when ZeroMQ takes no more. */
  readonly sendQueueLimit: number;

  /** @internal */
  readonly [kSocket]: EngineSocket;

  #endpoints: ZmqEndpoint[] = [];
  /** A connection that is handed over is neither read nor written here any more (proxy). */
  #state: "open" | "handed over" | "closing" | "closed" = "open";
  #shutdown: Promise<void> | undefined;
  #handBack: (() => Promise<void>) | undefined;
  readonly #onEnding: (() => void)[] = [];

  readonly #waiters = new Queue<Waiter<In>>();
  readonly #parked: In[] = [];
  readonly #peeks = new Set<Peek>();
  readonly #roomPeeks = new Set<() => void>();
  #looksForRoom = false;
  #started = false;
  #paused = false;
  #flowing = false;

  readonly #outgoing = new Queue<Outgoing>();
  #sending: Promise<void> | undefined;
  /** What the sender of the message in hand holds. */
  #promised: Promise<void> | undefined;
  #sends = 0;
  /** The message in hand, where somebody traces it. */
  #traced: Frame | readonly Frame[] | undefined;
  #drained: (() => void) | undefined;

  /**
   * @param endpoints where to bind and connect; more can be added later
   * @param options of the socket and of the connection
   * @throws {ZmqEndpointError} for an address that cannot be bound or connected to
   * @throws {ZmqAddressInUseError} for an address that another socket is bound to
   * @throws {ZmqOptionError} for an option that the socket type does not have, or a wrong value
   * @throws {ZmqClosedError} where the factory is shut down
   */
  constructor(factory: ZmqFactory, endpoints: Endpoints = [], options: ConnectionOptions = {}) {
    super({ captureRejections: true });
    const { lingerPeriod, sendQueueLimit, ...socketOptions } = options;
    this.factory = factory;
    this.socketType = (new.target as typeof ZmqConnection).socketType;
    this.lingerPeriod = lingerPeriod ?? factory.lingerPeriod;
    this.sendQueueLimit = limit("sendQueueLimit", sendQueueLimit ?? SEND_QUEUE_LIMIT);
    this[kSocket] = factory[kContext]().createSocket(
      this.socketType,
      given({ lingerPeriod: this.lingerPeriod, ...socketOptions }),
      this.#sink(),
    );
    try {
      if (trace.event.hasSubscribers) this[kSocket].monitor();
      this.addEndpoints(endpoints);
    } catch (error) {
      factory[kAwait](this[kSocket].close(0));
      throw error;
    }
    factory[kAdopt](this);
    const emitter = this as unknown as EventEmitter & Record<symbol, unknown>;
    emitter[EventEmitter.captureRejectionSymbol] = (error: unknown, name: unknown) =>
      name === "error" ? this.#errorListenerFailed(error) : this.report(error);
    this.#listenToListeners();
    // A derived class is complete only when its own constructor is through.
    queueMicrotask(() => {
      this.#started = true;
      this.#read();
    });
    if (trace.event.hasSubscribers) this.#traceEvent({ type: "open" });
  }

  /** Where the connection is bound and connected. Wildcards are resolved to what was bound. */
  get endpoints(): readonly ZmqEndpoint[] {
    return this.#endpoints;
  }

  /**
   * Where a peer on this machine connects to: what is bound first, with the real port, and loopback
   * where it is bound to all interfaces. Of a connection that only connects: the peer's address.
   *
   * @throws {ZmqStateError} where there are no endpoints
   */
  get address(): string {
    const endpoint = this.#endpoints.find(({ type }) => type === "bind") ?? this.#endpoints[0];
    if (endpoint === undefined) throw new ZmqStateError(`${this} has no endpoint yet`);
    return reachable(endpoint.address);
  }

  /** The address of the last endpoint (ZMQ_LAST_ENDPOINT), or undefined. */
  get lastEndpoint(): string | undefined {
    return this.#endpoints.at(-1)?.address;
  }

  /** Whether the connection has been shut down, or is being. */
  get closed(): boolean {
    return this.#state === "closing" || this.#state === "closed";
  }

  /**
   * Whether a message is there to be received (ZMQ_POLLIN). Takes none. False while anything waits for
   * a message, a `receive()` that was given up included: what arrives goes to it, and where it was given
   * up the connection is readable then.
   */
  get readable(): boolean {
    if (this.#parked.length > 0) return true;
    return this.#state === "open" && this.mayReceive() && this[kSocket].readable;
  }

  /** Whether a message could be sent without waiting (ZMQ_POLLOUT). */
  get writable(): boolean {
    return (
      this.#state === "open" &&
      this.#sending === undefined &&
      this.sendingError() === undefined &&
      this[kSocket].writable
    );
  }

  /**
   * Binds and connects to more endpoints.
   *
   * @throws as the constructor does. Endpoints before the wrong one are kept.
   */
  addEndpoints(endpoints: Endpoints): void {
    this.#checkOpen();
    for (const { type, address } of asList(endpoints)) {
      if (type === ZmqEndpointType.bind) {
        const bound = this[kSocket].bind(address);
        this.#endpoints.push(ZmqEndpoint.bind(bound));
      } else {
        this[kSocket].connect(address);
        this.#endpoints.push(ZmqEndpoint.connect(address));
      }
    }
  }

  /**
   * Unbinds and disconnects from endpoints, given as `endpoints` shows them. Messages that wait for
   * a peer that was connected to are lost. A connection that is neither read nor written at the time
   * takes leave of its peers when it next is.
   *
   * @throws {ZmqArgumentError} for an endpoint that the connection does not have
   */
  removeEndpoints(endpoints: Endpoints): void {
    this.#checkOpen();
    for (const endpoint of asList(endpoints)) {
      const index = this.#endpoints.findIndex((own) => String(own) === String(endpoint));
      if (index < 0) throw new ZmqArgumentError(`there is no endpoint "${endpoint}" to remove`);
      this[kSocket].remove(endpoint.address);
      this.#endpoints.splice(index, 1);
    }
  }

  /** Sets an option of a socket that is in use, for derived classes. */
  protected setOption(name: string, value: unknown): void {
    this.#checkOpen();
    this[kSocket].setOption(name, value);
  }

  // Receiving ---------------------------------------------------------------------------------

  /**
   * Called with each message that no `receive()` and no iterator waits for. Override it to handle
   * messages; as it is, it emits `"message"`. What it throws, or its promise rejects with, is
   * reported as an `"error"` event, and the connection goes on. Its promise is not waited for: to
   * take one message at a time, use `for await`.
   */
  messageReceived(message: In): unknown {
    this.#emit("message", message);
    return undefined;
  }

  /**
   * The next message.
   *
   * @throws {ZmqTimeoutError} when none came in time; a later one goes to the next receive
   * @throws {ZmqAbortError} when the signal was aborted; likewise
   * @throws {ZmqClosedError} when the connection is shut down
   */
  receive(options?: WaitOptions): Promise<In> {
    if (this.#state !== "open") return Promise.reject(this.#unusable());
    if (SEND_ONLY.has(this.socketType)) return Promise.reject(this.#wrongWay("receive"));
    if (options !== undefined) return this.#receiveWithin(options);
    if (this.#parked.length > 0) return Promise.resolve(this.#takeParked());
    return new Promise<In>((resolve, reject) => {
      this.#waiters.push(new Waiter(resolve, reject));
      this[kSocket].read();
    });
  }

  async #receiveWithin({ timeout, signal }: WaitOptions): Promise<In> {
    if (signal?.aborted) throw new ZmqAbortError(signal.reason);
    if (timeout !== undefined) period("timeout", timeout);
    if (this.#parked.length > 0) return this.#takeParked();
    const limited = timeout !== undefined && timeout >= 0;
    return new Promise<In>((resolve, reject) => {
      const waiter = new Waiter<In>(
        (message) => {
          cleanUp();
          resolve(message);
        },
        (error) => {
          cleanUp();
          reject(error);
        },
        limited ? performance.now() + timeout : undefined,
      );
      const giveUp = (error: ZmqError): void => {
        this.#waiters.remove(waiter);
        waiter.end(error);
      };
      const expire = (): void => giveUp(new ZmqTimeoutError("message", timeout ?? 0));
      const abort = (): void => giveUp(new ZmqAbortError(signal?.reason));
      let stop = ignore;
      if (timeout === 0) {
        // A message may be there that the event loop, busy with others, has had no time for.
        const expireUnlessReadable = (): void => {
          if (this.readable) stop = nextTurn(expireUnlessReadable);
          else expire();
        };
        stop = nextTurn(expireUnlessReadable);
      } else if (limited) stop = after(timeout, expire);
      const cleanUp = (): void => {
        stop();
        signal?.removeEventListener("abort", abort);
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiters.push(waiter);
      this[kSocket].read();
    });
  }

  /** Iterates over messages until the connection is shut down. Iterators share: each message goes to one. */
  [Symbol.asyncIterator](): AsyncIterableIterator<In> {
    let returned = false;
    const iterator: AsyncIterableIterator<In> = {
      next: () => {
        if (returned || this.#state !== "open")
          return Promise.resolve({ done: true, value: undefined });
        if (SEND_ONLY.has(this.socketType)) return Promise.reject(this.#wrongWay("receive"));
        if (this.#parked.length > 0) {
          return Promise.resolve({ done: false, value: this.#takeParked() });
        }
        return new Promise<IteratorResult<In>>((resolve) => {
          this.#waiters.push(
            new Waiter<In>(
              (value) => resolve({ done: false, value }),
              () => resolve({ done: true, value: undefined }),
              undefined,
              iterator,
            ),
          );
          this[kSocket].read();
        });
      },
      return: () => {
        returned = true;
        this.#endWaitersOf(iterator);
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  #endWaitersOf(iterator: object): void {
    let waiter = this.#waiters.first;
    while (waiter !== undefined) {
      const { next } = waiter;
      if (waiter.iterator === iterator) {
        this.#waiters.remove(waiter);
        waiter.end();
      }
      waiter = next;
    }
  }

  /** Whether handlers are paused. */
  get paused(): boolean {
    return this.#paused;
  }

  /**
   * Hands no more messages to handlers, and takes none out of ZeroMQ for them, until `resume()`: but
   * for one, where the connection waits for it already.
   */
  pause(): void {
    this.#paused = true;
    this.#flowing = false;
  }

  /** Goes on after `pause()`. */
  resume(): void {
    this.#paused = false;
    this.#read();
  }

  /** Whether there is a handler that messages are to be taken out of ZeroMQ for. */
  protected handlesMessages(): boolean {
    return (
      this.messageReceived !== ZmqConnection.prototype.messageReceived ||
      this.listenerCount("message") > 0
    );
  }

  /** Makes a message of what came from the wire; nothing where it has been dealt with. */
  protected decode(frames: Message, _meta: MessageMeta | undefined): In | undefined {
    return frames as Message as In;
  }

  /** Whether the socket's type allows to receive now (REQ and REP take turns). */
  protected mayReceive(): boolean {
    return true;
  }

  /** A message is being handed to a reader. */
  protected delivering(): void {}

  /** A message has been accepted for sending. */
  protected accepted(): void {}

  /** Looks anew whether messages are wanted: for types that take turns. */
  protected turnChanged(): void {
    this.#read();
  }

  /** Reports an error that no caller waits for: an `"error"` event, or printed where nobody listens. */
  protected report(error: unknown): void {
    const reported = error instanceof Error ? error : new Error(String(error), { cause: error });
    if (this.listenerCount("error") === 0) {
      // A peer can send as many malformed messages as it likes: a line is enough for each.
      const shown = reported instanceof ZmqProtocolError ? reported.message : reported;
      console.error(`tx0mq: ${this} goes on after this error:`, shown);
      return;
    }
    try {
      this.#emit("error", reported);
    } catch (thrown) {
      this.#errorListenerFailed(thrown);
    }
  }

  #errorListenerFailed(error: unknown): void {
    console.error(`tx0mq: an "error" listener of ${this} threw:`, error);
  }

  /** `emit`, whose type cannot be told as long as the type of messages is open. */
  #emit(name: keyof ConnectionEvents<In>, ...args: unknown[]): void {
    (this as unknown as EventEmitter).emit(name, ...args);
  }

  #sink(): EngineSink {
    return {
      received: (frames, meta) => this.#received(frames, meta),
      wantsMore: () => this.#wants(),
      waitsFor: () => this.#patience(),
      sent: (taken) => this.#sent(taken),
      failed: (error) => this.report(error),
      event: (event) => this.#monitored(event),
    };
  }

  #received(frames: Buffer[], meta: MessageMeta | undefined): boolean {
    if (trace.receive.hasSubscribers) trace.receive.publish({ connection: this, frames });
    try {
      const message = this.decode(frames as Message, meta);
      if (message !== undefined) this.#deliver(message);
    } catch (error) {
      this.report(error);
    }
    return this.#wants();
  }

  #deliver(message: In): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      this.#delivering();
      waiter.deliver(message);
    } else if (this.#flowing) {
      this.#handle(message);
    } else {
      this.#parked.push(message);
      for (const peek of this.#peeks) peek.notify();
    }
  }

  #delivering(): void {
    this.delivering();
    if (this.#roomPeeks.size > 0) this.#lookForRoom();
  }

  #handle(message: In): void {
    this.#delivering();
    try {
      const handled = this.messageReceived(message);
      if (handled instanceof Promise) handled.catch((error) => this.report(error));
    } catch (error) {
      this.report(error);
    }
  }

  #takeParked(): In {
    this.#delivering();
    return this.#parked.shift() as In;
  }

  #wants(): boolean {
    return (
      this.#state === "open" &&
      (this.#waiters.size > 0 || this.#flowing || (this.#peeks.size > 0 && !this.#parked.length)) &&
      this.mayReceive()
    );
  }

  /** Reads where somebody wants messages; what is parked goes first. */
  #read(): void {
    if (!this.#started || this.#state !== "open") return;
    this.#flowing = !this.#paused && this.handlesMessages();
    while (this.#parked.length > 0 && (this.#waiters.size > 0 || this.#flowing)) {
      this.#deliver(this.#parked.shift() as In);
      this.#flowing = !this.#paused && this.handlesMessages();
    }
    if (this.#wants()) this[kSocket].read();
  }

  #patience(): number {
    if (this.#flowing) return -1;
    let latest = 0;
    for (let waiter = this.#waiters.first; waiter !== undefined; waiter = waiter.next) {
      if (waiter.deadline === Number.POSITIVE_INFINITY) return -1;
      latest = Math.max(latest, waiter.deadline);
    }
    for (const peek of this.#peeks) latest = Math.max(latest, peek.deadline);
    if (latest === Number.POSITIVE_INFINITY) return -1;
    return Math.max(1, Math.ceil(Math.min(latest - performance.now(), LONGEST_TIMER)));
  }

  #listenToListeners(): void {
    const emitter = this as unknown as EventEmitter;
    emitter.on("newListener", (name) => {
      if (name === "message") queueMicrotask(() => this.#read());
      else if (name === "monitor" || MONITOR_EVENTS.has(name)) {
        if (this.#state === "open") this[kSocket].monitor();
      }
    });
    emitter.on("removeListener", (name) => {
      if (name === "message") this.#flowing &&= this.handlesMessages();
    });
  }

  override removeAllListeners(name?: keyof ConnectionEvents<In>): this {
    if (name !== undefined) return super.removeAllListeners(name);
    super.removeAllListeners();
    this.#listenToListeners();
    return this;
  }

  /** @internal Calls `notify` when a message is there, without handing it over. @returns what stops that */
  [kPeek](notify: () => void, deadline: number): () => void {
    if (this.#state === "handed over") throw this.#unusable();
    const peek = { notify, deadline };
    this.#peeks.add(peek);
    if (this.#wants()) this[kSocket].read();
    return () => this.#peeks.delete(peek);
  }

  /** @internal Calls `notify` whenever a message can be sent without waiting. @returns what stops that */
  [kPeekRoom](notify: () => void): () => void {
    if (this.#state === "handed over") throw this.#unusable();
    this.#roomPeeks.add(notify);
    this.#lookForRoom();
    return () => this.#roomPeeks.delete(notify);
  }

  /** Where somebody waits for room, and the connection could use it: waits for the socket to have some. */
  #lookForRoom(): void {
    if (this.#roomPeeks.size === 0 || this.#looksForRoom || this.#state !== "open") return;
    if (this.#sending !== undefined || this.sendingError() !== undefined) return;
    this.#looksForRoom = true;
    const found = (): void => {
      this.#looksForRoom = false;
      for (const notify of this.#roomPeeks) notify();
    };
    this[kSocket].whenWritable().then(() => {
      found();
      this.#lookForRoom(); // for those that have found it gone again
    }, found);
  }

  // Sending -----------------------------------------------------------------------------------

  /**
   * Sends a message: a frame, or a list of frames. The promise settles when ZeroMQ has taken it.
   *
   * @throws {ZmqArgumentError} for what is no message
   * @throws {ZmqQueueFullError} when `sendQueueLimit` messages wait already
   * @throws {ZmqStateError} when it is not the socket's turn (REQ, REP)
   * @throws {ZmqUnroutableError} when no peer has the routing id (a mandatory ROUTER, STREAM, SERVER)
   * @throws {ZmqClosedError} when the connection is shut down before ZeroMQ has taken the message
   */
  send(message: Out): Promise<void> {
    // A list may be filled anew by its owner while the message waits.
    const frames = Array.isArray(message) ? message.slice() : (message as Frame);
    return this.sendFrames(frames);
  }

  /** What speaks against sending now: types that take turns say so here. */
  protected sendingError(): ZmqError | undefined {
    return RECEIVE_ONLY.has(this.socketType) ? this.#wrongWay("send") : undefined;
  }

  /** Sends frames, for derived classes: as `send`. */
  protected sendFrames(message: Frame | readonly Frame[], meta?: MessageMeta): Promise<void> {
    let frames: Frame | readonly Frame[];
    try {
      frames = sendable(message);
      if (Array.isArray(frames) && frames.length > 1 && SINGLE_FRAME.has(this.socketType)) {
        throw new ZmqArgumentError(`messages of ${this.socketType} sockets have one frame`);
      }
    } catch (error) {
      return Promise.reject(error);
    }
    const wrong = this.#state === "open" ? this.sendingError() : this.#unusable();
    if (wrong !== undefined) return Promise.reject(wrong);
    const waits = this.#sending !== undefined;
    let sent: Promise<void>;
    if (waits) {
      if (this.#outgoing.size >= this.sendQueueLimit) this.#dropWithdrawn();
      if (this.#outgoing.size >= this.sendQueueLimit) {
        return Promise.reject(new ZmqQueueFullError(this.sendQueueLimit));
      }
      sent = new Promise((taken, refused) => {
        this.#outgoing.push(new Outgoing(frames, meta, taken, refused));
      });
    } else {
      sent = this.#transmit(frames, meta) ?? SETTLED;
    }
    this.#sends += 1;
    if (this.#sends % SENDS_PER_TURN === 0) sent = sent.then(() => turn());
    if (!waits) this.#promised = sent;
    else if (this.#outgoing.last !== undefined) this.#outgoing.last.promise = sent;
    this.accepted();
    return sent;
  }

  #transmit(
    frames: Frame | readonly Frame[],
    meta: MessageMeta | undefined,
  ): Promise<void> | undefined {
    const sending = this[kSocket].send(frames, meta);
    this.#sending = sending;
    if (trace.send.hasSubscribers) {
      if (sending === undefined) this.#traceSend(frames);
      else this.#traced = frames;
    }
    return sending;
  }

  #traceSend(frames: Frame | readonly Frame[]): void {
    trace.send.publish({ connection: this, frames: Array.isArray(frames) ? frames : [frames] });
  }

  #dropWithdrawn(): void {
    let entry = this.#outgoing.first;
    while (entry !== undefined) {
      const { next } = entry;
      if (entry.withdrawn) {
        this.#outgoing.remove(entry);
        entry.taken();
      }
      entry = next;
    }
  }

  /** The socket is ready for the next message. */
  #sent(taken: boolean): void {
    this.#sending = undefined;
    if (this.#traced !== undefined) {
      if (taken) this.#traceSend(this.#traced);
      this.#traced = undefined;
    }
    for (;;) {
      const entry = this.#outgoing.shift();
      if (entry === undefined) break;
      if (entry.withdrawn) {
        entry.taken();
        continue;
      }
      const sent = this.#transmit(entry.frames, entry.meta);
      if (sent === undefined) {
        entry.taken();
        continue;
      }
      this.#promised = entry.promise;
      sent.then(entry.taken, entry.refused);
      return;
    }
    this.#drained?.();
    if (this.#roomPeeks.size > 0) this.#lookForRoom();
  }

  // Monitor -----------------------------------------------------------------------------------

  #monitored(raw: EngineEvent): void {
    const event = monitorEvent(raw);
    if (event === undefined || this.#state === "closed") return;
    if (trace.event.hasSubscribers) this.#traceEvent(event);
    const { type, ...details } = event;
    try {
      this.#emit(type, details);
      this.#emit("monitor", event);
    } catch (error) {
      this.report(error);
    }
  }

  #traceEvent(event: unknown): void {
    trace.event.publish({ connection: this, event });
  }

  // End ---------------------------------------------------------------------------------------

  /**
   * Ends the connection: pending receives reject, iterators end, pending sends get the linger period
   * and then reject. Resolves when the addresses are free and the messages are sent or given up.
   * A second call gives the same promise.
   */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#end();
    return this.#shutdown;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #end(): Promise<void> {
    this.#state = "closing";
    this.#flowing = false;
    if (trace.event.hasSubscribers) this.#traceEvent({ type: "shutdown" });
    try {
      this.shuttingDown();
    } catch (error) {
      this.report(error);
    }
    for (let waiter = this.#waiters.shift(); waiter; waiter = this.#waiters.shift()) {
      waiter.end(this.#closedError());
    }
    this.#parked.length = 0;
    for (const peek of this.#peeks) peek.notify();
    for (const notify of this.#roomPeeks) notify();
    for (const notify of this.#onEnding.splice(0)) notify();

    const began = performance.now();
    const drained = await this.#drain();
    // Who awaits a send sees how it ends; who does not has no reason to crash.
    this.#sending?.catch(ignore);
    this.#promised?.catch(ignore);
    for (let entry = this.#outgoing.shift(); entry; entry = this.#outgoing.shift()) {
      entry.promise?.catch(ignore);
      entry.refused(this.#closedError());
    }
    const elapsed = performance.now() - began;
    await this.#handBack?.();
    const lingers = drained && this.#sends > 0;
    await this[kSocket].close(lingers ? left(this.lingerPeriod, elapsed) : 0);
    this.#state = "closed";
    this.factory[kDisown](this);
    if (trace.event.hasSubscribers) this.#traceEvent({ type: "close" });
    try {
      this.#emit("close");
    } catch (error) {
      this.report(error);
    }
  }

  /** The connection is about to end: for derived classes that hold promises of their own. */
  protected shuttingDown(): void {}

  /** Waits until the queue is empty, but no longer than the linger period. @returns whether it is */
  async #drain(): Promise<boolean> {
    if (this.#sending === undefined && this.#outgoing.size === 0) return true;
    return new Promise((resolve) => {
      const stop = this.lingerPeriod < 0 ? ignore : after(this.lingerPeriod, () => resolve(false));
      this.#drained = () => {
        stop();
        resolve(true);
      };
    });
  }

  /** @internal Calls `notify` when the connection begins to shut down. */
  [kEnding](notify: () => void): void {
    this.#onEnding.push(notify);
  }

  /**
   * @internal Gives the socket to code that reads and writes it by itself; `handBack` makes it stop.
   * @returns what undoes it, as long as that code has not begun
   * @throws {ZmqStateError} where somebody reads or writes the connection
   */
  [kHandOver](handBack: () => Promise<void>): () => void {
    this.#checkOpen();
    if (
      this.#waiters.size + this.#parked.length + this.#peeks.size > 0 ||
      this.#sending !== undefined ||
      this.handlesMessages()
    ) {
      throw new ZmqStateError(`${this} is being read or written; a proxy needs it for itself`);
    }
    this.#state = "handed over";
    this.#handBack = handBack;
    return () => {
      this.#state = "open";
      this.#handBack = undefined;
    };
  }

  #wrongWay(what: "send" | "receive"): ZmqStateError {
    return new ZmqStateError(`${this.socketType} sockets do not ${what}`);
  }

  #checkOpen(): void {
    if (this.#state !== "open") throw this.#unusable();
  }

  #unusable(): ZmqError {
    return this.#state === "handed over"
      ? new ZmqStateError(`${this} belongs to a proxy`)
      : this.#closedError();
  }

  #closedError(): ZmqClosedError {
    return new ZmqClosedError(String(this));
  }

  override toString(): string {
    const where = this.#endpoints.map(String).join(", ");
    return `${this.constructor.name}(${where})`;
  }
}

/** What all connections have in common, whatever their messages are. */
export interface AnyConnection {
  readonly socketType: SocketTypeName;
  readonly factory: ZmqFactory;
  readonly endpoints: readonly ZmqEndpoint[];
  readonly closed: boolean;
  readonly lingerPeriod: number;
  readonly readable: boolean;
  readonly writable: boolean;
  shutdown(): Promise<void>;
  toString(): string;
  /** @internal */
  readonly [kSocket]: EngineSocket;
  /** @internal */
  [kPeek](notify: () => void, deadline: number): () => void;
  /** @internal */
  [kPeekRoom](notify: () => void): () => void;
  /** @internal */
  [kEnding](notify: () => void): void;
  /** @internal */
  [kHandOver](handBack: () => Promise<void>): () => void;
}

interface Peek {
  readonly notify: () => void;
  readonly deadline: number;
}

/** One after the other, so that those before a wrong one are dealt with. */
function* asList(endpoints: Endpoints): Iterable<ZmqEndpoint> {
  if (!Array.isArray(endpoints)) yield toEndpoint(endpoints as Endpoint);
  else for (const endpoint of endpoints as readonly Endpoint[]) yield toEndpoint(endpoint);
}

function given(options: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What is left of a linger period. */
function left(lingerPeriod: number, elapsed: number): number {
  return lingerPeriod < 0 ? -1 : Math.max(0, Math.ceil(lingerPeriod - elapsed));
}

/** @throws {ZmqOptionError} for what is no time-out. */
export function period(name: string, value: number): number {
  if (Number.isFinite(value) && (value === -1 || value >= 0)) return value;
  throw new ZmqOptionError(name, `is a number of ms, or -1 for ever, not ${value}`);
}

function limit(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new ZmqOptionError(name, `is a whole number, 0 or more, not ${value}`);
}

/** Node's timers take no longer time than this, in ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER));
  return () => clearTimeout(timer);
}

/**
 * Runs it when all that was there already has been dealt with: after one turn of the event loop, and
 * another, because receiving takes one off after so many messages.
 */
export function nextTurn(run: () => void): () => void {
  let immediate = setImmediate(() => {
    immediate = setImmediate(run);
  });
  return () => clearImmediate(immediate);
}
