import assert from "node:assert/strict";
import { test } from "node:test";
import { slope, summarize } from "./statistics.ts";

test("the median and the middle half's width in relation to it", () => {
  assert.deepEqual(summarize([5, 1, 4, 2, 3]), { median: 3, min: 1, max: 5, spread: 2 / 3 });
});

test("one wild point does not change a slope", () => {
  assert.equal(
    slope([
      [0, 0],
      [1, 2],
      [2, 4],
      [3, 600],
      [4, 8],
    ]),
    2,
  );
});
