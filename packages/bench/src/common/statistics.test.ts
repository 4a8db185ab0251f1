import assert from "node:assert/strict";
import { test } from "node:test";
import { growth, verdict } from "./growth.ts";
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

test("growth is that after the warm-up", () => {
  const points = [0, 500, 1000, 1010, 1020, 1030].map((bytes, i) => [i * 10, bytes] as const);
  assert.deepEqual(growth(points, 2), { each: 1, total: 30, span: 30 });
  assert.match(verdict("rss", { each: 1, total: 30, span: 30 }, 30), /: ok$/);
  assert.match(verdict("rss", { each: 1, total: 31, span: 31 }, 30), /: TOO MUCH$/);
});
