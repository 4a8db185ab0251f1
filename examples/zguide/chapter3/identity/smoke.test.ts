import assert from "node:assert/strict";
import { test } from "node:test";
import { refuses, Stage } from "@tx0mq/smoke";

const RULE = "-".repeat(40);

test("the ROUTER makes up an identity of five bytes, or takes the one that was set", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("identity");
  await refuses(stage.start("identity", ["--colour", "red"]), /^identity: .*--colour/);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  const [rule, generated = "", ...rest] = program.lines;
  assert.equal(rule, RULE);
  assert.match(generated, /^\[005\] 00[0-9A-F]{8}$/);
  assert.deepEqual(rest, [
    "[000] ",
    "[039] ROUTER uses a generated 5 byte identity",
    RULE,
    "[005] PEER2",
    "[000] ",
    "[040] ROUTER socket uses REQ's socket identity",
  ]);
  assert.deepEqual(program.errors, []);
});
