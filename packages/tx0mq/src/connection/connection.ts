import { checkHandler } from "../auth/mechanism.js";
import type { Endpoints, ZmqEndpoint } from "../endpoint.js";
import type {
  EngineEvent,
  EngineSink,
  EngineSocket,
  Frame,
  MessageMeta,
} from "../engine/engine.js";
import {
  awaited,
  fromCaller,
  ZmqArgumentError,
  ZmqClosedError,
  type ZmqError,
  ZmqOptionError,
  ZmqStateError,
} from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import { type Frames, type Message, sendable } from "../frames.js";
import {
  kAdopt,
  kAwaitClose,
  kContext,
  kDisown,
  kFinish,
  kHandOver,
  kLingersByDefault,
  kPeek,
  kPeekRoom,
  kSocket,
} from "../internal.js";
import { type ConnectionOptions, checkOptions, singleFrameError } from "../options.js";
import { RECEIVE_ONLY, SEND_ONLY, type SocketTypeName } from "../socket-type.js";
import { period, type WaitOptions } from "../time.js";
import { trace } from "../trace.js";
import type { Held, Holder } from "./any.js";
import { ConnectionEmitter } from "./events.js";
import { Inbox } from "./inbox.js";
import type { Turns } from "./lockstep.js";
import { Outbox } from "./outbox.js";
import type { Withdrawable } from "./outgoing.js";
import { Peers } from "./peers.js";
import { Places } from "./places.js";
import { finishSending } from "./shutdown.js";

const SEND_QUEUE_LIMIT = 65_536;
/** Where nobody has set a linger period, who is at work on a message has so many ms to finish it. */
const PATIENT_FOR_WORK = 1_500;

