import { EventEmitter } from "node:events";
import { isPromise } from "node:util/types";
import type { ZmqEndpoint } from "../endpoint.js";
import type { EngineEvent } from "../engine/engine.js";
import { fromCaller, isError, ZmqClosedError, ZmqProtocolError } from "../errors.js";
import { MONITOR_EVENTS, type MonitorEvent, type MonitorEvents, monitorEvent } from "../monitor.js";
import { whole } from "../options.js";
import type { SocketTypeName } from "../socket-type.js";
import { checkWait, type WaitOptions } from "../time.js";
import { trace } from "../trace.js";
import { TypedEventEmitter } from "../typed-event-emitter.js";
import type { AnyConnection } from "./any.js";
import { Peers } from "./peers.js";

/**
 * The events of a connection. TypeScript takes no others: for a name that only the run tells, or an event of your
 * own, use the connection as a plain `EventEmitter`.
 */
export type ConnectionEvents<In> = {
  /** A message, if neither a `receive()` nor an iterator waits for it. */
  message: [message: In];
  /** A handler threw, or a malformed message was refused. Printed if it has no listener. */
  error: [error: Error];
  /** The shutdown gave up messages that no peer had taken within `lingerPeriod` ms. */
  undelivered: [waited: { readonly lingerPeriod: number }];
  /** The connection is shut down and its addresses are free again. */
  close: [];
  /** Any event of the monitor. */
  monitor: [event: MonitorEvent];
} & { [Name in keyof MonitorEvents]: [event: MonitorEvents[Name]] };

type Listener = (...args: unknown[]) => unknown;

/** Emits the events of a connection: its messages, its monitor's events, errors. It also counts peers. */
export abstract class ConnectionEmitter<In> extends TypedEventEmitter<ConnectionEvents<In>> {
  /** The listeners to "message", as long as they stay the same. */
  #listeners: Listener[] | undefined;
  readonly #peers = new Peers(() => this.knownPeers());

  constructor() {
    super({ captureRejections: true });
    const emitter = this as EventEmitter & Record<symbol, unknown>;
    emitter[EventEmitter.captureRejectionSymbol] = (error: unknown, name: unknown) =>
      name === "error" ? this.#errorListenerFailed(error) : this.#listenerFailed(error);
    this.#listenToListeners();
  }

  abstract readonly socketType: SocketTypeName;
  abstract get closed(): boolean;
  /** A listener to messages was added or removed. */
  protected abstract messageListenersChanged(added: boolean): void;
  /** A listener to events of the monitor was added, or `peers()` was called. */
  protected abstract monitorWanted(): void;
  /** How many peers there are, if the engine knows. */
  protected abstract knownPeers(): number | undefined;
  /** @throws {ZmqClosedError} if it has been shut down, or is being */
  protected abstract checkOpen(): void;
  /** A handler is at work until the promise settles. If it rejects, that is reported. */
  protected abstract follow(work: Promise<unknown>): void;
  /** Reports an error that a handler threw. */
  protected abstract handlerFailed(error: unknown): void;

  /**
   * Called with each message that no `receive()` and no iterator waits for. Override it to handle
   * messages. By default it calls the listeners to `"message"`. If it throws, or its promise rejects, there
   * is an `"error"` event, and the connection goes on. Only `shutdown()` waits for its promise: to take one
   * message at a time, use `for await`.
   */
  messageReceived(message: In): unknown {
    this.#listeners ??= this.rawListeners("message") as Listener[];
    for (const listener of this.#listeners) {
      try {
        const handled = listener.call(this, message);
        if (handled !== undefined && isPromise(handled)) this.follow(handled);
      } catch (error) {
        this.handlerFailed(error);
      }
    }
    return undefined;
  }

  /** Whether there is a handler, for which to take messages out of ZeroMQ. */
  protected handlesMessages(): boolean {
    return (
      this.messageReceived !== ConnectionEmitter.prototype.messageReceived ||
      this.listenerCount("message") > 0
    );
  }

