const LEAST = 16;

/** A queue that takes from its front as quickly as it adds to its end, however long it is. */
export class Fifo<T> {
  #items: (T | undefined)[] = new Array(LEAST).fill(undefined);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#first + this.#length) & (this.#items.length - 1)] = item;
    this.#length += 1;
  }

  /** Takes the first; undefined where there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#first];
    this.#items[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#items.length - 1);
    this.#length -= 1;
    if (this.#length === 0 && this.#items.length > 1024) this.clear();
    return item;
  }

  /** Puts the item in the place of the last one, where there is one. */
  replaceLast(item: T): void {
    if (this.#length > 0) this.#length -= 1;
    this.push(item);
  }

  clear(): void {
    this.#items = new Array(LEAST).fill(undefined);
    this.#first = 0;
    this.#length = 0;
  }

  #grow(): void {
    const items = [...this.#items.slice(this.#first), ...this.#items.slice(0, this.#first)];
    this.#items = items.concat(new Array(items.length).fill(undefined));
    this.#first = 0;
  }
}
