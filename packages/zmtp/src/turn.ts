/* What is put off within a turn of the event loop. */

let due: (() => void)[] = [];

/**
 * Calls it when all that runs now has run, promises included, and before the event loop goes on: where many
 * messages are sent in a row, they leave together.
 */
export function atEndOfTurn(run: () => void): void {
  if (due.length === 0) process.nextTick(runDue);
  due.push(run);
}

/** Calls now what was put off to the end of the turn. */
export function runDue(): void {
  const all = due;
  due = [];
  for (const run of all) run();
}

/** In ms: what was sent leaves after that, where more is received for longer. */
const PATIENCE = 0.25;
/** The clock is looked at after so many messages, or fewer where they take their time. */
const LOOK = 16;

/** Messages that are received in a row: what is sent meanwhile is not to wait for the last of them. */
export class Stretch {
  /** When the first of them was handled; 0 where none was yet. */
  #since = 0;
  #every = 1;
  #left = 1;

  /** Messages come after a while in which there were none. */
  begin(): void {
    this.#since = 0;
    this.#every = 1;
    this.#left = 1;
  }

  /** To be asked once a message. Whether what was sent has waited long enough; if so, the next stretch begins. */
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
