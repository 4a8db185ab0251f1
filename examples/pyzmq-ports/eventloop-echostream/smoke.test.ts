import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqReqConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

describe("echostream", { concurrency: true, timeout: 120_000 }, () => {
  test("echoes messages of any number of frames, each to whom it came from", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const server = stage.start("echostream", ["--endpoint", "tcp://127.0.0.1:*"]);
    const [, address] = await server.line(/^echostream listening on (\S+)$/);
    await using factory = new ZmqFactory();
    const clients = [1, 2, 3].map(() => new ZmqDealerConnection(factory, { connect: address }));
    for (let n = 0; n < 50; n += 1) {
      const frames = Array.from({ length: 1 + (n % 4) }, () => String(n));
      for (const [client, dealer] of clients.entries()) await dealer.send([`${client}`, ...frames]);
    }
    for (let n = 0; n < 50; n += 1) {
      const frames = Array.from({ length: 1 + (n % 4) }, () => String(n));
      for (const [client, dealer] of clients.entries()) {
        assert.deepEqual((await dealer.receive(LIMIT)).map(String), [`${client}`, ...frames]);
      }
    }
    const req = new ZmqReqConnection(factory, { connect: address });
    await req.send("of a REQ");
    assert.equal(String(await req.receive(LIMIT)), "of a REQ");
    await server.line(/^5 frames: 1 \| 3 \| 3 \| 3 \| 3$/);
    await endsOn("SIGINT", server);
  });

  test("takes no more out of ZeroMQ than it can echo: a client that sends too much waits", async (t) => {
    const MESSAGES = 4000;
    const HELD = 2000; // in ZeroMQ, here and there, and in the socket file between: about 1,300
    const stage = new Stage(t, import.meta.url);
    const server = stage.start("echostream", [...["--endpoint", stage.ipc("echo"), "--work", "1"]]);
    await using factory = new ZmqFactory({ lingerPeriod: 0 });
    const tight = { sendHighWaterMark: 1, receiveHighWaterMark: 1 };
    const client = new ZmqDealerConnection(factory, { connect: stage.ipc("echo") }, tight);
    let sent = 0;
    const sending = Promise.allSettled(
      Array.from({ length: MESSAGES }, async (_, n) => {
        await client.send([`${n}`, "x".repeat(1000)]);
        sent += 1;
      }),
    );
    for (let n = 0; n < 400; n += 1) {
      assert.equal(String((await client.receive(LIMIT))[0]), `${n}`);
      assert.ok(sent - n < HELD, `the server has let ${sent} come and has echoed ${n}`);
    }
    // Echoes on their way to a slow client are in ZeroMQ too.
    assert.ok(server.lines.length < 400 + HELD, "it reads little more than it echoes");
    await endsOn("SIGTERM", server);
    await client.shutdown();
    await sending;
  });

  test("goes on when a client leaves before it has its replies", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const server = stage.start("echostream", ["--endpoint", stage.ipc("echo")]);
    await using factory = new ZmqFactory({ lingerPeriod: 0 });
    const client = { connect: stage.ipc("echo") };
    const leaving = new ZmqDealerConnection(factory, client);
    for (let n = 0; n < 500; n += 1) await leaving.send(`${n}`);
    await server.line(/^1 frames/);
    await leaving.shutdown();
    const staying = new ZmqDealerConnection(factory, client);
    await staying.send("still there");
    assert.equal(String(await staying.receive(LIMIT)), "still there");
    await endsOn("SIGINT", server);
  });

  test("still echoes the message in hand when it is told to end", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const server = stage.start("echostream", ["--endpoint", stage.ipc("echo"), "--work", "500"]);
    await using factory = new ZmqFactory();
    const dealer = new ZmqDealerConnection(factory, { connect: stage.ipc("echo") });
    await dealer.send("hello");
    await server.line(/^1 frames: hello$/); // its echo follows half a second later
    const [echo] = await Promise.all([
      dealer.receive({ timeout: 60_000 }),
      endsOn("SIGINT", server),
    ]);
    assert.equal(String(echo), "hello");
  });
});
