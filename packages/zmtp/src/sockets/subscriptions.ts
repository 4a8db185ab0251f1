import { Trie } from "./trie.js";

/** How much one subscriber may ask for, in bytes. */
export const MOST_ASKED = 2 ** 28;
/** How much memory a topic takes beside its bytes. */
const TOPIC_SIZE = 100;

/** The topics that one subscriber has asked for. Cancelled topics may still be among the nodes. */
interface Asked {
  nodes: number[];
  count: number;
  /** In bytes. */
  size: number;
}

/** Nodes of cancelled topics are sorted out when there are more of them than of the others, and at least this many. */
const SLACK = 32;
/** For how many topics the subscribers of a message are remembered. */
const REMEMBERED = 1000;

/** Which subscribers have asked for which topics: any number of each, and each pair once. */
export class Subscriptions<T extends object> {
  /** The subscriber of a topic, or a set of them. */
  readonly #trie = new Trie<T | Set<T>>();
  readonly #asked = new Map<T, Asked>();
  /** The subscribers that get a message, by the node of the longest topic that it begins with. */
  readonly #matches = new Map<number, readonly T[]>();
  /** The subscribers that got the last message. */
  #last: readonly T[] = [];

  /** How many topics there are. */
  get size(): number {
    return this.#trie.size;
  }

  /** @returns whether this is the topic's first subscriber */
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

  /** How much memory the topics of a subscriber take, in bytes. */
  sizeOf(who: T): number {
    return this.#asked.get(who)?.size ?? 0;
  }

  /** @returns whether the topic has no subscriber any more */
  remove(topic: Uint8Array, who: T): boolean {
    const node = this.#trie.find(topic);
    if (node === undefined) return true;
    const last = this.#removeAt(node, topic.length, who);
    const asked = this.#asked.get(who);
    if (asked?.count === 0) this.#asked.delete(who);
    return last;
  }

  /**
   * Removes all topics of a subscriber.
   * @param told called with each topic, and whether it has no subscriber any more
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
   * All subscribers of topics that the message begins with, each once. It is the same list as for the last message
   * if they are the same, and no topic was asked for or cancelled since.
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
