import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";
import { addresses, testBroker } from "./checks.test.ts";

test("ten clients and three workers: every client gets its reply, and all of it ends", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const all = stage.start("lbbroker", addresses(stage));

  assert.deepEqual(await all.exit(), { code: 0, signal: null });
  assert.deepEqual(
    all.lines.filter((line) => line.startsWith("Client")).sort(),
    Array.from({ length: 10 }, (_, n) => `Client-${n}: OK`),
  );
  assert.equal(all.lines.filter((line) => /^Worker-[012]: HELLO$/.test(line)).length, 10);
  assert.deepEqual(all.errors, []);
});

testBroker({
  testFile: import.meta.url,
  program: "lbbroker",
  async served(start) {
    const client = start();
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.match(client.lines.join(), /^Client-\d+: OK$/);
  },
});
