import assert from "node:assert/strict";
import { test } from "node:test";
import { completed, ONE_IS_SLOW, testBoss } from "@tx0mq/example-router-to-req/checks.test.ts";
import { Stage } from "@tx0mq/smoke";

test("ten workers are all told to stop, and a slow one has done less", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("rtdealer", ONE_IS_SLOW);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.deepEqual(program.errors, []);

  const { slow, others } = completed(program);
  const mean = others.reduce((sum, total) => sum + total, 0) / others.length;
  assert.ok(slow >= 1 && slow < mean / 2, `${slow} tasks, while the others did ${others}`);
});

testBoss(import.meta.url, "rtdealer");
