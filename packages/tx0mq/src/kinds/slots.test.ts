import assert from "node:assert/strict";
import { test } from "node:test";
import { Slots } from "./slots.js";

test("things are found by their numbers, which are given anew when they have gone", () => {
  const slots = new Slots<string>();
  assert.deepEqual(
    ["a", "b", "c"].map((thing) => slots.add(thing)),
    [0, 1, 2],
  );
  assert.equal(slots.get(1), "b");
  slots.delete(1);
  assert.equal(slots.get(1), undefined);
  assert.equal(slots.size, 2);
  assert.deepEqual(slots.all, ["a", "c"]);
  assert.equal(slots.add("d"), 1);
  assert.equal(slots.add("e"), 3);
  assert.equal(slots.get(1), "d");
  assert.deepEqual(slots.all, ["a", "d", "c", "e"]);
});

test("numbers that nothing has are of no harm", () => {
  const slots = new Slots<string>();
  for (const number of [0, 1, 2 ** 32 - 1, Number.NaN]) assert.equal(slots.get(number), undefined);
  slots.add("a");
  assert.equal(slots.get(2 ** 32 - 1), undefined);
  assert.equal(slots.size, 1);
});
