import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import {
  type Message,
  ZmqAbortError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqProtocolError,
  ZmqRouterConnection,
  ZmqTimeoutError,
} from "tx0mq";
import { AsyncMajordomoClient } from "./mdcliapi2.ts";

const QUIET = ["--heartbeat", "600000"];
const LIMIT = { timeout: 60_000 }; // for what never comes
const WAY = 20; // ms to a worker that is far away, and back

describe("asynchronous majordomo", { concurrency: true }, () => {
  test("requests do not wait for replies: all are in flight at once", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const endpoint = ["--endpoint", stage.ipc("broker")];
    const broker = stage.start("../majordomo/mdbroker", [...endpoint, ...QUIET]);
    const worker = stage.start("../majordomo/mdworker", [...endpoint, ...QUIET]);
    const counts = ["--synchronous", "200", "--asynchronous", "3000"];
    const client = stage.start("mdclient2", [...endpoint, ...counts, "--timeout", "60000"]);
    await refuses(
      stage.start("mdclient2", ["--asynchronous", "all"]),
      /^mdclient2: --asynchronous/,
    );
    const [, slow] = await client.line(/^ (\d+) requests\/second$/);
    const [, fast] = await client.line(/^ (\d+) requests\/second$/);
    const [, ratio] = await client.line(/^Asynchronous requests are ([\d.]+) times as fast$/);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.ok(client.lines.includes("3000 replies received"));
    const exact = Number(fast) / Number(slow);
    assert.ok(Math.abs(Number(ratio) - exact) < 0.1 + exact / 10, `${ratio} times as fast`);

    // A worker that keeps the first of them in hand.
    const held = stage.start("mdclient2", [
      ...[...endpoint, "--service", "held", "--timeout", "60000"],
      ...["--synchronous", "1", "--asynchronous", "2000"],
    ]);
    await using factory = new ZmqFactory();
    const holder = new ZmqDealerConnection(factory, { connect: stage.ipc("broker") });
    await holder.send(["", "MDPW01", "\x01", "held"]);
    const [, , command, ...body] = await holder.receive(LIMIT);
    assert.deepEqual([command, ...body.slice(1)].map(String), ["\x02", "", "Hello world"]);
    await holder.send(["", "MDPW01", "\x03", ...body]);
    await held.line(/^All are sent, 2000 of them in flight$/);
    await endsOn("SIGINT", held, worker, broker);
    assert.deepEqual([...client.errors, ...held.errors, ...broker.errors, ...worker.errors], []);
  });

  test("where replies take a while, requests that do not wait for them are faster", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const broker = new ZmqRouterConnection(
      factory,
      { bind: stage.ipc("broker") },
      { mandatory: true }, // drops no reply
    );
    const client = stage.start("mdclient2", [
      ...["--endpoint", stage.ipc("broker"), "--timeout", "60000"],
      ...["--synchronous", "20", "--asynchronous", "1000"],
    ]);
    for (let n = 0; n < 20; n++) {
      const request = await broker.receive(LIMIT);
      await sleep(WAY); // 20 requests take 0.4 s so, and 1,000 would take 20 s
      await broker.send(request);
    }
    const requests: Message[] = [];
    while (requests.length < 1000) requests.push(await broker.receive(LIMIT));
    await sleep(WAY);
    for (const request of requests) await broker.send(request);
    const [, slow] = await client.line(/^ (\d+) requests\/second$/);
    const [, fast] = await client.line(/^ (\d+) requests\/second$/);
    assert.ok(Number(fast) > Number(slow), `${slow} and then ${fast} requests per second`);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
  });

  test("the API speaks MDP/0.1, takes replies in any order, and says what went wrong", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const broker = new ZmqRouterConnection(factory, { bind: stage.ipc("broker") });
    const client = new AsyncMajordomoClient(factory, stage.ipc("broker"), LIMIT);
    await client.send("echo", ["one", "two"]);
    await client.send("time", "now");
    const [id, ...request] = await broker.receive(LIMIT);
    assert.deepEqual(request.map(String), ["", "MDPC01", "echo", "one", "two"]);
    const [, ...other] = await broker.receive(LIMIT);
    assert.deepEqual(other.map(String), ["", "MDPC01", "time", "now"]);
    await broker.send([id, ...other]);
    await broker.send([id, ...request]);
    const replies = [await client.receive(), await client.receive()];
    assert.deepEqual(
      replies.map(({ service, body }) => [service, ...body.map(String)]),
      [
        ["time", "now"],
        ["echo", "one", "two"],
      ],
    );

    for (const wrong of [["x"], ["", "MDPC02", "echo", "x"], ["", "MDPC01", "echo"]]) {
      await broker.send([id, ...wrong]);
      await assert.rejects(client.receive(), ZmqProtocolError);
    }
    await assert.rejects(client.receive({ signal: AbortSignal.abort() }), ZmqAbortError);
    const ended = assert.rejects(client.receive(), ZmqClosedError);
    await client.shutdown();
    await ended;

    await using impatient = new AsyncMajordomoClient(factory, stage.ipc("broker"), { timeout: 1 });
    await assert.rejects(impatient.receive(), ZmqTimeoutError);
  });
});
