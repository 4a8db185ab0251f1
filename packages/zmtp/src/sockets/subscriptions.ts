import { Trie } from "./trie.js";

/** Which topics somebody has asked for. Those given up may still be among the nodes. */
interface Asked {
  nodes: number[];
  count: number;
}

/** Nodes that are given up are sorted out when there are more of them than of the others, and so many at least. */
const SLACK = 32;

/** Who has asked for which topics: each any number of topics, each topic any number of them, once. */
export class Subscriptions<T extends object> {
  /** The one who has asked for a topic, or all of them. */
  readonly #trie = new Trie<T | Set<T>>();
  readonly #asked = new Map<T, Asked>();
  /** What the last message's topics had, how many of them there are of the message in hand, and whether it is the same. */
  #found: (T | Set<T>)[] = [];
  #foundCount = 0;
  #same = false;
  /** Who had asked for the last message. */
  #matched: readonly T[] = [];
  readonly #visit = (value: T | Set<T>): void => {
    const n = this.#foundCount;
    this.#foundCount = n + 1;
    if (this.#found[n] === value) return;
    this.#same = false;
    this.#found[n] = value;
  };

  /** How many topics there are. */
  get size(): number {
    return this.#trie.size;
  }

  /** @returns whether nobody had asked for the topic before */
  add(topic: Uint8Array, who: T): boolean {
    this.#changed();
    const node = this.#trie.insert(topic);
    const value = this.#trie.valueAt(node);
    if (value === undefined) this.#trie.setValue(node, who);
    else if (value === who) return false;
    else if (value instanceof Set) {
      if (value.has(who)) return false;
      value.add(who);
    } else this.#trie.setValue(node, new Set([value, who]));
    this.#note(node, who);
    return value === undefined;
  }

  /** @returns whether nobody asks for the topic any more */
  remove(topic: Uint8Array, who: T): boolean {
    const node = this.#trie.find(topic);
    if (node === undefined) return true;
    const last = this.#removeAt(node, who);
    const asked = this.#asked.get(who);
    if (asked?.count === 0) this.#asked.delete(who);
    return last;
  }

  /**
   * Takes all topics of somebody's away.
   * @param told called with each topic, and whether nobody asks for it any more
   */
  removeAll(who: T, told?: (topic: Buffer, last: boolean) => void): void {
    const { nodes } = this.#asked.get(who) ?? { nodes: [] };
    for (const node of nodes) {
      if (!this.#has(node, who)) continue;
      const topic = told === undefined ? undefined : this.#trie.topicOf(node);
      const last = this.#removeAt(node, who);
      if (topic !== undefined) told?.(topic, last);
    }
    this.#asked.delete(who);
  }

  /**
   * All who have asked for a topic that the message begins with, each once: in the same list as for the last
   * message where they are the same, and nobody has asked for anything since, nor cancelled it.
   */
  match(message: Uint8Array): readonly T[] {
    this.#foundCount = 0;
    this.#same = true;
    this.#trie.match(message, this.#visit);
    if (this.#same && this.#foundCount === this.#found.length) return this.#matched;
    this.#found.length = this.#foundCount;
    const matched = union(this.#found);
    if (!areSame(matched, this.#matched)) this.#matched = matched;
    return this.#matched;
  }

  #changed(): void {
    this.#found = [];
    this.#matched = [];
  }

  #has(node: number, who: T): boolean {
    const value = this.#trie.valueAt(node);
    return value === who || (value instanceof Set && value.has(who));
  }

  #removeAt(node: number, who: T): boolean {
    this.#changed();
    const value = this.#trie.valueAt(node);
    const asked = this.#asked.get(who);
    if (value === who) this.#trie.remove(node);
    else if (value instanceof Set && value.delete(who)) {
      const [first] = value;
      if (value.size === 1 && first !== undefined) this.#trie.setValue(node, first);
    } else return false;
    if (asked !== undefined) asked.count -= 1;
    return value === who;
  }

  #note(node: number, who: T): void {
    let asked = this.#asked.get(who);
    if (asked === undefined) {
      asked = { nodes: [], count: 0 };
      this.#asked.set(who, asked);
    }
    asked.nodes.push(node);
    asked.count += 1;
    if (asked.nodes.length < 2 * asked.count + SLACK) return;
    asked.nodes = [...new Set(asked.nodes)].filter((one) => this.#has(one, who));
  }
}

function union<T extends object>(found: readonly (T | Set<T>)[]): readonly T[] {
  const all = found.map((value) => (value instanceof Set ? [...value] : [value]));
  return all.length === 1 ? (all[0] as T[]) : [...new Set(all.flat())];
}

function areSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, n) => item === other[n]);
}
