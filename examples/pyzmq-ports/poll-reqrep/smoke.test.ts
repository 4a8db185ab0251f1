import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";

test("REQ and REP are readable and writable in their turns alone", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("reqrep", ["--endpoint", await stage.tcp()]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.deepEqual(program.lines, [
    "connected: REP neither, REQ writable",
    "the REQ has sent: REP readable, REQ neither",
    "the REP has received: REP writable, REQ neither",
    "the REP has replied: REP neither, REQ readable",
    "the REQ has received: REP neither, REQ writable",
  ]);
  assert.deepEqual(program.errors, []);
});
