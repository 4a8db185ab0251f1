import { checkHandler } from "../auth/mechanism.js";
import { queueMicrotask } from "../clock.js";
import type { Endpoints, ZmqEndpoint } from "../endpoint.js";
import type { EngineEvent, EngineSocket, Frame, MessageMeta } from "../engine/engine.js";
import { fromCaller, socketError, ZmqArgumentError, ZmqStateError } from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import { type FrameRule, type Frames, type Message, sendable } from "../frames.js";
import {
  kAdopt,
  kAtWork,
  kAwaitClose,
  kContext,
  kDisown,
  kEndsLast,
  kFinish,
  kHandOver,
  kLingersByDefault,
  kPeek,
  kPeekRoom,
  kProxied,
  kReadsNoMore,
  kSocket,
} from "../internal.js";
import { type ConnectionOptions, checkOptions, singleFrameRule, whole } from "../options.js";
import type { SocketTypeName } from "../socket-type.js";
import { checkWait, type WaitOptions } from "../time.js";
import { trace } from "../trace.js";
import type { Held, Holder } from "./any.js";
import { ConnectionEmitter } from "./events.js";
import type { Turns } from "./lockstep.js";
import type { PeerOf, Withdrawable } from "./outgoing.js";
import { Places } from "./places.js";
import { Shutdown } from "./shutdown.js";
import { type Owner, Traffic } from "./traffic.js";

const SEND_QUEUE_LIMIT = 65_536;

/**
 * A ZeroMQ socket on the event loop: base of all connections.
 *
 * **Reading**, in any of three ways: pull with `for await` and `receive()`, listen to `"message"`, or
 * override `messageReceived`. Pulls go before handlers. While you do not read, messages stay in ZeroMQ, so
 * that high-water marks and fair queueing go on working. (If you gave up a receive, or paused or removed a
 * handler, the connection may have taken one message; the next reader gets it.)
 *
 * **Sending**, at any time and from anywhere: messages go out whole and in order. The promise settles
 * when ZeroMQ has taken the message; await it for back-pressure. Do not change a buffer that you have
 * sent: ZeroMQ may still read it.
 *
 * **Events** ({@link ConnectionEvents}): `"message"`, `"error"`, `"undelivered"`, `"close"`; those of the monitor
 * ({@link MonitorEvents}), as `"connected"`; and `"monitor"` for any of the monitor's. To miss none, make the
 * connection without endpoints, add the listeners, then call `addEndpoints`. A listener to messages, or to the
 * monitor, keeps the process alive until the connection is shut down; one to messages not while it is paused.
 *
 * Do not use it directly: derive a class with a `socketType`, or take one of the existing ones.
 */
export abstract class ZmqConnection<
  In = Message,
  Out = Frames,
  Options extends ConnectionOptions = ConnectionOptions,
