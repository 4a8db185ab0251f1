import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";

test("readable and writable are true exactly when they should be", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("pair", ["--endpoint", await stage.tcp()]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.deepEqual(program.lines, [
    "connected: s1 writable, s2 writable",
    "both have sent: s1 readable+writable, s2 readable+writable",
    "both have received: s1 writable, s2 writable",
  ]);
  assert.deepEqual(program.errors, []);
});