  /** Reports an error that no caller waits for: an `"error"` event, or, without a listener, on the console. */
  protected report(error: unknown): void {
    const reported = isError(error) ? error : new Error(String(error), { cause: error });
    if (this.listenerCount("error") === 0) {
      // If a peer is at fault, the stack says nothing: its message was malformed, or it is gone, or full.
      const { routingId } = reported as { routingId?: unknown };
      if (reported instanceof ZmqProtocolError || routingId !== undefined)
        console.error(`tx0mq: ${this} goes on after this error: ${reported.message}`);
      else console.error(`tx0mq: ${this} goes on after this error:`, reported);
      return;
    }
    try {
      this.tell("error", reported);
    } catch (thrown) {
      this.#errorListenerFailed(thrown);
    }
  }

  #errorListenerFailed(error: unknown): void {
    console.error(`tx0mq: an "error" listener of ${this} threw:`, error);
  }

  /** Emits an event; what a listener throws is reported. */
  protected tellEvent(name: keyof ConnectionEvents<In>, ...args: unknown[]): void {
    try {
      this.tell(name, ...args);
    } catch (error) {
      this.#listenerFailed(error);
    }
  }

  /** Reports what a listener threw, unless it could not send because its connection has ended. */
  #listenerFailed(error: unknown): void {
    if (!(this.closed && error instanceof ZmqClosedError)) this.report(error);
  }

  /** `emit`: TypeScript cannot check its arguments while the type of messages is open. */
  private tell(name: keyof ConnectionEvents<In>, ...args: unknown[]): void {
    (this as EventEmitter).emit(name, ...args);
  }

  /**
   * Waits until `count` peers are there: connected, with a handshake that succeeded (a STREAM's peers make none).
   *
   * libzmq does not say how many there are. So they are counted from the first call on, or from the first
   * listener to an event of the monitor. To miss none, begin to wait before you bind:
   *
   * ```ts
   * const ready = pub.peers(2);
   * pub.addEndpoints({ bind: address });
   * await ready;
   * ```
   *
   * Peers over `inproc://` are not counted: libzmq does not report them. (The engine of `@tx0mq/zmtp` counts
   * all peers, whenever they came.)
   *
   * @throws {ZmqTimeoutError} when they were not there in time
   * @throws {ZmqAbortError} when the signal was aborted
   * @throws {ZmqOptionError} if `count` is no number of peers, or an option is wrong
   * @throws {ZmqClosedError} when the connection is shut down
   */
  peers(count: number, options: WaitOptions = {}): Promise<void> {
    try {
      this.checkOpen();
      checkWait(options);
      if (this.knownPeers() === undefined) this.monitorWanted();
      return this.#peers.wait(whole("peers", count, 0), options);
    } catch (error) {
      return Promise.reject(fromCaller(error, this.peers));
    }
  }

  /** How many peers are there, as far as they are counted. */
  protected get peerCount(): number {
    return this.#peers.count;
  }

  /** The number of peers has changed. */
  protected tellPeers(): void {
    this.#peers.changed();
  }

  /** The peer at an address was disconnected, which libzmq's monitor does not report. @param others the endpoints left */
  protected peersLeft(address: string, others: readonly ZmqEndpoint[]): void {
    this.#peers.left(address, others);
  }

  /** The connection ends: so do the waits for peers. */
  protected endPeers(): void {
    this.#peers.end(String(this));
  }

  /** Emits an event of the socket's monitor. */
  protected tellMonitored(raw: EngineEvent): void {
    const event = monitorEvent(raw);
    if (event === undefined) return;
    this.traceEvent(event);
    const { type, ...details } = event;
    this.tellEvent(type, details);
    this.tellEvent("monitor", event);
    this.#peers.told(event, this.socketType === "STREAM");
  }

  protected traceEvent(event: unknown): void {
    if (!trace.event.hasSubscribers) return;
    trace.event.publish({ connection: this as unknown as AnyConnection, event });
  }

  #listenToListeners(): void {
    this.on("newListener", (name) => {
      if (name === "message") {
        this.#listeners = undefined;
        this.messageListenersChanged(true);
      } else if (name === "monitor" || MONITOR_EVENTS.has(name)) this.monitorWanted();
    });
    this.on("removeListener", (name) => {
      if (name !== "message") return;
      this.#listeners = undefined;
      this.messageListenersChanged(false);
    });
  }

  override removeAllListeners(name?: keyof ConnectionEvents<In>): this {
    if (name !== undefined) return super.removeAllListeners(name);
    super.removeAllListeners();
    this.#listeners = undefined;
    this.messageListenersChanged(false);
    this.#listenToListeners();
    return this;
  }
}
