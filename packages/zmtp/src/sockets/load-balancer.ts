import type { Outgoing } from "../protocol/message.js";
import { Turns } from "./ring.js";

/** Sends messages to pipes in turn, one to each. It leaves out pipes that are full, until they have room. */
export class LoadBalancer extends Turns {
  /** @returns whether a pipe has taken the message */
  send(message: Outgoing, owned?: number): boolean {
    const ring = this.ring;
    for (let place = ring.current; place !== undefined; place = ring.current) {
      if (place.pipe.write(message, owned)) {
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
    const ring = this.ring;
    for (let place = ring.current; place !== undefined; place = ring.current) {
      if (place.pipe.writable) return true;
      ring.rest(place);
    }
    return false;
  }
}
