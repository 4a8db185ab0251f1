/** The room at first, in items; always a power of 2. */
const LEAST = 16;
/** A ring with room for more items than this gives it back when all are taken. */
const MOST_KEPT = 1024;

/** Messages that wait, oldest first. It is a ring: while as many come as go, it takes no new memory. */
export class Backlog<T> {
  #items: (T | undefined)[] = new Array(LEAST).fill(undefined);
  #first = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    if (this.#size === this.#items.length) this.#grow();
    this.#items[(this.#first + this.#size) & (this.#items.length - 1)] = item;
    this.#size += 1;
  }

  /** Takes the oldest; undefined if there is none. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const items = this.#items;
    const item = items[this.#first];
    items[this.#first] = undefined;
    this.#first = (this.#first + 1) & (items.length - 1);
    this.#size -= 1;
    if (this.#size === 0 && items.length > MOST_KEPT) this.clear();
    return item;
  }

  clear(): void {
    if (this.#size === 0 && this.#items.length <= MOST_KEPT) return;
    this.#items = new Array(LEAST).fill(undefined);
    this.#first = 0;
    this.#size = 0;
  }

  #grow(): void {
    const items = this.#items;
    const inOrder = [...items.slice(this.#first), ...items.slice(0, this.#first)];
    this.#items = inOrder.concat(new Array(items.length).fill(undefined));
    this.#first = 0;
  }
}
