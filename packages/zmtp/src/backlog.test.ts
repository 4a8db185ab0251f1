import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { Backlog } from "./backlog.js";
import { cases } from "./testing/fuzz.js";

it("a backlog gives what it was given, in that order", () => {
  const step = fc.record({ push: fc.nat(2000), shift: fc.nat(2500), clear: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const backlog = new Backlog<number>();
      let model: number[] = [];
      let n = 0;
      for (const { push, shift, clear } of steps) {
        for (let i = 0; i < push; i += 1, n += 1) {
          backlog.push(n);
          model.push(n);
        }
        const out: (number | undefined)[] = [];
        for (let i = 0; i < shift; i += 1) out.push(backlog.shift());
        const expected: (number | undefined)[] = model.slice(0, shift);
        while (expected.length < shift) expected.push(undefined);
        assert.deepEqual(out, expected);
        model = model.slice(shift);
        if (clear && n % 2 === 0) {
          backlog.clear();
          model = [];
        }
        assert.equal(backlog.size, model.length);
      }
    }),
    cases(50),
  );
});
