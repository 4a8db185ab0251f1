import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { cases } from "../testing/fuzz.js";
import { Subscriptions } from "./subscriptions.js";
import { Trie } from "./trie.js";

/** Few different bytes, so that topics have beginnings in common. */
const topic = fc.string({ unit: fc.constantFrom("a", "b", "\0", "\xff"), maxLength: 6 });
const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

describe("Trie", () => {
  it("finds what a naive matcher finds, whatever is added and removed", () => {
    const step = fc.record({
      what: fc.constantFrom("add", "add", "remove", "match"),
      topic,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const trie = new Trie<string>();
        const model = new Map<string, string>();
        const nodes = new Map<string, number>();
        for (const { what, topic } of steps) {
          if (what === "add") {
            const node = trie.insert(bytes(topic));
            assert.equal(trie.valueAt(node), model.get(topic));
            trie.setValue(node, topic);
            model.set(topic, topic);
            nodes.set(topic, node);
          } else if (what === "remove") {
            const node = trie.find(bytes(topic));
            assert.equal(node, nodes.get(topic));
            if (node !== undefined) trie.remove(node);
            model.delete(topic);
            nodes.delete(topic);
          }
          const found: string[] = [];
          trie.match(bytes(topic), (value) => found.push(value));
          const expected = [...model.keys()].filter((key) => topic.startsWith(key));
          assert.deepEqual(
            found,
            expected.sort((a, b) => a.length - b.length),
          );
          assert.equal(trie.matches(bytes(topic)), expected.length > 0);
          const longest = trie.longest(bytes(topic));
          assert.equal(longest === undefined ? undefined : trie.valueAt(longest), expected.at(-1));
          assert.equal(trie.size, model.size);
        }
        for (const [topic, node] of nodes) {
          assert.equal(trie.find(bytes(topic)), node);
          assert.equal(trie.topicOf(node).toString("latin1"), topic);
        }
        const all: string[] = [];
        trie.forEach((topic, value) => {
          assert.equal(topic.toString("latin1"), value);
          all.push(value);
        });
        assert.deepEqual(all.sort(), [...model.keys()].sort());
      }),
      cases(300),
    );
  });

  it("holds a million topics, and takes them all back", () => {
    const trie = new Trie<number>();
    const name = (n: number): Buffer => Buffer.from(`market/${n % 97}/instrument/${n}`);
    const count = 1_000_000;
    const before = process.memoryUsage();
    for (let n = 0; n < count; n += 1) trie.setValue(trie.insert(name(n)), n);
    const after = process.memoryUsage();
    const used = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    assert.equal(trie.size, count);
    assert.ok(used / count < 300, `${used / count} bytes a topic`); // garbage included
    let found: number[] = [];
    for (let n = 0; n < count; n += 999) {
      found = [];
      trie.match(Buffer.concat([name(n), Buffer.from(" is up")]), (value) => found.push(value));
      assert.ok(found.includes(n));
    }
    for (let n = 0; n < count; n += 1) trie.remove(trie.find(name(n)) as number);
    assert.equal(trie.size, 0);
    assert.equal(trie.matches(name(1)), false);
  });
});

describe("Subscriptions", () => {
  it("knows who has asked for what, as a naive one does", () => {
    const who = fc.integer({ min: 0, max: 3 });
    const step = fc.record({
      what: fc.constantFrom("add", "add", "add", "remove", "remove", "match", "removeAll"),
      who,
      topic,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const people = [{ name: 0 }, { name: 1 }, { name: 2 }, { name: 3 }];
        const subscriptions = new Subscriptions<{ name: number }>();
        const model = new Map<string, Set<number>>();
        for (const { what, who, topic } of steps) {
          const person = people[who] as { name: number };
          const set = model.get(topic) ?? new Set<number>();
          if (what === "add") {
            assert.equal(subscriptions.add(bytes(topic), person), set.size === 0);
            model.set(topic, set.add(who));
          } else if (what === "remove") {
            const had = set.delete(who);
            assert.equal(
              subscriptions.remove(bytes(topic), person),
              set.size === 0 && (had || !model.has(topic)),
            );
            if (set.size === 0) model.delete(topic);
          } else if (what === "removeAll") {
            const told: string[] = [];
            subscriptions.removeAll(person, (topic, last) => {
              told.push(`${topic.toString("latin1")} ${last}`);
            });
            const expected: string[] = [];
            for (const [topic, set] of model) {
              if (!set.delete(who)) continue;
              expected.push(`${topic} ${set.size === 0}`);
              if (set.size === 0) model.delete(topic);
            }
            assert.deepEqual(told.sort(), expected.sort());
          }
          const found = subscriptions.match(bytes(topic)).map(({ name }) => name);
          const expected = new Set<number>();
          for (const [key, set] of model) {
            if (topic.startsWith(key)) for (const name of set) expected.add(name);
          }
          assert.deepEqual(found.sort(), [...expected].sort());
          assert.equal(subscriptions.size, model.size);
        }
      }),
      cases(300),
    );
  });

  it("gives the same list for the same people, while nobody asks for anything or cancels it", () => {
    const subscriptions = new Subscriptions<{ name: string }>();
    const [a, b] = [{ name: "a" }, { name: "b" }];
    for (const topic of ["x", "y"]) for (const who of [a, b]) subscriptions.add(bytes(topic), who);
    subscriptions.add(bytes("xx"), a);
    subscriptions.add(bytes("z"), b);
    const both = subscriptions.match(bytes("x"));
    assert.deepEqual(both, [a, b]);
    for (const topic of ["x", "x1", "y", "xx"]) {
      assert.equal(subscriptions.match(bytes(topic)), both);
    }
    assert.deepEqual(subscriptions.match(bytes("z")), [b]);
    assert.deepEqual(subscriptions.match(bytes("")), []);
    for (let n = 0; n < 3000; n += 1) subscriptions.add(bytes(`n${n}.`), a);
    const one = subscriptions.match(bytes("n0."));
    for (let n = 0; n < 3000; n += 1) assert.equal(subscriptions.match(bytes(`n${n}.`)), one);
    assert.deepEqual(one, [a]);
    const again = subscriptions.match(bytes("x"));
    assert.deepEqual(again, [a, b]);
    const changes: [() => void, object[]][] = [
      [() => subscriptions.add(bytes("zz"), b), [a, b]],
      [() => subscriptions.remove(bytes("x"), a), [b]],
      [() => subscriptions.removeAll(b), []],
    ];
    for (const [change, expected] of changes) {
      const before = subscriptions.match(bytes("x"));
      change();
      assert.notEqual(subscriptions.match(bytes("x")), before);
      assert.deepEqual(subscriptions.match(bytes("x")), expected);
    }
  });

  it("remembers no more of somebody who changes topics all the time", () => {
    const subscriptions = new Subscriptions<object>();
    const person = {};
    for (let n = 0; n < 10_000; n += 1) {
      subscriptions.add(bytes(`${n}`), person);
      if (n > 0) assert.equal(subscriptions.remove(bytes(`${n - 1}`), person), true);
    }
    const told: string[] = [];
    subscriptions.removeAll(person, (topic) => told.push(topic.toString()));
    assert.deepEqual(told, ["9999"]);
    assert.equal(subscriptions.size, 0);
  });
});
