import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";

test("two sockets are polled by one task while the other sends to both in turn", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("poll", ["--period", "10"]);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  const expected = Array.from(
    { length: 10 },
    (_, n) => `Message from receiver${(n % 2) + 1}: test ${n}`,
  );
  assert.deepEqual(program.lines.toSorted(), [...expected, "10 messages received"].toSorted());
  assert.equal(program.lines.at(-1), "10 messages received");
  assert.deepEqual(program.errors, []);

  const slow = stage.start("poll", ["--period", "60000"]);
  await slow.line(/^Message from receiver1: test 0$/); // the sender has nine more to send
  await endsOn("SIGINT", slow);
});
