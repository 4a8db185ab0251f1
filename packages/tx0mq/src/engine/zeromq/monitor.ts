import { socketError } from "../../errors.js";
import type { EngineEvent, EngineSink } from "../engine.js";
import type { NativeSocket, Observer } from "./binding.js";
import { NOWHERE, type Signals } from "./signals.js";

/** A socket's monitor (zmq_socket_monitor): hands events to the sink, and tells when the socket is gone. */
export class Monitor {
  readonly #native: NativeSocket;
  readonly #signals: Signals;
  readonly #sink: EngineSink;
  #observer: Observer | undefined;
  #ended: Promise<void> | undefined;

  constructor(native: NativeSocket, signals: Signals, sink: EngineSink) {
    this.#native = native;
    this.#signals = signals;
    this.#sink = sink;
  }

  /** Settles when libzmq has closed the socket for good; nothing where the monitor was not started. */
  get ended(): Promise<void> | undefined {
    return this.#ended;
  }

  start(): void {
    this.#ended ??= this.#observe().catch((error: unknown) => {
      if (!this.#signals.closed) {
        this.#sink.failed(socketError(error, "cannot monitor the socket"));
      }
    });
  }

  async #observe(): Promise<void> {
    const observer = this.#native.events;
    this.#observer = observer;
    for (;;) {
      const event = (await observer.receive()) as EngineEvent;
      if (event.type === "end") return;
      if (event.address !== NOWHERE) this.#sink.event(event);
    }
  }

  /** Ends the monitor of a socket that is gone. If it were not, libzmq would wait for the monitor for ever. */
  close(): void {
    this.#observer?.close();
  }
}
