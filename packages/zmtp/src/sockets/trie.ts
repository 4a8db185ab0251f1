import { random32 } from "../random.js";

/** The node that stands for no bytes at all. */
const ROOT = 0;
/** The label length of a node that is free. */
const FREE = -1;
/** If memory is too small, it becomes this many times as large. */
const GROWTH = 1.5;
const LEAST = 16;

/**
 * Values by topics. You look up the values of all topics that a message begins with. The time for that depends on
 * how many bytes of the message these topics have, not on how many topics there are.
 *
 * It is a radix tree. Its nodes are numbers, and arrays of numbers have all that belongs to a node, some 40 bytes.
 * One hash table has the children of all nodes. A topic's node keeps its number while the topic has a value.
 */
export class Trie<V> {
  /** The nodes' labels: where they begin in `#bytes`, and how long they are. */
  #start = new Float64Array(LEAST);
  #length = new Int32Array(LEAST);
  /** The node above; for a free node the next free one. */
  #parent = new Int32Array(LEAST);
  #children = new Uint16Array(LEAST);
  /** The exclusive or of all children's numbers: if there is one child, its number. */
  #child = new Int32Array(LEAST);
  readonly #values: (V | undefined)[] = [undefined];
  /** The first free node; 0 if there is none. */
  #free = 0;
  #count = 1;
  #size = 0;

  #bytes = new Uint8Array(LEAST);
  /** How many bytes are taken, and how many of them belong to labels that still exist. */
  #taken = 0;
  #live = 0;

  /** Children by parent and first byte; 0 if there is none. */
  #slots = new Int32Array(2 * LEAST);
  #mask = 2 * LEAST - 1;
  /** Keeps peers from choosing topics that all go to the same slots. */
  readonly #seed = random32() | 0;

  /** How many topics have a value. */
  get size(): number {
    return this.#size;
  }

  /** The topic's node, which is made if need be. Give it a value at once. */
  insert(topic: Uint8Array): number {
    let node = ROOT;
    let at = 0;
    while (at < topic.length) {
      const child = this.#find(node, topic[at] as number);
      if (child === 0) return this.#addChild(node, topic, at);
      const common = this.#common(child, topic, at);
      at += common;
      node = common === this.#length[child] ? child : this.#split(child, common);
    }
    return node;
  }

