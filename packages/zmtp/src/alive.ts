import { clearInterval, setInterval } from "./clock.js";

/** In ms: longer than any wait. */
const LONG = 2 ** 31 - 1;

/** Keeps the process alive during a wait. The system's sockets do not: they would wait for peers for ever. */
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

  /** No wait will hold it any more. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#holders = 0;
  }
}
