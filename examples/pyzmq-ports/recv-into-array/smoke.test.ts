import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";

test("data lands in the caller's own typed array", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("recv-into-array");
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  const [sending, sent, received, into] = program.lines;
  assert.deepEqual([sending, received], ["sending:", "received 50 bytes:"]);
  assert.equal(sent?.split(",").length, 25);
  assert.equal(into, sent);
  assert.ok(new Set(sent.split(",")).size > 1);
});
