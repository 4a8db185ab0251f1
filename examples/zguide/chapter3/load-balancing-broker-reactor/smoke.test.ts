import assert from "node:assert/strict";
import { test } from "node:test";
import { addresses, testBroker } from "@tx0mq/example-load-balancing-broker/checks.test.ts";
import { endsOn, Stage } from "@tx0mq/smoke";

test("every client gets its replies, again and again", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const all = stage.start("lbbroker3", [
    ...addresses(stage),
    "--clients",
    "4",
    "--workers",
    "2",
    "--pause",
    "0",
  ]);
  for (let n = 0; n < 4; n++) await all.count(new RegExp(`^Client-${n}: OK$`), 3);
  for (let n = 0; n < 2; n++) await all.line(new RegExp(`^Worker-${n}: HELLO$`));

  all.kill("SIGINT", { group: true });
  assert.deepEqual(await all.exit(), { code: null, signal: "SIGINT" });
  assert.deepEqual(all.errors, []);
});

testBroker({
  testFile: import.meta.url,
  program: "lbbroker3",
  async served(start) {
    const client = start("--pause", "600000"); // asks once
    await client.line(/^Client-\d+: OK$/);
    await endsOn("SIGINT", client);
  },
});
