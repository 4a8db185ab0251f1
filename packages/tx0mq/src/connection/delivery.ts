import { performance } from "../clock.js";

/** How many messages a socket holds for a peer without a given high-water mark. ZMQ_SNDHWM */
const HIGH_WATER_MARK = 1000;
/** How long a peer that reads may take for a message, in ms. */
const FOR_A_MESSAGE = 10;
/** How many bytes a peer that reads takes in a ms, at least. */
const BYTES_IN_A_MS = 10_000;
/** The clock is read once for so many messages. */
const AT_ONCE = 8;

/**
 * When a peer that is there and reads has all that was sent to it. ZeroMQ does not tell how many messages it still
 * holds: at most those that its queue has room for, and none of those that such a peer has had the time for.
 */
export class Delivery {
  readonly #room: number;
  #messages = 0;
  #bytes = 0;
  /** The messages of which `#doneAt` does not know yet. */
  #new = 0;
  #doneAt = 0;

  constructor(sendHighWaterMark: number | undefined) {
    this.#room = sendHighWaterMark || HIGH_WATER_MARK;
  }

  /** How many messages were accepted so far. */
  get messages(): number {
    return this.#messages;
  }

  add(bytes: number): void {
    this.#messages += 1;
    this.#bytes += bytes;
    this.#new += 1;
    if (this.#new === AT_ONCE) this.#expect(this.#new);
  }

  /** ZeroMQ's queue is full. */
  full(): void {
    this.#expect(Math.min(this.#messages, this.#room));
  }

  /** The peer has all of it. */
  done(): void {
    this.#new = 0;
    this.#doneAt = 0;
  }

  /** How long it may still take, in ms. */
  get left(): number {
    this.#expect(this.#new);
    return Math.max(0, this.#doneAt - performance.now());
  }

  #expect(messages: number): void {
    const now = performance.now();
    const each = FOR_A_MESSAGE + this.#bytes / Math.max(1, this.#messages) / BYTES_IN_A_MS;
    const doneAt = Math.max(now, this.#doneAt) + messages * each;
    this.#doneAt = Math.min(doneAt, now + this.#room * each);
    this.#new = 0;
  }
}
