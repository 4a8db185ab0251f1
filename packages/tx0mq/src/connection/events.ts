import { EventEmitter } from "node:events";
import type { EngineEvent } from "../engine/engine.js";
import { ZmqProtocolError } from "../errors.js";
import { MONITOR_EVENTS, type MonitorEvent, type MonitorEvents, monitorEvent } from "../monitor.js";
import { trace } from "../trace.js";
import type { AnyConnection } from "./any.js";

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

/** What a connection tells: its messages, its monitor's events, and what went wrong. */
export abstract class ConnectionEmitter<In> extends EventEmitter<ConnectionEvents<In>> {
  /** The listeners to "message", as long as they stay the same. */
  #listeners: Listener[] | undefined;

  constructor() {
    super({ captureRejections: true });
    const emitter = this as unknown as EventEmitter & Record<symbol, unknown>;
    emitter[EventEmitter.captureRejectionSymbol] = (error: unknown, name: unknown) =>
      name === "error" ? this.#errorListenerFailed(error) : this.report(error);
    this.#listenToListeners();
  }

  /** Somebody listens to messages who did not before, or no longer does. */
  protected abstract messageListenersChanged(added: boolean): void;
  /** Somebody listens to events of the monitor. */
  protected abstract monitorWanted(): void;

  /**
   * Calls the listeners to `"message"`. What one throws is reported, and the others are called.
   *
   * @returns a promise where one of them has returned one
   */
  protected tellMessage(message: In): unknown {
    this.#listeners ??= this.rawListeners("message") as Listener[];
    let handled: unknown;
    for (const listener of this.#listeners) {
      try {
        handled = bothOf(handled, listener.call(this, message));
      } catch (error) {
        this.report(error);
      }
    }
    return handled;
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
      this.report(error);
    }
  }

  /** `emit`, whose type cannot be told as long as the type of messages is open. */
  private tell(name: keyof ConnectionEvents<In>, ...args: unknown[]): void {
    (this as unknown as EventEmitter).emit(name, ...args);
  }

  /** Tells what the socket's monitor has told. @returns it, where it has a name */
  protected tellMonitored(raw: EngineEvent): MonitorEvent | undefined {
    const event = monitorEvent(raw);
    if (event === undefined) return undefined;
    this.traceEvent(event);
    const { type, ...details } = event;
    this.tellEvent(type, details);
    this.tellEvent("monitor", event);
    return event;
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

/** Of what two handlers have returned: a promise of those that are promises. */
export function bothOf(one: unknown, other: unknown): unknown {
  if (!(one instanceof Promise)) return other;
  return other instanceof Promise ? Promise.all([one, other]) : one;
}
