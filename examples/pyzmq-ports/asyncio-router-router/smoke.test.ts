import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";

test("both sides address each other by identity, and the program ends by itself", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("router-router", ["--period", "20", "--duration", "3000"]);
  await program.count(/^romeo received whatup from server$/, 3);
  await program.count(/^sierra received whatup from server$/, 3);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  for (const name of ["romeo", "sierra"]) {
    const asked = program.lines.filter((line) => line === `server received cheers from ${name}`);
    const told = program.lines.filter((line) => line === `${name} received whatup from server`);
    assert.ok(told.length <= asked.length, name);
  }
  assert.deepEqual(program.errors, []);
});
