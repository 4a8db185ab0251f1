import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPushConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

/** A module that tells of each thread that is started. */
const TELL = `data:text/javascript,${encodeURIComponent(`
  import { isMainThread } from "node:worker_threads";
  if (!isMainThread) console.log("a thread");
`)}`;

describe("device", { concurrency: true }, () => {
  test("all messages pass the device in its thread, and the program ends", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const args = ["--input", await stage.tcp(), "--output", await stage.tcp(), "--period", "10"];
    const env = { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${TELL}` };
    const device = stage.start("device", args, { env });
    await device.line(/^a thread$/);
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
    for (let n = 0; n < 20; n++) await push.send(`2: ${n}`, LIMIT);
    assert.deepEqual(await device.exit(), { code: 0, signal: null });
    assert.equal(device.lines.at(-1), "Consumer done");
    assert.deepEqual(device.errors, []);
  });

  test("the client and server of 2012: each client gets its own replies, many wait side by side", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const clients = [1, 2, 3].map(() => stage.start("client", ["--endpoint", address]));
    const server = stage.start("server", ["--endpoint", address]);
    const seconds: number[] = [];
    for (const client of clients) {
      const replies = await client.count(/^([\d.]+) (\d+)$/, 3);
      for (const [, , pid] of replies) assert.equal(Number(pid), client.pid);
      seconds.push(...replies.slice(1).map(([, waited]) => Number(waited)));
    }
    assert.ok(Math.min(...seconds) < 2.5, "three seconds, if one waited for the other");
    await endsOn("SIGINT", ...clients, server);
  });
});
