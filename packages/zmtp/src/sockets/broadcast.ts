import { COPIED, Encoder } from "../protocol/encoder.js";
import type { Outgoing } from "../protocol/message.js";

/** How many bytes go to the system at once. */
export const BATCH = 262_144;

/** The bytes of messages that many peers get. */
export class Encoded {
  readonly pieces: readonly Uint8Array[];
  /** How many messages they are. */
  readonly count: number;
  #lasting: readonly Uint8Array[] | undefined;

  constructor(pieces: readonly Uint8Array[], count: number) {
    this.pieces = pieces;
    this.count = count;
  }

  /** The pieces for a long wait: small ones are copied, so that they keep no more memory than they need. */
  get lasting(): readonly Uint8Array[] {
    this.#lasting ??= this.pieces.map((piece) =>
      piece.length > COPIED ? piece : new Uint8Array(piece),
    );
    return this.#lasting;
  }
}

/** A peer that takes part in a broadcast. */
export interface Receiver {
  /** The broadcast is over. The receiver now owns what was sent since it was added, and sends that before all else. */
  takeOver(sent: Encoded): void;
}

/**
 * Messages in a row that go to the same peers. They become bytes once, in memory that all the peers send from.
 *
 * The broadcast is cut if the next message goes to others, or if one of its peers has something else to send, sends
 * what it has, or ends. Then each peer takes the messages over, and a new broadcast may begin.
 */
export class Broadcast {
  /** It was cut, and none has begun. */
  over = true;
  readonly #encoder = new Encoder();
  #receivers: Receiver[] = [];
  #count = 0;
  /** How many messages all of them have room for. */
  #room = 0;

  /** Ends the broadcast, and begins a new one. `add` its receivers before you send anything. */
  begin(): void {
    this.cut();
    this.over = false;
    this.#room = Number.POSITIVE_INFINITY;
  }

  /** @param room how many messages the receiver has room for: one, at least */
  add(receiver: Receiver, room: number): void {
    this.#receivers.push(receiver);
    this.#room = Math.min(this.#room, room);
  }

  send(message: Outgoing): void {
    if (this.#receivers.length === 0) return;
    this.#encoder.add(message);
    this.#count += 1;
    if (this.#count >= this.#room || this.#encoder.size >= BATCH) this.cut();
  }

  /** Ends the broadcast. */
  cut(): void {
    this.over = true;
    const receivers = this.#receivers;
    if (receivers.length === 0) return;
    const sent = new Encoded(this.#encoder.take(), this.#count);
    this.#receivers = [];
    this.#count = 0;
    for (const receiver of receivers) receiver.takeOver(sent);
  }
}
