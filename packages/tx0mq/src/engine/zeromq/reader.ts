import { queueMicrotask } from "../../clock.js";
import { errnoOf, socketError, ZmqProtocolError } from "../../errors.js";
import type { SocketTypeName } from "../../socket-type.js";
import type { EngineSink, MessageMeta } from "../engine.js";
import { deferToNextTurn, hasTime } from "../turn.js";
import { type NativeSocket, RCVTIMEO } from "./binding.js";
import type { Signals } from "./signals.js";

/** If so many messages in a row are there at once, the engine stops waiting for each. */
const STREAK = 4;
const LONGEST_STREAK = 256;
/** The most frames of a message, if messages are limited. */
const MOST_FRAMES = 65_536;

/**
 * Takes messages out of a socket, while its sink wants them.
 *
 * The binding's `receive()` asks libzmq for the socket's events first, which is a system call, unless
 * its time-out is 0. So while messages keep coming, the reader receives with a time-out of 0. It waits only
 * when libzmq has said EAGAIN.
 */
export class Reader {
  readonly #native: NativeSocket;
  readonly #signals: Signals;
  readonly #sink: EngineSink;
  readonly #receivesMeta: boolean;
  readonly #addressed: boolean;
  readonly #maxMessageSize: number;

  /** The binding waits for a message, or one is being handled, or reading goes on in the next turn. */
  #reading = false;
  /** Messages keep coming: receive without waiting. */
  #draining = false;
  #timeout = -1;
  #streak = 0;
  #streakWanted = STREAK;
  #drained = 0;
  /** Receives that might wait, and how many of them have run their microtask (see `#afterMicrotask`). */
  #receives = 0;
  #microtasks = 0;

  /** @param maxMessageSize in bytes, -1 for any */
  constructor(
    type: SocketTypeName,
    native: NativeSocket,
    signals: Signals,
    sink: EngineSink,
    maxMessageSize: number,
  ) {
    this.#native = native;
    this.#signals = signals;
    this.#sink = sink;
    this.#receivesMeta = type === "SERVER" || type === "DISH";
    this.#addressed = type === "ROUTER" || type === "STREAM" || type === "DGRAM";
    this.#maxMessageSize = maxMessageSize;
  }

  /** Hands messages to the sink until it wants no more. */
  start(): void {
    if (this.#reading || this.#signals.closed) return;
    this.#reading = true;
    this.#signals.messageAwaited = true;
    this.#receive();
  }

  #stop(): void {
    this.#reading = false;
    this.#signals.messageAwaited = false;
  }

  #receive(): void {
    if (hasTime()) this.#receiveOne();
    else {
      this.#signals.messageAwaited = false;
      deferToNextTurn(this.#readOn);
    }
  }

  #receiveOne(): void {
    if (this.#signals.closed) return;
    const timeout = this.#draining ? 0 : this.#sink.waitsFor();
    if (timeout !== this.#timeout) {
      this.#timeout = timeout;
      this.#native.setNumber(RCVTIMEO, timeout);
    }
    this.#native.receive().then(this.#received, this.#failed);
    if (!this.#draining) {
      this.#receives += 1;
      queueMicrotask(this.#afterMicrotask);
    }
  }

  /** Goes on in the next turn of the event loop, or a later one. */
  readonly #readOn = (): void => {
    this.#reading = !this.#signals.closed && this.#sink.wantsMore();
    this.#signals.messageAwaited = this.#reading;
    if (this.#reading) this.#receiveOne();
  };

  /** Runs after `#received` if the message was there at once, else before it. */
  readonly #afterMicrotask = (): void => {
    this.#microtasks += 1;
    const { roomAwaited, messageAwaited } = this.#signals;
    // A waiting receive has looked at the socket; one that does not wait lets the binding look for the send.
    if (!roomAwaited || this.#microtasks !== this.#receives || this.#draining) return;
    if (messageAwaited) this.#signals.wakeWaiting();
  };

  readonly #received = (message: unknown[]): void => {
    if (this.#draining) this.#drained += 1;
    else if (this.#microtasks === this.#receives) {
      this.#streak = 0;
    } else if (++this.#streak >= this.#streakWanted) {
      this.#streak = 0;
      this.#drained = 0;
      this.#draining = true;
    }
    const meta = this.#receivesMeta ? (message.pop() as MessageMeta) : undefined;
    const frames = message as Buffer[];
    if (this.#accepts(frames) ? this.#sink.received(frames, meta) : this.#sink.wantsMore()) {
      this.#receive();
    } else this.#stop();
  };

  /** Whether a message is within bounds: libzmq looks at each frame, but not at all of them together. */
  #accepts(frames: readonly Buffer[]): boolean {
    if (frames.length < 2 || this.#maxMessageSize < 0) return true;
    let bytes = 0;
    // The first frame of a ROUTER's message is the peer's routing id. The peer has not sent it.
    for (let n = this.#addressed ? 1 : 0; n < frames.length; n += 1) {
      bytes += (frames[n] as Buffer).length;
    }
    if (bytes <= this.#maxMessageSize && frames.length <= MOST_FRAMES) return true;
    const why = `${bytes} bytes in ${frames.length} frames are more than maxMessageSize allows`;
    this.#sink.failed(new ZmqProtocolError(why, frames));
    return false;
  }

  readonly #failed = (error: unknown): void => {
    const errno = errnoOf(error);
    this.#stop();
    // A type that only sends has nothing to read (see `Signals.wakeWaiting`).
    if (this.#signals.closed || errno === "EOPNOTSUPP" || errno === "ENOTSUP") return;
    if (errno !== "EAGAIN" && errno !== "EFSM") {
      this.#sink.failed(socketError(error, "cannot receive"));
      return;
    }
    if (this.#draining) {
      // EAGAIN costs much: if the runs are short, wait for longer streaks before the next one.
      this.#draining = false;
      this.#streakWanted =
        this.#drained > 64 ? STREAK : Math.min(2 * this.#streakWanted, LONGEST_STREAK);
    }
    if (this.#sink.wantsMore()) this.start();
    else if (this.#signals.roomAwaited) this.#signals.wakeWaiting();
  };
}
