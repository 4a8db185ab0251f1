/**
 * Things that come and go, each found by a number, which the next one is given when it has gone.
 *
 * It is no `Map`, since V8 keeps what such a Map has held for long: it is moved to a new table time and again,
 * and each table that was left refers to the next one, so that none of them is garbage before a full collection.
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

  /** What has the number now; undefined where nothing has. */
  get(number: number): T | undefined {
    return number < this.#things.length ? this.#things[number] : undefined;
  }

  /** Takes out what is known to have the number. */
  delete(number: number): void {
    this.#things[number] = undefined;
    this.#free.push(number);
  }

  /** All of them. */
  get all(): T[] {
    return this.#things.filter((thing) => thing !== undefined);
  }
}
