import type { Pipe } from "./pipe.js";

/** A pipe's place in a ring; it has neighbours while it is in it. */
export class Place {
  readonly pipe: Pipe;
  next: Place | undefined;
  previous: Place | undefined;

  constructor(pipe: Pipe) {
    this.pipe = pipe;
  }
}

/**
 * Pipes that take turns. A pipe with nothing to do rests outside of the circle. When it has something to do, it
 * joins the circle as the last one. Every step takes the same time, however many pipes there are.
 */
export class Ring {
  /** Whose turn it is. */
  current: Place | undefined;
  readonly #places = new Map<Pipe, Place>();

  /** A new pipe, which is to have its turn. */
  add(pipe: Pipe): void {
    if (this.#places.has(pipe)) return;
    const place = new Place(pipe);
    this.#places.set(pipe, place);
    this.#join(place);
  }

  /** The pipe has ended. */
  delete(pipe: Pipe): void {
    const place = this.#places.get(pipe);
    if (place === undefined) return;
    this.#places.delete(pipe);
    this.rest(place);
  }

  /** The pipe gets its turns again. */
  wake(pipe: Pipe): void {
    const place = this.#places.get(pipe);
    if (place !== undefined && place.next === undefined) this.#join(place);
  }

  /** Leaves the pipe out until it is woken. */
  rest(place: Place): void {
    const { next, previous } = place;
    if (next === undefined || previous === undefined) return;
    if (next === place) this.current = undefined;
    else {
      next.previous = previous;
      previous.next = next;
      if (this.current === place) this.current = next;
    }
    place.next = undefined;
    place.previous = undefined;
  }

  /** The pipe has had its turn. */
  pass(place: Place): void {
    if (place.next !== undefined) this.current = place.next;
  }

  #join(place: Place): void {
    const { current } = this;
    const last = current?.previous;
    if (current === undefined || last === undefined) {
      place.next = place;
      place.previous = place;
      this.current = place;
      return;
    }
    place.next = current;
    place.previous = last;
    last.next = place;
    current.previous = place;
  }
}

/** The part that FairQueue and LoadBalancer have in common: pipes that take turns. */
export abstract class Turns {
  /** The pipe that had its turn last. */
  last: Pipe | undefined;
  protected readonly ring = new Ring();

  /** A new pipe, which is to have its turn. */
  attach(pipe: Pipe): void {
    this.ring.add(pipe);
  }

  /** The pipe had nothing to do, and now it has. */
  activated(pipe: Pipe): void {
    this.ring.wake(pipe);
  }

  /** The pipe has ended; one that was never attached is ignored. */
  terminated(pipe: Pipe): void {
    this.ring.delete(pipe);
    if (this.last === pipe) this.last = undefined;
  }
}
