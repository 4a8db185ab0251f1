import type { Outgoing } from "../protocol/message.js";
import type { Pipe } from "./pipe.js";
import { Ring } from "./ring.js";

/** Deals messages to pipes in turn, one to each; pipes that are full are left out until they have room. */
export class LoadBalancer {
  /** Where the message went that was sent last. */
  last: Pipe | undefined;
  readonly #ring = new Ring();

  attach(pipe: Pipe): void {
    this.#ring.add(pipe);
  }

  /** The pipe takes messages again. */
  activated(pipe: Pipe): void {
    this.#ring.wake(pipe);
  }

  /** The pipe has ended; one that was never attached is ignored. */
  terminated(pipe: Pipe): void {
    this.#ring.delete(pipe);
    if (this.last === pipe) this.last = undefined;
  }

  /** @returns whether a pipe has taken the message */
  send(message: Outgoing): boolean {
    const ring = this.#ring;
    for (let place = ring.current; place !== undefined; place = ring.current) {
      if (place.pipe.write(message)) {
        ring.pass(place);
        this.last = place.pipe;
        return true;
      }
      ring.rest(place);
    }
    return false;
  }

  /** Whether a pipe would take a message. */
  get hasOut(): boolean {
    const ring = this.#ring;
    for (let place = ring.current; place !== undefined; place = ring.current) {
      if (place.pipe.writable) return true;
      ring.rest(place);
    }
    return false;
  }
}
