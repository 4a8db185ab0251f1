import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue, type Queued } from "./queue.js";

class Entry implements Queued {
  previous: this | undefined;
  next: this | undefined;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function inOrder(queue: Queue<Entry>): string {
  let names = "";
  for (let entry = queue.first; entry !== undefined; entry = entry.next) names += entry.name;
  let backwards = "";
  for (let entry = queue.last; entry !== undefined; entry = entry.previous) {
    backwards = entry.name + backwards;
  }
  assert.equal(names, backwards);
  assert.equal(names.length, queue.size);
  return names;
}

void test("first in is first out, and entries leave from anywhere", () => {
  const queue = new Queue<Entry>();
  assert.equal(queue.shift(), undefined);
  const [a, b, c, d, e] = [..."abcde"].map((name) => new Entry(name)) as [
    Entry,
    Entry,
    Entry,
    Entry,
    Entry,
  ];
  for (const entry of [a, b, c, d, e]) queue.push(entry);
  assert.equal(inOrder(queue), "abcde");
  queue.remove(c);
  assert.equal(inOrder(queue), "abde");
  queue.remove(a);
  queue.remove(e);
  assert.equal(inOrder(queue), "bd");
  assert.equal(queue.shift(), b);
  queue.push(c);
  queue.push(b);
  assert.equal(inOrder(queue), "dcb");
  for (const entry of [d, c, b]) assert.equal(queue.shift(), entry);
  assert.equal(queue.shift(), undefined);
  assert.equal(inOrder(queue), "");
  queue.push(a);
  queue.remove(a);
  assert.equal(inOrder(queue), "");
});
