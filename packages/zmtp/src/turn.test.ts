import assert from "node:assert/strict";
import { test } from "node:test";
import { Stretch } from "./turn.js";

/** How many messages of so many ms each are handled before what was sent has waited long enough, again and again. */
function stretches(stretch: Stretch, pass: () => void, messages: number): number[] {
  const lengths: number[] = [];
  stretch.begin();
  for (let n = 0, since = 0; n < messages; n += 1) {
    pass();
    if (!stretch.isLong) continue;
    lengths.push(n + 1 - since);
    since = n + 1;
  }
  return lengths;
}

test("what is sent meanwhile leaves after a message that takes long, or after many that do not", (t) => {
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  const pass = (ms: number) => () => {
    now += ms;
  };
  const stretch = new Stretch();
  assert.deepEqual(stretches(stretch, pass(0.001), 100), []);
  now += 1000; // a pause is no stretch
  assert.deepEqual(stretches(stretch, pass(0.001), 100), []);
  const quick = stretches(stretch, pass(0.01), 200);
  assert.ok(quick.length >= 3 && Math.min(...quick) > 16, String(quick));
  // It finds out that they are slow now, and then it is each.
  assert.deepEqual(stretches(stretch, pass(1), 100).slice(-50), new Array(50).fill(1));
  assert.ok((stretches(stretch, pass(1), 3)[0] ?? 9) <= 2, "and from the beginning, after a pause");
});
