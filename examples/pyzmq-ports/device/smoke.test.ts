import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPushConnection } from "tx0mq";

describe("device", { concurrency: true }, () => {
  test("all messages pass the device in its thread, and the program ends", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const device = stage.start("device", [
      ...["--input", await stage.tcp(), "--output", await stage.tcp(), "--period", "10"],
    ]);
    const consumed = await device.count(/^Consumed (\d): \d+$/, 20);
    for (const ident of ["0", "1"]) {
      assert.equal(consumed.filter(([, producer]) => producer === ident).length, 10);
    }
    assert.deepEqual(await device.exit(), { code: 0, signal: null });
    assert.equal(device.lines.at(-1), "Consumer done");
    assert.deepEqual(device.errors, []);
  });

  test("it ends with the consumer, when another producer has brought it enough", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const addresses = ["--input", stage.ipc("input"), "--output", stage.ipc("output")];
    const device = stage.start("device", [...addresses, "--period", "500"]);
    await device.line(/^Consumed \d: /);
    await using factory = new ZmqFactory();
    const push = new ZmqPushConnection(factory, { connect: stage.ipc("input") });
    for (let n = 0; n < 20; n++) await push.send(`2: ${n}`);
    assert.deepEqual(await device.exit(), { code: 0, signal: null });
    assert.equal(device.lines.at(-1), "Consumer done");
    assert.deepEqual(device.errors, []);
  });

  test("the client and server of 2012: each client gets its own replies, many wait side by side", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const clients = [1, 2, 3].map(() => stage.start("client", ["--endpoint", address]));
    const server = stage.start("server", ["--endpoint", address, "--work", "50"]);
    for (const client of clients) {
      const replies = await client.count(/^[\d.]+ (\d+)$/, 5);
      for (const [, pid] of replies) assert.equal(Number(pid), client.pid);
    }
    await endsOn("SIGINT", ...clients, server);
  });
});
