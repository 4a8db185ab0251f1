import { Trie } from "./trie.js";

/** What one may ask for, in bytes. */
export const MOST_ASKED = 2 ** 28;
/** What a topic takes beside its bytes. */
const TOPIC_SIZE = 100;

/** Which topics somebody has asked for. Those given up may still be among the nodes. */
interface Asked {
  nodes: number[];
  count: number;
  /** In bytes. */
  size: number;
}

/** Nodes that are given up are sorted out when there are more of them than of the others, and so many at least. */
const SLACK = 32;
/** For so many topics it is remembered who gets a message. */
const REMEMBERED = 1000;

/** Who has asked for which topics: each any number of topics, each topic any number of them, once. */
export class Subscriptions<T extends object> {
  /** The one who has asked for a topic, or all of them. */
  readonly #trie = new Trie<T | Set<T>>();
  readonly #asked = new Map<T, Asked>();
  /** Who is to get a message, by the node of the longest topic it begins with. */
  readonly #matches = new Map<number, readonly T[]>();
  /** Of the last message. */
  #last: readonly T[] = [];

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
    this.#note(node, topic.length, who);
    return value === undefined;
  }

  /** How much memory takes what somebody has asked for, in bytes. */
  sizeOf(who: T): number {
    return this.#asked.get(who)?.size ?? 0;
  }

  /** @returns whether nobody asks for the topic any more */
  remove(topic: Uint8Array, who: T): boolean {
    const node = this.#trie.find(topic);
    if (node === undefined) return true;
    const last = this.#removeAt(node, topic.length, who);
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
      const last = this.#removeAt(node, 0, who);
      if (topic !== undefined) told?.(topic, last);
    }
    this.#asked.delete(who);
  }

  /**
   * All who have asked for a topic that the message begins with, each once: in the same list as for the last
   * message where they are the same, and nobody has asked for anything since, nor cancelled it.
   */
  match(message: Uint8Array): readonly T[] {
    const node = this.#trie.longest(message);
    if (node === undefined) return [];
    this.#last = this.#matches.get(node) ?? this.#find(node, message);
    return this.#last;
  }

  #find(node: number, message: Uint8Array): readonly T[] {
    const all = new Set<T>();
    this.#trie.match(message, (value) => {
      if (value instanceof Set) for (const who of value) all.add(who);
      else all.add(value);
    });
    const found = isListOf(this.#last, all) ? this.#last : [...all];
    if (this.#matches.size === REMEMBERED) this.#matches.clear();
    this.#matches.set(node, found);
    return found;
  }

  #changed(): void {
    this.#matches.clear();
    this.#last = [];
  }

  #has(node: number, who: T): boolean {
    const value = this.#trie.valueAt(node);
    return value === who || (value instanceof Set && value.has(who));
  }

  #removeAt(node: number, length: number, who: T): boolean {
    this.#changed();
    const value = this.#trie.valueAt(node);
    const asked = this.#asked.get(who);
    if (value === who) this.#trie.remove(node);
    else if (value instanceof Set && value.delete(who)) {
      const [first] = value;
      if (value.size === 1 && first !== undefined) this.#trie.setValue(node, first);
    } else return false;
    if (asked !== undefined) {
      asked.count -= 1;
      asked.size -= length + TOPIC_SIZE;
    }
    return value === who;
  }

  #note(node: number, length: number, who: T): void {
    let asked = this.#asked.get(who);
    if (asked === undefined) {
      asked = { nodes: [], count: 0, size: 0 };
      this.#asked.set(who, asked);
    }
    asked.nodes.push(node);
    asked.count += 1;
    asked.size += length + TOPIC_SIZE;
    if (asked.nodes.length < 2 * asked.count + SLACK) return;
    asked.nodes = [...new Set(asked.nodes)].filter((one) => this.#has(one, who));
  }
}

function isListOf<T>(list: readonly T[], all: ReadonlySet<T>): boolean {
  if (list.length !== all.size) return false;
  let n = 0;
  for (const item of all) if (item !== list[n++]) return false;
  return true;
}