> extends ConnectionEmitter<In> {
  /** The ZeroMQ socket type, as `"PUB"`. */
  static readonly socketType: SocketTypeName;
  /** The type of the socket underneath, if it differs. */
  protected static readonly engineType?: SocketTypeName;
  /** The text of `toString()` instead of the socket type. Not the name of the class: a minifier changes that. */
  protected static readonly shownAs?: string;
  /** Why other code may not receive, if the class reads its messages itself. */
  protected static readonly receiveError?: string;
  /** Which frames its messages have, if that does not depend on its options. */
  protected static readonly frameRule?: FrameRule;
  /** Whether its messages are published on the channels `tx0mq:send` and `tx0mq:receive`. */
  protected static readonly isTraced: boolean = true;
  /** The turns of types that take turns. */
  protected static turns?(options: ConnectionOptions): Turns;
  /** The peer that a message is for, if a full peer must not hold up the others. */
  protected static peerOf?(options: ConnectionOptions): PeerOf | undefined;

  /** Whether messages wait in the connection while no peer is there: there they can be taken back. */
  protected static readonly holdsForPeers: boolean = false;

  /** The ZeroMQ socket type, as `"PUB"`: of an XREQ `"DEALER"`, of an XREP `"ROUTER"`. */
  readonly socketType: SocketTypeName;
  /** The factory that it was made with. */
  readonly factory: ZmqFactory;
  /**
   * How long `shutdown()` may wait for undelivered messages, and for readers at work on one, in ms; -1 for ever
   * (for readers a minute). If it is not set, longer: as long as a peer that reads may need for the messages,
   * and 1,500 ms for readers at work.
   */
  readonly lingerPeriod: number;
  /** How many messages may wait if ZeroMQ takes no more. */
  readonly sendQueueLimit: number;

  /** @internal */
  readonly [kSocket]: EngineSocket;
  /** @internal Whether it belongs to a proxy. */
  [kProxied] = false;
  /** @internal Whether it goes on while the others of its factory end. */
  [kEndsLast] = false;

  readonly #traffic: Traffic<In>;
  readonly #places: Places;
  readonly #holdsForPeers: boolean;
  readonly #shutdown: Shutdown;

  /**
   * @param endpoints where to bind and connect: `{ bind: address }`, `{ connect: address }`, a
   * {@link ZmqEndpoint}, or a list of these; more can be added later
   * @param given options of the socket and of the connection
   * @throws {ZmqEndpointError} for an address that cannot be bound or connected to
   * @throws {ZmqAddressInUseError} for an address that another socket is bound to
   * @throws {ZmqOptionError} for an option that the socket type does not have, or a wrong value
   * @throws {ZmqArgumentError} for a value that is no factory, or no endpoint
   * @throws {ZmqSystemError} if there are `maxSockets` connections already, or too many open files
   * @throws {ZmqClosedError} if the factory is shut down
   */
  constructor(factory: ZmqFactory, endpoints: Endpoints = [], given?: Options) {
    super();
    if (typeof factory?.[kContext] !== "function") {
      const { name } = new.target;
      const error = new ZmqArgumentError(`a factory comes first: new ${name}(factory, endpoints)`);
      throw fromCaller(error, new.target, ZmqConnection);
    }
    const options: ConnectionOptions = given ?? {};
    const { lingerPeriod, sendQueueLimit, ...socketOptions } = options;
    const kind = new.target as typeof ZmqConnection;
    this.factory = factory;
    this.socketType = kind.socketType;
    this.lingerPeriod = lingerPeriod ?? factory.lingerPeriod;
    this.sendQueueLimit = whole("sendQueueLimit", sendQueueLimit ?? SEND_QUEUE_LIMIT, 0);
    try {
      const context = factory[kContext]();
      const { lingerPeriod } = this;
      const checked = checkOptions(this.socketType, { ...socketOptions, lingerPeriod });
      checkHandler(factory, checked);
      const rules = {
        socketType: this.socketType,
        sendQueueLimit: this.sendQueueLimit,
        sendHighWaterMark: (options as { sendHighWaterMark?: number }).sendHighWaterMark,
        turns: kind.turns?.(options),
        peerOf: kind.peerOf?.(options),
        receiveError: kind.receiveError,
        frameRule: kind.frameRule ?? singleFrameRule(this.socketType, options),
        isTraced: kind.isTraced,
      };
      const type = kind.engineType ?? kind.socketType;
      this.#traffic = new Traffic<In>(this.#owner(), rules, (sink) => {
        try {
          return context.createSocket(type, checked, sink);
        } catch (error) {
          throw socketError(error, `cannot open a ${type} socket`);
        }
      });
    } catch (error) {
      throw fromCaller(error, new.target, ZmqConnection);
    }
    const { socket } = this.#traffic;
    this[kSocket] = socket;
    this.#places = new Places(socket, kind.holdsForPeers);
    this.#holdsForPeers = kind.holdsForPeers && !(options as { immediate?: boolean }).immediate;
    this.#shutdown = new Shutdown(this.#traffic, {
      lingerPeriod: this.lingerPeriod,
      patient: lingerPeriod === undefined && factory[kLingersByDefault],
      connectedAt: () => this.#places.connectedAt,
      isAlone: () => this.#places.onlyConnects && this.knownPeers() === 0,
      isUnread: () => factory[kReadsNoMore] && this.#places.areInproc,
      begins: () => this.#ending(),
      ended: (waited) => this.#ended(waited),
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
    queueMicrotask(() => this.#traffic.inbox.start());
    this.traceEvent({ type: "open" });
  }

  #owner(): Owner<In> {
    return {
      connection: this,
      decode: (frames, meta) => this.decode(frames, meta),
      handlesMessages: () => this.handlesMessages(),
      messageReceived: (message) => this.messageReceived(message),
      monitored: (event) => this.#monitored(event),
      peersChanged: () => this.#peersChanged(),
      report: (error) => this.report(error),
    };
  }

  /** The endpoints that it is bound and connected to. Wildcards are replaced by the real values. */
  get endpoints(): readonly ZmqEndpoint[] {
    return [...this.#places.all];
  }

  /**
   * The address that a peer on this machine connects to: the first that is bound, with the real port, and
   * loopback if it is bound to all interfaces. If the connection only connects: the peer's address.
   *
   * @throws {ZmqStateError} if there are no endpoints
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
  override get closed(): boolean {
    return this.#traffic.state !== "open";
  }

  /**
   * Whether you can receive a message at once (ZMQ_POLLIN). Takes none. False while anything waits for a
   * message, even a `receive()` that you gave up; if a message comes for that one, it is true.
   */
  get readable(): boolean {
    return this.#traffic.readable;
  }

  /** Whether a message could be sent without waiting (ZMQ_POLLOUT). */
  get writable(): boolean {
    return this.#traffic.writable;
  }

  /**
   * Binds and connects to more endpoints.
   *
   * @throws as the constructor does; {ZmqClosedError} if the connection is shut down. Endpoints before the wrong
   * one are kept.
   */
  addEndpoints(endpoints: Endpoints): void {
    this.checkOpen();
    try {
      this.#places.add(endpoints);
    } catch (error) {
      throw fromCaller(error, this.addEndpoints);
    } finally {
      this.#holdUnlessPeers();
    }
  }

  /**
   * Unbinds and disconnects from endpoints, given as `endpoints` shows them. Messages that ZeroMQ holds for the peers
   * there have the `lingerPeriod`, by default 100 ms, to leave. Then they are lost. (The engine in TypeScript sends all
   * to peers that are there, unless the period is 0, and drops at once what is for others.) Peers are disconnected
   * when the connection is next read or written.
   *
   * @throws {ZmqArgumentError} for an endpoint that the connection does not have
   * @throws {ZmqClosedError} if the connection is shut down
   */
  removeEndpoints(endpoints: Endpoints): void {
    this.checkOpen();
    try {
      this.#places.remove(endpoints, (address) => this.peersLeft(address, this.#places.all));
    } finally {
      this.#holdUnlessPeers();
    }
  }

  /** Sets an option of a socket that is in use, for derived classes. */
  protected setOption(name: string, value: unknown): void {
    this.checkOpen();
    try {
      this[kSocket].setOption(name, value);
    } catch (error) {
      throw socketError(error, `cannot set ${name}`);
    }
  }

  // Receiving ---------------------------------------------------------------------------------

  /**
   * The next message.
   *
   * @throws {ZmqTimeoutError} when none came in time; a later one goes to the next receive
   * @throws {ZmqAbortError} when the signal was aborted; likewise
   * @throws {ZmqStateError} if the type does not receive, or a proxy or a stream has the connection
   * @throws {ZmqOptionError} for a wrong option
   * @throws {ZmqClosedError} when the connection is shut down
   */
  receive(options?: WaitOptions): Promise<In> {
    try {
      return this.#traffic.receive(options);
    } catch (error) {
      return Promise.reject(fromCaller(error, this.receive));
    }
  }

  /**
   * Iterates over messages until the connection is shut down. Iterators share: each message goes to
   * one. A loop body that is at work at the shutdown may go on and send its reply.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<In> {
    return this.#traffic.iterate(this[Symbol.asyncIterator]);
  }

  /** Whether handlers are paused. */
  get paused(): boolean {
    return this.#traffic.inbox.paused;
  }

  /**
   * Hands no more messages to handlers, and takes none out of ZeroMQ for them, until `resume()`. If the
   * connection waits for one already, it takes this one.
   */
  pause(): void {
    this.#traffic.inbox.pause();
  }

  /** Goes on after `pause()`. */
  resume(): void {
    this.#traffic.inbox.resume();
  }

  /** Makes a message of the frames from the wire; undefined if it has dealt with them. */
  protected decode(frames: Message, _meta: MessageMeta | undefined): In | undefined {
    return frames as Message as In;
  }

  protected override follow(work: Promise<unknown>): void {
    void this.#traffic.inbox.follow(work);
  }

  protected override handlerFailed(error: unknown): void {
    this.#traffic.inbox.failed(error);
  }

  /** @throws {ZmqStateError} for a listener that would never be called */
  protected override messageListenersChanged(added: boolean): void {
    const error = added ? this.#traffic.listenError() : undefined;
    if (error !== undefined) throw error;
    if (added) queueMicrotask(() => this.#traffic.inbox.readOn());
    else this.#traffic.inbox.handlerRemoved();
  }

  /** @internal Calls `notify` when a message is there, without handing it over. @returns a function that stops that */
  [kPeek](notify: () => void, deadline: number): () => void {
    return this.#traffic.peek(notify, deadline);
  }

  /** @internal Calls `notify` whenever a message can be sent without waiting. @returns a function that stops that */
  [kPeekRoom](notify: () => void): () => void {
    return this.#traffic.peekRoom(notify);
  }

  // Sending -----------------------------------------------------------------------------------

  /**
   * Sends a message: a frame, or a list of frames. The promise settles when ZeroMQ has taken it.
   *
   * That may be long before it leaves, and a frame of more than 128 bytes is sent from where it is. So do not write
   * to a Buffer that you have sent: if you want to use its memory again, send a copy, `Buffer.from(buffer)`.
   *
   * @param options give the message up if ZeroMQ has not taken it in time; it is not sent then
   * @throws {ZmqArgumentError} for a value that is no message
   * @throws {ZmqOptionError} for a wrong option
   * @throws {ZmqTimeoutError} when there was no room for it in time
   * @throws {ZmqAbortError} when the signal was aborted before it was taken
   * @throws {ZmqQueueFullError} when `sendQueueLimit` messages wait already
   * @throws {ZmqStateError} if it is not the socket's turn (REQ, REP), if the type does not send, or if a
   * proxy or a stream has the connection
   * @throws {ZmqUnroutableError} when no peer has the routing id (a mandatory ROUTER, STREAM, SERVER)
   * @throws {ZmqClosedError} when the connection is shut down before ZeroMQ has taken the message
   */
  send(message: Out, options?: WaitOptions): Promise<void> {
    // The owner of the list may fill it anew while the message waits.
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
    try {
      return this.sendOrThrow(message, meta, wait, withdrawable);
    } catch (error) {
      return Promise.reject(fromCaller(error, this.send, this.sendFrames));
    }
  }

  /** As `sendFrames`, but throws what is wrong with the call, for derived classes that send by another name. */
  protected sendOrThrow(
    message: Frames,
    meta?: MessageMeta,
    wait?: WaitOptions,
    withdrawable?: Withdrawable,
  ): Promise<void> {
    const frames = sendable(message);
    if (wait !== undefined) checkWait(wait);
    const refusal = this.#traffic.refusal(frames);
    if (refusal !== undefined) throw refusal;
    return this.#traffic.send(frames, meta, wait, withdrawable);
  }

  /** Gives up the socket's turn to send, for derived classes: a REP that has no reply. */
  protected forgoTurn(): void {
    this.#traffic.forgoTurn();
  }

  // Monitoring --------------------------------------------------------------------------------

  protected override monitorWanted(): void {
    if (!this.closed) this[kSocket].monitor();
  }

  #monitored(raw: EngineEvent): void {
    if (this.#traffic.state === "closed") return;
    // libzmq lets a ROUTER know of a peer at the next look at the socket: look before anything is sent to it.
    if (raw.type === "handshake" && !this.closed) void this[kSocket].writable;
    this.tellMonitored(raw);
    this.#holdUnlessPeers();
  }

  protected override knownPeers(): number | undefined {
    return this[kSocket].peerCount;
  }

  #peersChanged(): void {
    if (this.closed) return;
    this.tellPeers();
    this.#holdUnlessPeers();
  }

  #holdUnlessPeers(): void {
    if (!this.#holdsForPeers) return;
    this.#traffic.outbox.hold(this.#places.onlyConnects && this.peerCount === 0);
  }

  // End ---------------------------------------------------------------------------------------

  /**
   * Ends the connection. It takes no new message: pending receives reject, iterators end. Loop bodies
   * and async handlers at work on a message may go on, and send their reply, within the linger period.
   * Messages that wait to be sent get the linger period. Then they are given up: their promises reject, or
   * there is an `"undelivered"` event. (With a `lingerPeriod` of 0 it says nothing of messages that ZeroMQ
   * had taken.) Resolves when the addresses are free. A second call gives the same promise.
   *
   * If a loop body awaits it, the body waits for itself, for as long as readers at work may take: leave the
   * loop first.
   */
  shutdown(): Promise<void> {
    return this.#shutdown.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** @internal Whether a reader is at work on a message, or may be. */
  get [kAtWork](): boolean {
    return this.#traffic.isAtWork;
  }

  /** @internal Takes no more messages. Resolves when the readers at work are done, or their time is over. */
  [kFinish](): Promise<void> {
    return this.#shutdown.finish();
  }

  #ending(): void {
    this.traceEvent({ type: "shutdown" });
    try {
      this.shuttingDown();
    } catch (error) {
      this.report(error);
    }
    this.endPeers();
  }

  #ended(waited: number | undefined): void {
    this.factory[kDisown](this);
    if (waited !== undefined) this.tellEvent("undelivered", { lingerPeriod: waited });
    this.traceEvent({ type: "close" });
    this.tellEvent("close");
  }

  /** The connection is about to end: for derived classes that hold promises of their own. */
  protected shuttingDown(): void {}

  /**
   * @internal Gives the connection to code that reads and writes it in its owner's place.
   * @throws {ZmqStateError} if other code reads or writes it
   */
  [kHandOver](holder: Holder): Held {
    const held = this.#traffic.handOver(holder);
    this.factory[kAwaitClose](holder.done);
    return held;
  }

  protected override checkOpen(): void {
    if (this.closed) throw this.#traffic.closedError();
  }

  override toString(): string {
    const { shownAs, socketType } = this.constructor as typeof ZmqConnection;
    const where = this.#places.all.map(String).join(", ") || "no endpoint";
    return `${shownAs ?? socketType} connection (${where})`;
  }
}
