import { nextTick, performance } from "./clock.js";

/* Work that waits for the end of a turn of the event loop. */

let due: (() => void)[] = [];

/**
 * Calls `run` when all current code has run, promises included, and before the event loop goes on. So messages
 * that are sent in a row leave together.
 */
export function atEndOfTurn(run: () => void): void {
  if (due.length === 0) nextTick(runDue);
  due.push(run);
}

/** Runs now what waits for the end of the turn. */
export function runDue(): void {
  const all = due;
  due = [];
  for (const run of all) run();
}

/** In ms: if messages are received for longer than this, what was sent meanwhile leaves. */
const PATIENCE = 0.25;
/** After how many messages to look at the clock; after fewer, if handling them takes long. */
const LOOK = 16;

/** A stretch of messages that are received in a row. What is sent meanwhile must not wait for the last of them. */
export class Stretch {
  /** When the first of them was handled; 0 before that. */
  #since = 0;
  #every = 1;
  #left = 1;

  /** Begins a stretch: messages come after a while without any. */
  begin(): void {
    this.#since = 0;
    this.#every = 1;
    this.#left = 1;
  }

  /** Whether what was sent has waited long enough; if so, the next stretch begins. Ask once for each message. */
  get isLong(): boolean {
    this.#left -= 1;
    if (this.#left > 0) return false;
    const now = performance.now();
    const isLong = this.#since > 0 && now - this.#since > PATIENCE;
    if (isLong) this.#every = Math.ceil(this.#every / 2);
    else if (this.#since > 0) this.#every = Math.min(2 * this.#every, LOOK);
    if (isLong || this.#since === 0) this.#since = now;
    this.#left = this.#every;
    return isLong;
  }
}
