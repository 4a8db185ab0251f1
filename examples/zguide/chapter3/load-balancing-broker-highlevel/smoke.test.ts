import assert from "node:assert/strict";
import { test } from "node:test";
import { addresses, testBroker } from "@tx0mq/example-load-balancing-broker/checks.test.ts";
import { Stage } from "@tx0mq/smoke";

test("every client gets its reply, and the broker goes on", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const all = stage.start("lbbroker2", [...addresses(stage), "--clients", "4", "--workers", "2"]);
  await all.count(/^Client-\d: OK$/, 4);
  const late = stage.start("lbbroker2", ["--role", "client", ...addresses(stage)]);
  assert.deepEqual(await late.exit(), { code: 0, signal: null });

  all.kill("SIGINT", { group: true });
  assert.deepEqual(await all.exit(), { code: null, signal: "SIGINT" });
  assert.deepEqual(
    all.lines.filter((line) => line.startsWith("Client")).sort(),
    Array.from({ length: 4 }, (_, n) => `Client-${n}: OK`),
  );
  assert.equal(all.lines.filter((line) => /^Worker-[01]: HELLO$/.test(line)).length, 5);
  assert.deepEqual(all.errors, []);
});

testBroker({
  testFile: import.meta.url,
  program: "lbbroker2",
  refusals: {
    client: /refused: .* frames from/,
    worker: /refused: .* frames from/,
    probe: /refused: .*\(2 frames from/,
    notDue: /refused: .*reply that is due/,
    notReady: /refused: neither READY/,
  },
  async served(start) {
    const client = start();
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.match(client.lines.join(), /^Client-\d+: OK$/);
  },
});
