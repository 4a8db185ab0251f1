// A class that follows a connection by the events of its monitor.

import { EventEmitter } from "node:events";
import type { MonitorEvent } from "tx0mq";

/** Anything that has the monitor's events: a connection. */
interface Monitored {
  on(name: "monitor", listener: (event: MonitorEvent) => void): unknown;
}

export type State = "idle" | "connecting" | "connected" | "refused";

interface StateEvents {
  /** The state has changed, by this event of the monitor. */
  change: [state: State, event: MonitorEvent];
}

const STATES: Partial<Record<MonitorEvent["type"], State>> = {
  connectDelayed: "connecting",
  retried: "connecting",
  disconnected: "connecting", // ZeroMQ tries again by itself
  handshakeSucceeded: "connected",
  handshakeFailed: "refused",
};

/**
 * Where a connection to one peer stands. Make it before the connection gets its endpoint, so that no
 * event is missed.
 */
export class ConnectionState extends EventEmitter<StateEvents> {
  state: State = "idle";
  /** How often the peer was there: more than once after a reconnect. */
  connections = 0;

  constructor(connection: Monitored) {
    super();
    connection.on("monitor", (event) => this.#follow(event));
  }

  #follow(event: MonitorEvent): void {
    // After a refusal ZeroMQ may have given up: that it tries again, only "retried" tells.
    if (this.state === "refused" && event.type === "disconnected") return;
    const state = STATES[event.type] ?? this.state;
    if (state === this.state) return;
    this.state = state;
    if (state === "connected") this.connections += 1;
    this.emit("change", state, event);
  }
}
