import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { type Message, ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const LIMIT = { timeout: 60_000 }; // for what never comes
const WAY = 20; // ms to a worker that is far away, and back

describe("round trips", { concurrency: true }, () => {
  test("both kinds of calls are made, and how fast they are is what the time says", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const started = performance.now();
    const tripping = stage.start("tripping", [
      ...["--frontend", ANYWHERE, "--backend", ANYWHERE],
      ...["--synchronous", "500", "--asynchronous", "5000"],
    ]);
    await refuses(stage.start("tripping", ["--asynchronous", "all"]), /^tripping: --asynchronous/);
    await tripping.line(/^Synchronous round-trip test/);
    const [, slow] = await tripping.line(/^ (\d+) calls\/second$/);
    await tripping.line(/^Asynchronous round-trip test/);
    const [, fast] = await tripping.line(/^ (\d+) calls\/second$/);
    const [, ratio] = await tripping.line(/^Asynchronous calls are ([\d.]+) times as fast$/);
    assert.deepEqual(await tripping.exit(), { code: 0, signal: null });
    assert.deepEqual(tripping.errors, []);
    const took = 500 / Number(slow) + 5000 / Number(fast);
    assert.ok(1000 * took < performance.now() - started, `${fast} and ${slow} calls per second`);
    const exact = Number(fast) / Number(slow);
    assert.ok(Math.abs(Number(ratio) - exact) < 0.1 + exact / 10, `${ratio} times`);
  });

  test("the client waits for each reply at first, and later for none of them, which is faster", async (t) => {
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
      await sleep(WAY); // 20 calls take 0.4 s so, and 3,000 would take a minute
      assert.equal(broker.readable, false, "one call at a time");
      await broker.send(message);
    }
    const calls: Message[] = [];
    while (calls.length < 3000) calls.push(await broker.receive(LIMIT));
    await sleep(WAY);
    for (const message of calls) await broker.send(message);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    const rates = client.lines.flatMap((line) => /^ (\d+) calls\/second$/.exec(line)?.[1] ?? []);
    assert.equal(rates.length, 2);
    assert.ok(Number(rates[1]) > Number(rates[0]), `${rates.join(" and then ")} calls per second`);
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