/**
 * A ZeroMQ socket on the event loop: base of all connections.
 *
 * **Reading**, in any of three ways: pull with `for await` and `receive()`, listen to `"message"`, or
 * override `messageReceived`. A pull goes first where there is also a handler. While nobody reads,
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
  Out = Frames,
  Options extends ConnectionOptions = ConnectionOptions,
> extends ConnectionEmitter<In> {
  /** The ZeroMQ socket type, as `"PUB"`. */
  static readonly socketType: SocketTypeName;
  /** The type of the socket underneath, where it is another one. */
  protected static readonly engineType?: SocketTypeName;
  /** What `toString()` says instead of the socket type. No class's name: a minifier changes that. */
  protected static readonly shownAs?: string;
  /** Whether its messages are published on the channels `tx0mq:send` and `tx0mq:receive`. */
  protected static readonly isTraced: boolean = true;
  /** Types that take turns say so here. */
  protected static turns?(options: ConnectionOptions): Turns;
  /** The peer that a message is for, where one that is full may not hold up the others. */
  protected static peerOf?(options: ConnectionOptions): ((frames: Frames) => string) | undefined;

  /** Whether messages wait in the connection, where they can be taken back, while no peer is there. */
  protected static readonly holdsForPeers: boolean = false;

  readonly socketType: SocketTypeName;
  readonly factory: ZmqFactory;
  /**
   * How long messages that are not yet delivered, and readers at work on one, may hold up `shutdown()`,
   * in ms; -1 for ever. Where nobody has set it, longer: as long as a peer that reads may need for what
   * was sent, and 1,500 ms for who is at work.
   */
  readonly lingerPeriod: number;
  /** How many messages may wait when ZeroMQ takes no more. */
  readonly sendQueueLimit: number;

  /** @internal */
  readonly [kSocket]: EngineSocket;

  readonly #isTraced: boolean;
  readonly #inbox: Inbox<In>;
  readonly #outbox: Outbox;
  readonly #turns: Turns | undefined;
  readonly #peers = new Peers();
  /** Whether the linger period is nobody's wish. */
  readonly #patient: boolean;
  readonly #sendHighWaterMark: number | undefined;
  readonly #places: Places;
  readonly #holdsForPeers: boolean;
  /** Why messages have one frame, where they have to. */
  readonly #singleFrameError: string | undefined;
  /** While it finishes, what was received may still be replied to. */
  #state: "open" | "finishing" | "closing" | "closed" = "open";
  /** Who reads and writes the connection in its owner's place. */
  #holder: Holder | undefined;
  #finished: Promise<void> | undefined;
  #shutdown: Promise<void> | undefined;

  /**
   * @param endpoints where to bind and connect: `{ bind: address }`, `{ connect: address }`, a
   * {@link ZmqEndpoint}, or a list of these; more can be added later
   * @param given options of the socket and of the connection
   * @throws {ZmqEndpointError} for an address that cannot be bound or connected to
   * @throws {ZmqAddressInUseError} for an address that another socket is bound to
   * @throws {ZmqOptionError} for an option that the socket type does not have, or a wrong value
   * @throws {ZmqClosedError} where the factory is shut down
   */
  constructor(factory: ZmqFactory, endpoints: Endpoints = [], given?: Options) {
    super();
    const options: ConnectionOptions = given ?? {};
    const { lingerPeriod, sendQueueLimit, ...socketOptions } = options;
    const kind = new.target as typeof ZmqConnection;
    this.factory = factory;
    this.socketType = kind.socketType;
    this.#isTraced = kind.isTraced;
    this.#patient = lingerPeriod === undefined && factory[kLingersByDefault];
    this.lingerPeriod = lingerPeriod ?? factory.lingerPeriod;
    this.sendQueueLimit = limit("sendQueueLimit", sendQueueLimit ?? SEND_QUEUE_LIMIT);
    this.#sendHighWaterMark = (options as { sendHighWaterMark?: number }).sendHighWaterMark;
    this.#singleFrameError = singleFrameError(this.socketType, options);
    this.#turns = kind.turns?.(options);
    let socket: EngineSocket;
    try {
      const context = factory[kContext]();
      const { lingerPeriod } = this;
      const checked = checkOptions(this.socketType, { ...socketOptions, lingerPeriod });
      checkHandler(factory, checked);
      socket = context.createSocket(kind.engineType ?? kind.socketType, checked, this.#sink());
    } catch (error) {
      throw fromCaller(error, new.target, ZmqConnection);
    }
    this[kSocket] = socket;
    this.#places = new Places(socket, kind.holdsForPeers);
    this.#holdsForPeers = kind.holdsForPeers && !(options as { immediate?: boolean }).immediate;
    this.#inbox = new Inbox<In>({
      read: () => {
        if (this.#turns?.mayReceive ?? true) socket.read();
      },
      mayReceive: () => this.#turns?.mayReceive ?? true,
      isReadable: () => this.readable,
      delivering: () => this.#delivering(),
      handlesMessages: () =>
        this.#holder === undefined ? this.handlesMessages() : this.#holder.received !== undefined,
      handle: (message) =>
        this.#holder === undefined
          ? this.messageReceived(message)
          : this.#holder.received?.(message as Message),
      report: (error) => this.report(error),
    });
    this.#outbox = new Outbox({
      socket,
      limit: this.sendQueueLimit,
      maySend: () => this.#isOpen && this.#sendError() === undefined,
      taken: (frames) => this.#traceSend(frames),
      closedError: () => this.#closedError(),
      peerOf: kind.peerOf?.(options),
    });
    try {
      if (trace.event.hasSubscribers || this.#holdsForPeers) socket.monitor();
      this.addEndpoints(endpoints);
    } catch (error) {
      factory[kAwaitClose](socket.close(0));
      throw fromCaller(error, new.target, ZmqConnection);
    }
    factory[kAdopt](this);
    // A derived class is complete only when its own constructor is through.
    queueMicrotask(() => this.#inbox.start());
    this.traceEvent({ type: "open" });
  }

  /** Where the connection is bound and connected. Wildcards are resolved to what was bound. */
  get endpoints(): readonly ZmqEndpoint[] {
    return this.#places.all;
  }

  /**
   * Where a peer on this machine connects to: what is bound first, with the real port, and loopback
   * where it is bound to all interfaces. Of a connection that only connects: the peer's address.
   *
   * @throws {ZmqStateError} where there are no endpoints
   */
  get address(): string {
    const { address } = this.#places;
    if (address === undefined) throw new ZmqStateError(`${this} has no address yet`);
    return address;
  }

  /** The address of the last endpoint (ZMQ_LAST_ENDPOINT), or undefined. */
  get lastEndpoint(): string | undefined {
    return this.#places.all.at(-1)?.address;
  }

  /** Whether the connection has been shut down, or is being. */
  get closed(): boolean {
    return this.#state !== "open";
  }

  /**
   * Whether a message is there to be received (ZMQ_POLLIN). Takes none. False while anything waits for
   * a message, a `receive()` that was given up included: what arrives goes to it, and where it was given
   * up the connection is readable then.
   */
  get readable(): boolean {
    if (this.#inbox.hasParked) return true;
    return this.#isOpen && (this.#turns?.mayReceive ?? true) && this[kSocket].readable;
  }

  /** Whether a message could be sent without waiting (ZMQ_POLLOUT). */
  get writable(): boolean {
    return (
      this.#isOpen &&
      this.#outbox.isClear &&
      this.#sendError() === undefined &&
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
    try {
      this.#places.add(endpoints);
    } catch (error) {
      throw fromCaller(error, this.addEndpoints);
    } finally {
      this.#holdUnlessPeers();
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
    try {
      this.#places.remove(endpoints);
    } finally {
      this.#holdUnlessPeers();
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
   * messages; as it is, it calls the listeners to `"message"`. What it throws, or its promise rejects
   * with, is reported as an `"error"` event, and the connection goes on. Its promise is not waited
   * for, but by `shutdown()`: to take one message at a time, use `for await`.
   */
  messageReceived(message: In): unknown {
    return this.tellMessage(message);
  }

  /**
   * The next message.
   *
   * @throws {ZmqTimeoutError} when none came in time; a later one goes to the next receive
   * @throws {ZmqAbortError} when the signal was aborted; likewise
   * @throws {ZmqClosedError} when the connection is shut down
   */
  receive(options?: WaitOptions): Promise<In> {
    if (!this.#isOpen) return Promise.reject(this.#unusable());
    if (SEND_ONLY.has(this.socketType)) return Promise.reject(this.#wrongWay("receive"));
    return this.#inbox.receive(options);
  }

  /**
   * Iterates over messages until the connection is shut down. Iterators share: each message goes to
   * one. The body of the loop that is at work then may go on and send its reply.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<In> {
    if (this.#holder !== undefined) throw this.#unusable();
    const iterator = this.#inbox.iterate();
    if (!SEND_ONLY.has(this.socketType)) return iterator;
    return { ...iterator, next: () => Promise.reject(this.#wrongWay("receive")) };
  }

  /** Whether handlers are paused. */
  get paused(): boolean {
    return this.#inbox.paused;
  }

  /**
   * Hands no more messages to handlers, and takes none out of ZeroMQ for them, until `resume()`: but
   * for one, where the connection waits for it already.
   */
  pause(): void {
    this.#inbox.pause();
  }

  /** Goes on after `pause()`. */
  resume(): void {
    this.#inbox.resume();
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

  #sink(): EngineSink {
    return {
      received: (frames, meta) => this.#received(frames as Message, meta),
      wantsMore: () => this.#inbox.wantsMore(),
      waitsFor: () => this.#inbox.waitsFor(),
      sent: (taken) => this.#outbox.sent(taken),
      full: () => this.#outbox.full(),
      wantsRoom: () => this.#outbox.wantsRoom,
      failed: (error) => this.report(error),
      event: (event) => this.#monitored(event),
    };
  }

  #received(frames: Message, meta: MessageMeta | undefined): boolean {
    if (trace.receive.hasSubscribers && this.#isTraced) {
      trace.receive.publish({ connection: this, frames });
    }
    try {
      const message = this.decode(this.#turns?.unwrap?.(frames) ?? frames, meta);
      if (message !== undefined) this.#inbox.deliver(message);
    } catch (error) {
      this.report(error);
    }
    return this.#inbox.wantsMore();
  }

  #delivering(): void {
    this.#turns?.received();
    this.#outbox.turnChanged();
  }

  protected override messageListenersChanged(added: boolean): void {
    if (added) queueMicrotask(() => this.#inbox.readOn());
    else this.#inbox.handlerRemoved();
  }

  protected override monitorWanted(): void {
    if (this.#state === "open") this[kSocket].monitor();
  }

  /** @internal Calls `notify` when a message is there, without handing it over. @returns what stops that */
  [kPeek](notify: () => void, deadline: number): () => void {
    if (this.#holder !== undefined) throw this.#unusable();
    return this.#inbox.peek(notify, deadline);
  }

  /** @internal Calls `notify` whenever a message can be sent without waiting. @returns what stops that */
  [kPeekRoom](notify: () => void): () => void {
    if (this.#holder !== undefined) throw this.#unusable();
    return this.#outbox.peekRoom(notify);
  }

  // Sending -----------------------------------------------------------------------------------

  /**
   * Sends a message: a frame, or a list of frames. The promise settles when ZeroMQ has taken it.
   *
   * @param options gives the message up when it has not been taken in time; it is not sent then
   * @throws {ZmqArgumentError} for what is no message
   * @throws {ZmqTimeoutError} when there was no room for it in time
   * @throws {ZmqAbortError} when the signal was aborted before it was taken
   * @throws {ZmqQueueFullError} when `sendQueueLimit` messages wait already
   * @throws {ZmqStateError} when it is not the socket's turn (REQ, REP)
   * @throws {ZmqUnroutableError} when no peer has the routing id (a mandatory ROUTER, STREAM, SERVER)
   * @throws {ZmqClosedError} when the connection is shut down before ZeroMQ has taken the message
   */
  send(message: Out, options?: WaitOptions): Promise<void> {
    // A list may be filled anew by its owner while the message waits.
    const frames = Array.isArray(message) ? message.slice() : (message as Frame);
    return this.sendFrames(frames, undefined, options);
  }

  /** Sends frames, for derived classes: as `send`. */
  protected sendFrames(
    message: Frames,
    meta?: MessageMeta,
    wait?: WaitOptions,
    withdrawable?: Withdrawable,
  ): Promise<void> {
    let frames: Frames;
    try {
      frames = sendable(message);
      if (wait?.timeout !== undefined) period("timeout", wait.timeout);
    } catch (error) {
      return Promise.reject(fromCaller(error, this.send, this.sendFrames));
    }
    if (this.#holder !== undefined) return Promise.reject(this.#unusable());
    return this.#accept(frames, meta, wait, withdrawable);
  }

  /** Sends what is known to be a message. */
  #accept(
    frames: Frame | readonly Frame[],
    meta?: MessageMeta,
    wait?: WaitOptions,
    withdrawable?: Withdrawable,
  ): Promise<void> {
    const open = this.#state === "open" || this.#state === "finishing";
    const wrong = open ? this.#sendError(frames) : this.#closedError();
    if (wrong !== undefined) return Promise.reject(fromCaller(wrong, this.send, this.sendFrames));
    if (this.#turns === undefined) return this.#outbox.send(frames, meta, wait, withdrawable);
    const { sends } = this.#outbox;
    const wrapped = this.#turns.wrap?.(frames) ?? frames;
    const sent = this.#outbox.send(wrapped, meta, wait, withdrawable);
    if (this.#outbox.sends === sends) return sent; // it was not accepted
    this.#turns.sent();
    this.#inbox.readOn();
    if (wait !== undefined) sent.catch(() => this.#turns?.notSent());
    return sent;
  }

  /** Sends nothing although it is the socket's turn, for derived classes: a REP that has no reply. */
  protected forgoTurn(): void {
    this.#turns?.sent();
    this.#inbox.readOn();
  }

  /** Why a message may not be sent right now, if it may not. */
  #sendError(frames: Frames = ""): ZmqError | undefined {
    if (RECEIVE_ONLY.has(this.socketType)) return this.#wrongWay("send");
    if (this.#singleFrameError !== undefined && Array.isArray(frames) && frames.length > 1) {
      return new ZmqArgumentError(this.#singleFrameError);
    }
    return this.#turns?.sendError;
  }

  #traceSend(frames: Frames): void {
    if (!trace.send.hasSubscribers || !this.#isTraced) return;
    trace.send.publish({ connection: this, frames: Array.isArray(frames) ? frames : [frames] });
  }

  // Peers -------------------------------------------------------------------------------------

  /**
   * Waits until so many peers are there: connected, with a handshake that succeeded. They are counted
   * from the first call on, or from when somebody first listens to an event of the monitor. To miss
   * none, make the connection without endpoints, call `peers`, then `addEndpoints`. Peers over
   * `inproc://` are not counted: libzmq tells nothing of them.
   *
   * @throws {ZmqTimeoutError} when they were not there in time
   * @throws {ZmqAbortError} when the signal was aborted
   * @throws {ZmqClosedError} when the connection is shut down
   */
  peers(count: number, options: WaitOptions = {}): Promise<void> {
    return awaited(this.#waitForPeers(count, options));
  }

  async #waitForPeers(count: number, options: WaitOptions): Promise<void> {
    this.#checkOpen();
    period("timeout", options.timeout ?? -1);
    this[kSocket].monitor();
    await this.#peers.wait(limit("peers", count), options);
  }

  #monitored(raw: EngineEvent): void {
    if (this.#state === "closed") return;
    // libzmq lets a ROUTER know of a peer when the socket is next looked at: before anybody sends to it.
    if (raw.type === "handshake" && this.#state === "open") void this[kSocket].writable;
    const event = this.tellMonitored(raw);
    if (event === undefined) return;
    this.#peers.told(event);
    this.#holdUnlessPeers();
  }

  #holdUnlessPeers(): void {
    if (!this.#holdsForPeers) return;
    this.#outbox.hold(this.#places.onlyConnects && this.#peers.count === 0);
  }

  // End ---------------------------------------------------------------------------------------

  /**
   * Ends the connection. No new message is taken: pending receives reject, iterators end. The body of
   * a `for await` and an async handler that are at work on a message may go on, and send their reply,
   * within the linger period. Messages that wait to be sent get the linger period, and are then given
   * up: their promises reject, or `"undelivered"` tells. Resolves when the addresses are free. A
   * second call gives the same promise.
   */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#end();
    return this.#shutdown;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** @internal Takes no more messages. Resolves when those that were taken are dealt with, or their time is over. */
  [kFinish](): Promise<void> {
    this.#finished ??= this.#finish();
    return this.#finished;
  }

  async #finish(): Promise<void> {
    this.#state = "finishing";
    this.#holder?.ending();
    this.traceEvent({ type: "shutdown" });
    try {
      this.shuttingDown();
    } catch (error) {
      this.report(error);
    }
    this.#inbox.end(this.#closedError());
    this.#peers.end(String(this));
    await this.#inbox.finished(this.#patient ? PATIENT_FOR_WORK : this.lingerPeriod);
  }

  async #end(): Promise<void> {
    await this[kFinish]();
    this.#state = "closing";
    const lingerPeriod = await finishSending({
      outbox: this.#outbox,
      socket: this[kSocket],
      lingerPeriod: this.lingerPeriod,
      patient: this.#patient,
      sendHighWaterMark: this.#sendHighWaterMark,
    });
    this.#state = "closed";
    this.factory[kDisown](this);
    if (lingerPeriod !== undefined) this.tellEvent("undelivered", { lingerPeriod });
    this.traceEvent({ type: "close" });
    this.tellEvent("close");
  }

  /** The connection is about to end: for derived classes that hold promises of their own. */
  protected shuttingDown(): void {}

  /**
   * @internal Gives the connection to code that reads and writes it in its owner's place.
   * @throws {ZmqStateError} where somebody reads or writes it
   */
  [kHandOver](holder: Holder): Held {
    if (!this.#isOpen) throw this.#unusable();
    if (!this.#inbox.isUnused || !this.#outbox.isEmpty) {
      throw new ZmqStateError(
        `${this} is being read or written; a proxy or a stream needs it for itself`,
      );
    }
    this.#holder = holder;
    this.factory[kAwaitClose](holder.done);
    return {
      send: (frames) => this.#accept(frames),
      follow: (work) => this.#inbox.follow(work),
      report: (error) => this.report(error),
      pause: () => this.#inbox.pause(),
      resume: () => this.#inbox.resume(),
      giveBack: () => {
        this.#holder = undefined;
      },
    };
  }

  #wrongWay(what: "send" | "receive"): ZmqStateError {
    return new ZmqStateError(`${this.socketType} sockets do not ${what}`);
  }

  /** Whether its owner may read and write it. */
  get #isOpen(): boolean {
    return this.#state === "open" && this.#holder === undefined;
  }

  #checkOpen(): void {
    if (this.#state !== "open") throw this.#closedError();
  }

  #unusable(): ZmqError {
    return this.#state === "open" && this.#holder !== undefined
      ? new ZmqStateError(`${this} belongs to a proxy or a stream`)
      : this.#closedError();
  }

  #closedError(): ZmqClosedError {
    return new ZmqClosedError(String(this));
  }

  override toString(): string {
    const { shownAs, socketType } = this.constructor as typeof ZmqConnection;
    const where = this.#places.all.map(String).join(", ") || "no endpoint";
    return `${shownAs ?? socketType} connection (${where})`;
  }
}

function limit(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new ZmqOptionError(name, `is a whole number, 0 or more, not ${value}`);
}
