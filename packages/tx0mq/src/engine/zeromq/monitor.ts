import { errnoOf, socketError } from "../../errors.js";
import type { EngineEvent, EngineSink } from "../engine.js";
import { deferToNextTurn, hasTime } from "../turn.js";
import type { NativeSocket, Observer } from "./binding.js";
import { canOpenFiles, outOfDescriptors } from "./descriptors.js";
import { NOWHERE, type Signals } from "./signals.js";
import { WebHandshakes } from "./web-handshakes.js";

/**
 * How many file descriptors a monitor takes. If libzmq gets only one of them, what is left of the monitor
 * keeps it from closing any socket of the context, for ever.
 */
const DESCRIPTORS = 2;

/** A socket's monitor (zmq_socket_monitor): hands events to the sink, and tells when the socket is gone. */
export class Monitor {
  readonly #native: NativeSocket;
  readonly #signals: Signals;
  readonly #sink: EngineSink;
  readonly #isRaw: boolean;
  readonly #webHandshakes = new WebHandshakes();
  #observer: Observer | undefined;
  #ended: Promise<void> | undefined;

  /** @param isRaw whether there are no handshakes: libzmq reports one that failed when a peer goes */
  constructor(native: NativeSocket, signals: Signals, sink: EngineSink, isRaw: boolean) {
    this.#native = native;
    this.#signals = signals;
    this.#sink = sink;
    this.#isRaw = isRaw;
  }

  /** Settles when libzmq has closed the socket for good; undefined if the monitor was not started. */
  get ended(): Promise<void> | undefined {
    return this.#ended;
  }

  /** Hands events to the sink from now on, if the process has the file descriptors for that. */
  start(): void {
    if (this.#ended !== undefined) return;
    try {
      if (!canOpenFiles(DESCRIPTORS)) throw outOfDescriptors("cannot monitor the socket");
      this.#observer = this.#native.events;
      this.#ended = this.#observe(this.#observer).catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (this.#signals.closed) return;
    this.#sink.failed(socketError(error, "cannot monitor the socket"));
  }

  async #observe(observer: Observer): Promise<void> {
    for (;;) {
      const event = (await observer.receive()) as EngineEvent;
      if (event.type === "end") return;
      const isHandshake = event.type.startsWith("handshake:");
      if (event.address !== NOWHERE && !(this.#isRaw && isHandshake)) {
        for (const told of this.#webHandshakes.toTell(event)) this.#sink.event(clear(told));
      }
      if (!hasTime()) await new Promise<void>(deferToNextTurn);
    }
  }

  /** Ends the monitor of a socket that is gone. Before that, libzmq would wait for the monitor for ever. */
  close(): void {
    this.#observer?.close();
  }
}

/** If the peer ends the connection, as a CURVE server does with a client that has another key of it, libzmq says "Broken pipe". */
function clear(event: EngineEvent): EngineEvent {
  if (event.type !== "handshake:error:other" || errnoOf(event.error) !== "EPIPE") return event;
  const error = new Error("the peer ended the connection during the handshake");
  return { ...event, error: Object.assign(error, { code: "EPIPE" }) };
}
