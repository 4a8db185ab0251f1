import { errnoOf, ZmqClosedError } from "../../errors.js";
import { sendError } from "../../frames.js";
import type { SocketTypeName } from "../../socket-type.js";
import type { EngineSink, Frame, MessageMeta } from "../engine.js";
import { type NativeSocket, SNDTIMEO } from "./binding.js";
import type { Signals } from "./signals.js";

/**
 * In ms: how often the engine looks at the socket while a send waits. The binding looks for a waiting receive and
 * then for a waiting send. If a signal comes between the two, the binding takes it away.
 */
const LOOK_AGAIN = 500;

/**
 * Gives messages to a socket.
 *
 * The binding's `send()` asks libzmq for the socket's events first, which is a system call, unless its
 * time-out is 0. So the writer sends with a time-out of 0. If libzmq says EAGAIN, the message stays with
 * the sink, and the writer waits for room with a message without frames, which sends nothing.
 */
export class Writer {
  readonly #native: NativeSocket;
  readonly #signals: Signals;
  readonly #sink: EngineSink;
  readonly #neverRefuses: boolean;

  #frames: Frame | readonly Frame[] = [];
  #meta: MessageMeta | undefined;
  #room: Promise<void> | undefined;

  /** @param neverRefuses whether every message is taken at once, or dropped */
  constructor(native: NativeSocket, signals: Signals, sink: EngineSink, neverRefuses: boolean) {
    native.setNumber(SNDTIMEO, 0);
    this.#native = native;
    this.#signals = signals;
    this.#sink = sink;
    this.#neverRefuses = neverRefuses;
  }

  /** Whether a wait for room goes on. */
  get waits(): boolean {
    return this.#room !== undefined;
  }

  send(frames: Frame | readonly Frame[], meta?: MessageMeta): Promise<void> | undefined {
    if (this.#room !== undefined || this.#signals.abandoned) return this.#sink.full();
    if (this.#neverRefuses) {
      void this.#native.transmit(frames, meta);
      return undefined;
    }
    this.#frames = frames;
    this.#meta = meta;
    return this.#native.transmit(frames, meta).then(this.#taken, this.#refused);
  }

  readonly #taken = (): void => {
    this.#sink.sent(true);
  };

  readonly #refused = (error: unknown): Promise<void> => {
    if (errnoOf(error) === "EAGAIN") return this.#sink.full();
    this.#sink.sent(false);
    throw sendError(error, this.#frames, this.#meta);
  };

  whenWritable(): Promise<void> {
    this.#room ??= this.#waitForRoom();
    return this.#room;
  }

  async #waitForRoom(): Promise<void> {
    const signals = this.#signals;
    signals.roomAwaited = true;
    while (!signals.closed) {
      this.#native.setNumber(SNDTIMEO, LOOK_AGAIN);
      const woken = this.#native.transmitNothing();
      this.#native.setNumber(SNDTIMEO, 0);
      signals.wakeWaiting();
      await woken;
      if (signals.closed || signals.findsRoom() || !this.#sink.wantsRoom()) break;
    }
    if (signals.abandoned) return new Promise(() => undefined);
    signals.roomAwaited = false;
    this.#room = undefined;
    if (signals.closed) throw new ZmqClosedError("the connection");
  }
}

/** PUB, REP and ROUTER drop what they cannot deliver, unless told not to. */
export function neverRefuses(
  type: SocketTypeName,
  options: Readonly<Record<string, unknown>>,
): boolean {
  return (
    type === "REP" ||
    ((type === "PUB" || type === "XPUB") && options.noDrop !== true) ||
    (type === "ROUTER" && options.mandatory !== true) ||
    type === "RADIO"
  );
}
