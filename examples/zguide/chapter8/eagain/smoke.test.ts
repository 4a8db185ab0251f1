import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";

test("with no peer and a mark of four the fifth send says EAGAIN, and the program ends", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const eagain = stage.start("eagain", ["--endpoint", await stage.tcp()]);
  assert.deepEqual(await eagain.exit(), { code: 0, signal: null });
  assert.deepEqual(eagain.lines, [
    ...[0, 1, 2, 3, 4].map((count) => `Sending message ${count}`),
    "EAGAIN: no room for the message within 0 ms",
  ]);
  assert.deepEqual(eagain.errors, []);
});
