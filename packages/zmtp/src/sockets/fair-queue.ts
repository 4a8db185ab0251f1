import type { Message } from "../protocol/message.js";
import type { Pipe } from "./pipe.js";
import { Ring } from "./ring.js";

/** Takes messages from pipes in turn, one of each; pipes that have none are left out until they have. */
export class FairQueue {
  /** Where the message came from that was received last. */
  last: Pipe | undefined;
  readonly #ring = new Ring();

  /** A new pipe, which may have messages already. */
  attach(pipe: Pipe): void {
    this.#ring.add(pipe);
  }

  /** The pipe has a message, where it had none. */
  activated(pipe: Pipe): void {
    this.#ring.wake(pipe);
  }

  /** The pipe has ended; one that was never attached is ignored. */
  terminated(pipe: Pipe): void {
    this.#ring.delete(pipe);
    if (this.last === pipe) this.last = undefined;
  }

  /** The next message; undefined where no pipe has one. */
  receive(): Message | undefined {
    const ring = this.#ring;
    for (let place = ring.current; place !== undefined; place = ring.current) {
      const message = place.pipe.read();
      if (message !== undefined) {
        ring.pass(place);
        this.last = place.pipe;
        return message;
      }
      ring.rest(place);
    }
    return undefined;
  }
}
