import type { Message } from "../protocol/message.js";
import { Turns } from "./ring.js";

/** Takes messages from pipes in turn, one from each. It leaves out pipes that have none, until they have. */
export class FairQueue extends Turns {
  /** The next message; undefined if no pipe has one. */
  receive(): Message | undefined {
    const ring = this.ring;
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
