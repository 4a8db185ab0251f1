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
  assert.equal(String(await server.receive({ timeout: 60_000 })), "\x0110001 ");

  // One kind alone, then the other.
  for (const n of [7, 8]) {
    await server.send("10002 99 99"); // of another place: nobody asked
    await server.send(`10001 -${n} 50`);
    await poller.line(new RegExp(`^Update: 10001 -${n} 50$`));
    await ventilator.send(`${n}`);
    await poller.line(new RegExp(`^Task: ${n} ms$`));
  }

  // Tasks for ever, faster than it can do them, and a hundred updates at once.
  const enough = new AbortController();
  const flood = async (): Promise<void> => {
    for (;;) await ventilator.send("1", { signal: enough.signal });
  };
  const flooded = assert.rejects(flood(), { name: "AbortError" });
  await poller.count(/^Task: 1 ms$/, 100);
  for (let n = 1; n <= 100; n++) await server.send(`10001 ${n} 50`);
  await poller.line(/^Update: 10001 100 50$/);
  const turns = poller.lines.slice(5).map(([kind]) => kind);
  assert.doesNotMatch(turns.join(""), /UU/, "between two updates there is a task");
  await endsOn("SIGINT", poller);
  enough.abort();
  await flooded;
  assert.deepEqual(poller.errors, []);
  await refuses(wrong, /^mspoller: .*--colour/);
});
