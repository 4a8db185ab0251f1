import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";

test("server and client take turns, in one process or two, while a third task prints", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const endpoint = ["--endpoint", stage.ipc("objects"), "--period", "100"];
  const expected = [
    "received: [ 'this', 'is', 'a', 'list' ]",
    "received: { hi: 1234 }",
    "received: [ { this: [ 'is a more complicated object', ':)' ] }, 42, 42, 42 ]",
    "received: foobar",
    "received: quit",
  ];
  const one = stage.start("simple", endpoint);
  assert.deepEqual(await one.exit(), { code: 0, signal: null });
  assert.deepEqual(
    one.lines.filter((line) => line.startsWith("received")),
    expected,
  );
  const [first, last] = [0, 4].map((n) => one.lines.indexOf(expected[n] ?? ""));
  assert.ok(one.lines.slice(first, last).includes("printing every half second"), "in between");

  const receiver = stage.start("simple", ["--role", "receiver", ...endpoint]);
  await receiver.line(/^printing/);
  const sender = stage.start("simple", ["--role", "sender", ...endpoint]);
  for (const program of [receiver, sender]) {
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.errors, []);
  }
  assert.deepEqual(
    receiver.lines.filter((line) => line.startsWith("received")),
    expected,
  );
});
