import { EventEmitter } from "node:events";
import type { ZmqEndpoint } from "../endpoint.js";
import type { EngineEvent } from "../engine/engine.js";
import { awaited, ZmqClosedError, ZmqProtocolError } from "../errors.js";
import { MONITOR_EVENTS, type MonitorEvent, type MonitorEvents, monitorEvent } from "../monitor.js";
import { whole } from "../options.js";
import { checkWait, type WaitOptions } from "../time.js";
import { trace } from "../trace.js";
import type { AnyConnection } from "./any.js";
import { Peers } from "./peers.js";

/** The events of a connection. */
export type ConnectionEvents<In> = {
  /** A message, where neither a `receive()` nor an iterator waits for it. */
  message: [message: In];
  /** A handler threw, or a malformed message was refused. Printed where nobody listens. */
  error: [error: Error];
  /** At its shutdown, messages were given up that no peer had taken within so many ms. */
  undelivered: [waited: { readonly lingerPeriod: number }];
  /** The connection is shut down and its addresses are free again. */
  close: [];
  /** Any event of the monitor. */
  monitor: [event: MonitorEvent];
} & { [Name in keyof MonitorEvents]: [event: MonitorEvents[Name]] };

type Listener = (...args: unknown[]) => unknown;

/** What a connection tells: its messages, its monitor's events and who is there, and what went wrong. */
export abstract class ConnectionEmitter<In> extends EventEmitter<ConnectionEvents<In>> {
  /** The listeners to "message", as long as they stay the same. */
  #listeners: Listener[] | undefined;
  readonly #peers = new Peers(() => this.knownPeers());

  constructor() {
    super({ captureRejections: true });
    const emitter = this as unknown as EventEmitter & Record<symbol, unknown>;
    emitter[EventEmitter.captureRejectionSymbol] = (error: unknown, name: unknown) =>
      name === "error" ? this.#errorListenerFailed(error) : this.#listenerFailed(error);
    this.#listenToListeners();
  }

  abstract get closed(): boolean;
  /** Somebody listens to messages who did not before, or no longer does. */
  protected abstract messageListenersChanged(added: boolean): void;
  /** Somebody listens to events of the monitor. */
  protected abstract monitorWanted(): void;
  /** How many peers there are, where the engine says so. */
  protected abstract knownPeers(): number | undefined;
  /** @throws {ZmqClosedError} where it has been shut down, or is being */
  protected abstract checkOpen(): void;
  /** A handler is at work until the promise settles: what it rejects with is reported. */
  protected abstract follow(work: Promise<unknown>): void;
  /** A handler has thrown, which is reported. */
  protected abstract handlerFailed(error: unknown): void;

  /**
   * Called with each message that no `receive()` and no iterator waits for. Override it to handle
   * messages; as it is, it calls the listeners to `"message"`. What it throws, or its promise rejects
   * with, is reported as an `"error"` event, and the connection goes on. Its promise is not waited
   * for, but by `shutdown()`: to take one message at a time, use `for await`.
   */
  messageReceived(message: In): unknown {
    this.#listeners ??= this.rawListeners("message") as Listener[];
    for (const listener of this.#listeners) {
      try {
        const handled = listener.call(this, message);
        if (handled instanceof Promise) this.follow(handled);
      } catch (error) {
        this.handlerFailed(error);
      }
    }
    return undefined;
  }

  /** Whether there is a handler that messages are to be taken out of ZeroMQ for. */
  protected handlesMessages(): boolean {
    return (
      this.messageReceived !== ConnectionEmitter.prototype.messageReceived ||
      this.listenerCount("message") > 0
    );
  }

  /** Reports an error that no caller waits for: an `"error"` event, or printed where nobody listens. */
  protected report(error: unknown): void {
    const reported = error instanceof Error ? error : new Error(String(error), { cause: error });
    if (this.listenerCount("error") === 0) {
      // A peer's mistake has no stack that says anything: malformed messages, or it is gone, or full.
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

  /** Reports what a listener threw. That its connection has ended when it wants to send is no news. */
  #listenerFailed(error: unknown): void {
    if (!(this.closed && error instanceof ZmqClosedError)) this.report(error);
  }

  /** `emit`, whose type cannot be told as long as the type of messages is open. */
  private tell(name: keyof ConnectionEvents<In>, ...args: unknown[]): void {
    (this as unknown as EventEmitter).emit(name, ...args);
  }

  /**
   * Waits until so many peers are there: connected, with a handshake that succeeded.
   *
   * libzmq does not say how many there are. With it they are counted from the first call on, or from when
   * somebody first listens to an event of the monitor. To miss none, begin to wait before you bind:
   *
   * ```ts
   * const ready = pub.peers(2);
   * pub.addEndpoints({ bind: address });
   * await ready;
   * ```
   *
   * Peers over `inproc://` are not counted: libzmq tells
   * nothing of them. (The engine of `@tx0mq/zmtp` counts all of them, whenever they came.)
   *
   * @throws {ZmqTimeoutError} when they were not there in time
   * @throws {ZmqAbortError} when the signal was aborted
   * @throws {ZmqOptionError} for what is no number of peers, or a wrong option
   * @throws {ZmqClosedError} when the connection is shut down
   */
  peers(count: number, options: WaitOptions = {}): Promise<void> {
    return awaited(this.#waitForPeers(count, options));
  }

  async #waitForPeers(count: number, options: WaitOptions): Promise<void> {
    this.checkOpen();
    checkWait(options);
    if (this.knownPeers() === undefined) this.monitorWanted();
    await this.#peers.wait(whole("peers", count, 0), options);
  }

  /** How many are there, as far as they are counted. */
  protected get peerCount(): number {
    return this.#peers.count;
  }

  /** There are more or fewer. */
  protected tellPeers(): void {
    this.#peers.changed();
  }

  /** The peer at an address was let go, which libzmq's monitor does not tell. @param others where it still is */
  protected peersLeft(address: string, others: readonly ZmqEndpoint[]): void {
    this.#peers.left(address, others);
  }

  /** Nobody waits for peers any more: the connection ends. */
  protected endPeers(): void {
    this.#peers.end(String(this));
  }

  /** Tells what the socket's monitor has told. */
  protected tellMonitored(raw: EngineEvent): void {
    const event = monitorEvent(raw);
    if (event === undefined) return;
    this.traceEvent(event);
    const { type, ...details } = event;
    this.tellEvent(type, details);
    this.tellEvent("monitor", event);
    this.#peers.told(event);
  }

  protected traceEvent(event: unknown): void {
    if (!trace.event.hasSubscribers) return;
    trace.event.publish({ connection: this as unknown as AnyConnection, event });
  }

  #listenToListeners(): void {
    const emitter = this as unknown as EventEmitter;
    emitter.on("newListener", (name) => {
      if (name === "message") {
        this.#listeners = undefined;
        this.messageListenersChanged(true);
      } else if (name === "monitor" || MONITOR_EVENTS.has(name)) this.monitorWanted();
    });
    emitter.on("removeListener", (name) => {
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
