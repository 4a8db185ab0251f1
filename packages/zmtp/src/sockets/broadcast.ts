import { COPIED, Encoder } from "../protocol/encoder.js";
import type { Outgoing } from "../protocol/message.js";

/** So many bytes are handed to the system in one go. */
export const BATCH = 262_144;

/** Messages that were made bytes for many. */
export class Encoded {
  readonly pieces: readonly Uint8Array[];
  /** How many messages they are. */
  readonly count: number;
  #lasting: readonly Uint8Array[] | undefined;

  constructor(pieces: readonly Uint8Array[], count: number) {
    this.pieces = pieces;
    this.count = count;
  }

  /** The pieces, to be kept for long: small ones hold on to no more memory than they need. */
  get lasting(): readonly Uint8Array[] {
    this.#lasting ??= this.pieces.map((piece) =>
      piece.length > COPIED ? piece : new Uint8Array(piece),
    );
    return this.#lasting;
  }
}

/** A peer that takes part in a broadcast. */
export interface Receiver {
  /** It is over. What was sent since the receiver was added is its own from now on, and goes before all else. */
  takeOver(sent: Encoded): void;
}

/**
 * Messages in a row that go to the same peers. They are made bytes once, in memory that all the peers send from.
 *
 * It is cut where somebody else is to get a message, and by any of the peers that has something else to send,
 * sends what it has, or ends: then each takes over what there is, and a new one may begin.
 */
export class Broadcast {
  /** It was cut, and none has begun. */
  over = true;
  readonly #encoder = new Encoder();
  #receivers: Receiver[] = [];
  #count = 0;
  /** How many messages all of them have room for. */
  #room = 0;

  /** Ends what there is, and begins anew, for those who are added before anything is sent. */
  begin(): void {
    this.cut();
    this.over = false;
    this.#room = Number.POSITIVE_INFINITY;
  }

  /** @param room how many messages it has room for: one, at least */
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

  /** Ends it. */
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
