import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPushConnection, ZmqXPubConnection } from "tx0mq";

test("tasks and updates both arrive, and tasks go first", { timeout: 120_000 }, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const ventilator = new ZmqPushConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const server = new ZmqXPubConnection(factory, { bind: "tcp://127.0.0.1:*" });
  const addresses = ["--tasks", ventilator.address, "--updates", server.address];
  const reader = stage.start("msreader", addresses);
  const wrong = stage.start("msreader", ["--colour", "red"]);
  assert.equal(String(await server.receive({ timeout: 60_000 })), "\x0110001 ");
  for (const update of ["10001 0 0", "10001 1 1"]) {
    await server.send(update);
    await reader.line(new RegExp(`^Update: ${update}$`));
  }

  // It has hundreds of tasks when the updates come, and does them all before it looks at these.
  for (let n = 1; n <= 300; n++) await ventilator.send("1");
  await reader.count(/^Task: 1 ms$/, 50);
  const updates = [];
  for (let n = 1; n <= 20; n++) {
    await server.send("10002 99 99"); // of another place: nobody asked
    await server.send(`10001 ${n} 50`);
    updates.push(`Update: 10001 ${n} 50`);
  }
  await reader.line(/^Update: 10001 20 50$/);
  assert.deepEqual(reader.lines.slice(3), [...Array(300).fill("Task: 1 ms"), ...updates]);

  await endsOn("SIGINT", reader);
  assert.deepEqual(reader.errors, []);
  await refuses(wrong, /^msreader: .*--colour/);
});
