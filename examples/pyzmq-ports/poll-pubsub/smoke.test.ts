import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";

test("a PUB is always writable, a SUB is readable while there is a message", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("pubsub", ["--endpoint", await stage.tcp()]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.deepEqual(program.lines, [
    "connected: PUB writable, SUB neither",
    "the PUB has sent: PUB writable, SUB readable",
    "the SUB has received: PUB writable, SUB neither",
  ]);
  assert.deepEqual(program.errors, []);
});
