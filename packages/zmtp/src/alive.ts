/** Longer than anybody waits, in ms. */
const LONG = 2 ** 31 - 1;

/**
 * Keeps the process alive while somebody waits: sockets of the system do not, since a peer may come for
 * ever.
 */
export class Alive {
  #timer: NodeJS.Timeout | undefined;
  #holders = 0;

  hold(): void {
    this.#holders += 1;
    if (this.#holders > 1) return;
    if (this.#timer === undefined) this.#timer = setInterval(() => undefined, LONG);
    else this.#timer.ref();
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#timer?.unref();
  }

  /** Nobody will hold it any more. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#holders = 0;
  }
}
