/**
 * Finds each of its things by a number. When a thing has gone, a new one gets its number.
 *
 * It is no `Map`: V8 moves a Map in which things come and go to a new table time and again. Each old table
 * refers to the next one, so that none of them, and what they held, is garbage before a full collection.
 */
export class Slots<T> {
  readonly #things: (T | undefined)[] = [];
  readonly #free: number[] = [];

  /** How many things there are. */
  get size(): number {
    return this.#things.length - this.#free.length;
  }

  /** @returns the thing's number, from 0 on */
  add(thing: T): number {
    const number = this.#free.pop() ?? this.#things.length;
    this.#things[number] = thing;
    return number;
  }

  /** The thing that has the number now; undefined if there is none. */
  get(number: number): T | undefined {
    return number < this.#things.length ? this.#things[number] : undefined;
  }

  /** Takes out the thing with the number. There must be one. */
  delete(number: number): void {
    this.#things[number] = undefined;
    this.#free.push(number);
  }

  /** All of them. */
  get all(): T[] {
    return this.#things.filter((thing) => thing !== undefined);
  }
}
