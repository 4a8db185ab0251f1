import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { type Message, ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("round trips", { concurrency: true }, () => {
  test("asynchronous calls are faster than synchronous ones of the same run", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const started = performance.now();
    const tripping = stage.start("tripping", [
      ...["--frontend", ANYWHERE, "--backend", ANYWHERE],
      ...["--synchronous", "2000", "--asynchronous", "20000"],
    ]);
    await refuses(stage.start("tripping", ["--asynchronous", "all"]), /^tripping: --asynchronous/);
    await tripping.line(/^Synchronous round-trip test/);
    const [, slow] = await tripping.line(/^ (\d+) calls\/second$/);
    await tripping.line(/^Asynchronous round-trip test/);
    const [, fast] = await tripping.line(/^ (\d+) calls\/second$/);
    const [, ratio] = await tripping.line(/^Asynchronous calls are ([\d.]+) times as fast$/);
    assert.deepEqual(await tripping.exit(), { code: 0, signal: null });
    assert.deepEqual(tripping.errors, []);
    assert.ok(Number(fast) > Number(slow), `${fast} and ${slow} calls per second`);
    const took = 2000 / Number(slow) + 20_000 / Number(fast);
    assert.ok(1000 * took < performance.now() - started, `${fast} and ${slow} calls per second`);
    assert.ok(Math.abs((Number(ratio) * Number(slow)) / Number(fast) - 1) < 0.2, `${ratio} times`);
  });

  test("the client waits for each reply at first, and later for none of them", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const broker = new ZmqRouterConnection(
      factory,
      { bind: stage.ipc("broker") },
      { mandatory: true }, // drops no reply
    );
    const client = stage.start("tripping", [
      ...["--role", "client", "--client", stage.ipc("broker")],
      ...["--synchronous", "20", "--asynchronous", "3000"],
    ]);
    for (let call = 0; call < 1 + 20; call++) {
      const message = await broker.receive(LIMIT);
      assert.deepEqual(message.map(String), ["C", "hello"]);
      assert.equal(broker.readable, false, "one call at a time");
      await broker.send(message);
    }
    const calls: Message[] = [];
    while (calls.length < 3000) calls.push(await broker.receive(LIMIT));
    for (const message of calls) await broker.send(message);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.equal(client.lines.filter((line) => / calls\/second$/.test(line)).length, 2);
  });

  test("replies find their clients through the broker, and calls wait for a worker", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const broker = stage.start("tripping", [
      ...["--role", "broker", "--frontend", ANYWHERE, "--backend", ANYWHERE],
    ]);
    const [, frontend, backend] = await broker.line(/listening on (\S+), workers on (\S+)/);
    await using factory = new ZmqFactory();
    const clients = ["A", "B"].map((name) => {
      return { name, socket: new ZmqDealerConnection(factory, { connect: frontend }) };
    });
    for (const { name, socket } of clients) await socket.send([name, "hello"]);
    const worker = stage.start("tripping", ["--role", "worker", "--worker", backend]);
    for (const { name, socket } of clients) {
      assert.deepEqual((await socket.receive(LIMIT)).map(String), [name, "hello"]);
    }
    await endsOn("SIGINT", worker, broker);
  });
});
