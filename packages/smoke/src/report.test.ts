import assert from "node:assert/strict";
import { test } from "node:test";
import { report } from "./report.ts";

test("a report is in the order of time and shows where each line came from", () => {
  const lines = report(
    [
      { at: 0, name: "hwserver", text: "started" },
      { at: 12_345.6, name: "hwserver", text: "was ended by SIGKILL" },
    ],
    [
      { name: "hwserver", output: [{ at: 300, from: "stdout", text: "listening" }] },
      { name: "sink", output: [{ at: 299.9, from: "stderr", text: "oops" }] },
    ],
  );
  assert.deepEqual(lines, [
    "   0.000 s  hwserver * started",
    "   0.300 s  sink     ! oops",
    "   0.300 s  hwserver | listening",
    "  12.346 s  hwserver * was ended by SIGKILL",
  ]);
});

test("a report shows the last lines of a program that says too much", () => {
  const output = Array.from({ length: 1000 }, (_, i) => ({
    at: i,
    from: "stdout" as const,
    text: `line ${i}`,
  }));
  const lines = report([], [{ name: "chatter", output }]);
  assert.equal(lines.length, 201);
  assert.equal(lines[0], "   0.800 s  chatter * (800 earlier lines)");
  assert.equal(lines[1], "   0.800 s  chatter | line 800");
});
