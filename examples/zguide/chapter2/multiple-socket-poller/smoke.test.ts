import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPushConnection, ZmqXPubConnection } from "tx0mq";

test("tasks and updates both arrive, however many of the others there are", {
  timeout: 120_000,
}, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const ventilator = new ZmqPushConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const server = new ZmqXPubConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const addresses = ["--tasks", ventilator.address, "--updates", server.address];
  const poller = stage.start("mspoller", addresses);
  const wrong = stage.start("mspoller", ["--colour", "red"]);
  assert.equal(String(await server.receive()), "\x0110001 ");

  // One kind alone, then the other.
  await server.send("10002 99 99"); // of another place: nobody asked
  await server.send("10001 -7 50");
  await poller.line(/^Update: 10001 -7 50$/);
  await ventilator.send("7");
  await poller.line(/^Task: 7 ms$/);

  // Both for ever, faster than it can take them.
  const enough = new AbortController();
  const flood = async (): Promise<void> => {
    for (;;) {
      await ventilator.send("1", { signal: enough.signal });
      await server.send("10001 0 0");
    }
  };
  const flooded = assert.rejects(flood(), { name: "AbortError" });
  await poller.count(/^Task: 1 ms$/, 100);
  await poller.count(/^Update: 10001 0 0$/, 100);
  await endsOn("SIGINT", poller);
  enough.abort();
  await flooded;
  assert.deepEqual(poller.errors, []);
  await refuses(wrong, /^mspoller: .*--colour/);
});