  /** The topic's node; undefined if it has no value. */
  find(topic: Uint8Array): number | undefined {
    let node = ROOT;
    for (let at = 0; at < topic.length; ) {
      node = this.#find(node, topic[at] as number);
      if (node === 0 || !this.#begins(node, topic, at)) return undefined;
      at += this.#length[node] as number;
    }
    return this.#values[node] === undefined ? undefined : node;
  }

  valueAt(node: number): V | undefined {
    return this.#values[node];
  }

  setValue(node: number, value: V): void {
    if (this.#values[node] === undefined) this.#size += 1;
    this.#values[node] = value;
  }

  /** Removes a node's value, and the nodes that are not needed without it. */
  remove(node: number): void {
    if (this.#values[node] === undefined) return;
    this.#values[node] = undefined;
    this.#size -= 1;
    let rest = node;
    while (rest !== ROOT && this.#values[rest] === undefined && this.#children[rest] === 0) {
      rest = this.#removeLeaf(rest);
    }
    if (rest !== ROOT && this.#values[rest] === undefined && this.#children[rest] === 1) {
      this.#merge(rest);
    }
  }

  /** The topic that a node stands for. */
  topicOf(node: number): Buffer {
    let size = 0;
    for (let n = node; n !== ROOT; n = this.#parent[n] as number) size += this.#length[n] as number;
    const topic = Buffer.allocUnsafe(size);
    for (let n = node; n !== ROOT; n = this.#parent[n] as number) {
      const start = this.#start[n] as number;
      const length = this.#length[n] as number;
      size -= length;
      topic.set(this.#bytes.subarray(start, start + length), size);
    }
    return topic;
  }

  /** Calls `each` with every topic that has a value. */
  forEach(each: (topic: Buffer, value: V) => void): void {
    for (let node = 0; node < this.#count; node += 1) {
      const value = this.#values[node];
      if (value !== undefined) each(this.topicOf(node), value);
    }
  }

  /** Calls `each` with the values of all topics that the message begins with. */
  match(message: Uint8Array, each: (value: V) => void): void {
    let value = this.#values[ROOT];
    if (value !== undefined) each(value);
    let node = ROOT;
    for (let at = 0; at < message.length; ) {
      node = this.#find(node, message[at] as number);
      if (node === 0 || !this.#begins(node, message, at)) return;
      value = this.#values[node];
      if (value !== undefined) each(value);
      at += this.#length[node] as number;
    }
  }

  /** The node of the longest topic that the message begins with; undefined if there is none. */
  longest(message: Uint8Array): number | undefined {
    let longest = this.#values[ROOT] === undefined ? undefined : ROOT;
    let node = ROOT;
    for (let at = 0; at < message.length; ) {
      node = this.#find(node, message[at] as number);
      if (node === 0 || !this.#begins(node, message, at)) break;
      if (this.#values[node] !== undefined) longest = node;
      at += this.#length[node] as number;
    }
    return longest;
  }

  /** Whether the message begins with any topic. */
  matches(message: Uint8Array): boolean {
    if (this.#values[ROOT] !== undefined) return true;
    let node = ROOT;
    for (let at = 0; at < message.length; ) {
      node = this.#find(node, message[at] as number);
      if (node === 0 || !this.#begins(node, message, at)) return false;
      if (this.#values[node] !== undefined) return true;
      at += this.#length[node] as number;
    }
    return false;
  }

  // Nodes -------------------------------------------------------------------------------------

  /** Whether the node's whole label stands in the message at `at`. The first byte is known to. */
  #begins(node: number, message: Uint8Array, at: number): boolean {
    const length = this.#length[node] as number;
    if (at + length > message.length) return false;
    const bytes = this.#bytes;
    const start = this.#start[node] as number;
    for (let n = 1; n < length; n += 1) if (bytes[start + n] !== message[at + n]) return false;
    return true;
  }

  /** How many bytes of the node's label stand in the topic at `at`. */
  #common(node: number, topic: Uint8Array, at: number): number {
    const most = Math.min(this.#length[node] as number, topic.length - at);
    const start = this.#start[node] as number;
    let n = 1;
    while (n < most && this.#bytes[start + n] === topic[at + n]) n += 1;
    return n;
  }

  #newNode(parent: number, start: number, length: number): number {
    let node = this.#free;
    if (node !== 0) this.#free = this.#parent[node] as number;
    else {
      node = this.#count;
      this.#count += 1;
      this.#values.push(undefined);
      if (node === this.#start.length) this.#growNodes();
      if (2 * this.#count > this.#slots.length) this.#growSlots();
    }
    this.#start[node] = start;
    this.#length[node] = length;
    this.#parent[node] = parent;
    this.#children[node] = 0;
    this.#child[node] = 0;
    return node;
  }

  #freeNode(node: number): void {
    this.#length[node] = FREE;
    this.#parent[node] = this.#free;
    this.#free = node;
  }

  #addChild(parent: number, topic: Uint8Array, from: number): number {
    const length = topic.length - from;
    this.#makeRoom(length);
    const node = this.#newNode(parent, this.#taken, length);
    this.#bytes.set(topic.subarray(from), this.#taken);
    this.#taken += length;
    this.#live += length;
    this.#put(node);
    this.#children[parent] = (this.#children[parent] as number) + 1;
    this.#child[parent] = (this.#child[parent] as number) ^ node;
    return node;
  }

  /** Puts a new node above this one. It takes the first `length` bytes of the label. */
  #split(node: number, length: number): number {
    const parent = this.#parent[node] as number;
    const upper = this.#newNode(parent, this.#start[node] as number, length);
    this.#slots[this.#slotOf(node)] = upper;
    this.#child[parent] = (this.#child[parent] as number) ^ node ^ upper;
    this.#start[node] = (this.#start[node] as number) + length;
    this.#length[node] = (this.#length[node] as number) - length;
    this.#parent[node] = upper;
    this.#children[upper] = 1;
    this.#child[upper] = node;
    this.#put(node);
    return upper;
  }

  /** @returns the node above */
  #removeLeaf(node: number): number {
    const parent = this.#parent[node] as number;
    this.#takeOut(this.#slotOf(node));
    this.#children[parent] = (this.#children[parent] as number) - 1;
    this.#child[parent] = (this.#child[parent] as number) ^ node;
    this.#live -= this.#length[node] as number;
    this.#freeNode(node);
    return parent;
  }

  /** Removes a node with one child, which takes its place and its bytes. */
  #merge(node: number): void {
    const parent = this.#parent[node] as number;
    const child = this.#child[node] as number;
    const length = this.#length[node] as number;
    const all = length + (this.#length[child] as number);
    this.#takeOut(this.#slotOf(child));
    if ((this.#start[node] as number) + length !== this.#start[child]) {
      this.#makeRoom(all);
      const to = this.#taken;
      this.#copyLabel(node, this.#bytes, to);
      this.#copyLabel(child, this.#bytes, to + length);
      this.#taken += all;
      this.#slots[this.#slotOf(node)] = child;
      this.#start[child] = to;
    } else {
      this.#slots[this.#slotOf(node)] = child;
      this.#start[child] = this.#start[node] as number;
    }
    this.#length[child] = all;
    this.#parent[child] = parent;
    this.#child[parent] = (this.#child[parent] as number) ^ node ^ child;
    this.#freeNode(node);
  }

  #growNodes(): void {
    const size = Math.ceil(this.#start.length * GROWTH);
    const larger = <T extends Int32Array | Uint16Array | Float64Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#start = larger(this.#start, new Float64Array(size));
    this.#length = larger(this.#length, new Int32Array(size));
    this.#parent = larger(this.#parent, new Int32Array(size));
    this.#children = larger(this.#children, new Uint16Array(size));
    this.#child = larger(this.#child, new Int32Array(size));
  }

  // Labels ------------------------------------------------------------------------------------

  #copyLabel(node: number, to: Uint8Array, at: number): void {
    const start = this.#start[node] as number;
    to.set(this.#bytes.subarray(start, start + (this.#length[node] as number)), at);
  }

  /** Makes room for `size` bytes: leaves out bytes that belong to no label any more. */
  #makeRoom(size: number): void {
    if (this.#taken + size <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.ceil((this.#live + size) * GROWTH) + LEAST);
    let taken = 0;
    for (let node = 1; node < this.#count; node += 1) {
      const length = this.#length[node] as number;
      if (length === FREE) continue;
      this.#copyLabel(node, bytes, taken);
      this.#start[node] = taken;
      taken += length;
    }
    this.#bytes = bytes;
    this.#taken = taken;
  }

  // Children ----------------------------------------------------------------------------------

  #home(parent: number, byte: number): number {
    let hash = Math.imul(parent ^ this.#seed, 0x9e3779b1) ^ Math.imul(byte + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 13)) & this.#mask;
  }

  /** The child whose label begins with the byte; 0 if there is none. */
  #find(parent: number, byte: number): number {
    const slots = this.#slots;
    for (let slot = this.#home(parent, byte); ; slot = (slot + 1) & this.#mask) {
      const child = slots[slot] as number;
      if (child === 0) return 0;
      if (this.#parent[child] !== parent) continue;
      if (this.#bytes[this.#start[child] as number] === byte) return child;
    }
  }

  #homeOf(node: number): number {
    return this.#home(
      this.#parent[node] as number,
      this.#bytes[this.#start[node] as number] as number,
    );
  }

  #slotOf(node: number): number {
    let slot = this.#homeOf(node);
    while (this.#slots[slot] !== node) slot = (slot + 1) & this.#mask;
    return slot;
  }

  #put(node: number): void {
    let slot = this.#homeOf(node);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = node;
  }

  /** Empties a slot, and moves up the entries behind it that would not be found any more. */
  #takeOut(slot: number): void {
    const slots = this.#slots;
    let hole = slot;
    for (let n = (slot + 1) & this.#mask; slots[n] !== 0; n = (n + 1) & this.#mask) {
      const node = slots[n] as number;
      const far = (n - this.#homeOf(node)) & this.#mask;
      if (far < ((n - hole) & this.#mask)) continue;
      slots[hole] = node;
      hole = n;
    }
    slots[hole] = 0;
  }

  #growSlots(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    this.#mask = this.#slots.length - 1;
    for (const node of old) if (node !== 0) this.#put(node);
  }
}
