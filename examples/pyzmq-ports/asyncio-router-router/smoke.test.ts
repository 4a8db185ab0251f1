import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";

test("both sides address each other by identity, and the program ends by itself", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("router-router", ["--period", "20", "--duration", "3000"]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  for (const name of ["romeo", "sierra"]) {
    const open: number[] = []; // after each reply, how many requests had none yet
    let asked = 0;
    for (const line of program.lines) {
      if (line === `server received cheers from ${name}`) asked += 1;
      if (line === `${name} received whatup from server`) open.push(asked - open.length - 1);
    }
    assert.ok(open.length >= 3, name);
    assert.ok(Math.min(...open) >= 0, "nobody is told what it has not asked");
    assert.equal(Math.min(...open.slice(open.length / 2)), 0, "no reply is left out for good");
  }
  assert.deepEqual(program.errors, []);
});
