import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import {
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

describe("asynchronous majordomo", { concurrency: true }, () => {
  test("requests do not wait for replies: all are in flight at once, and faster for it", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const endpoint = ["--endpoint", stage.ipc("broker")];
    const broker = stage.start("../majordomo/mdbroker", [...endpoint, ...QUIET]);
    const worker = stage.start("../majordomo/mdworker", [...endpoint, ...QUIET]);
    // So many that the rates are far apart on a busy machine as well.
    const counts = ["--synchronous", "500", "--asynchronous", "10000"];
    const client = stage.start("mdclient2", [...endpoint, ...counts, "--timeout", "60000"]);
    await refuses(
      stage.start("mdclient2", ["--asynchronous", "all"]),
      /^mdclient2: --asynchronous/,
    );
    const [, slow] = await client.line(/^ (\d+) requests\/second$/);
    const [, fast] = await client.line(/^ (\d+) requests\/second$/);
    const [, ratio] = await client.line(/^Asynchronous requests are ([\d.]+) times as fast$/);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.ok(client.lines.includes("10000 replies received"));
    assert.ok(Number(ratio) > 1, `${ratio} times as fast`);
    assert.ok(Math.abs((Number(ratio) * Number(slow)) / Number(fast) - 1) < 0.2, `${ratio} times`);

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
