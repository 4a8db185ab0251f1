import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { endsOn, type Program, Stage } from "@tx0mq/smoke";
import {
  ZmqAbortError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqRouterConnection,
  ZmqTimeoutError,
} from "tx0mq";
import { FreelanceClient } from "./flcliapi.ts";

const PERIODS = { pingInterval: 100, ttl: 1000, timeout: 60_000 };
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("freelance, model three", { concurrency: true, timeout: 120_000 }, () => {
  test("servers die, hang and come back under load: no request is lost while one lives", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const addresses = [await stage.tcp(), await stage.tcp(), await stage.tcp()];
    const start = (n: number): Program => {
      const address = addresses[n] ?? "";
      return stage.start("flserver3", ["--bind", address, "--identity", address]);
    };
    const servers = [0, 1, 2].map(start);
    await using factory = new ZmqFactory();
    await using client = new FreelanceClient(factory, PERIODS);
    for (const address of addresses) client.connect(address);

    let made = 0;
    let replied = 0;
    const ask = async (): Promise<void> => {
      made += 1;
      const reply = await client.request(["random name"]);
      assert.deepEqual(reply.map(String), ["OK"]);
      replied += 1;
    };
    const more = async (): Promise<void> => {
      for (let n = 0; n < 20; n++) await ask();
    };
    let loaded = true;
    const load = Promise.all(
      [1, 2, 3].map(async () => {
        while (loaded) await ask();
      }),
    );
    load.catch(() => {}); // awaited below
    await more();
    for (const [dies, freezes] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const) {
      servers[dies]?.kill("SIGKILL");
      servers[freezes]?.kill("SIGSTOP");
      await more(); // by the third one
      servers[freezes]?.kill("SIGCONT");
      servers[dies] = start(dies);
      await servers[dies]?.line(/^Service is ready/);
      await more();
    }
    // Those that have come back are used: the only one that is left here has died before.
    for (const n of [0, 1]) servers[n]?.kill("SIGKILL");
    await more();
    loaded = false;
    await load;
    assert.equal(replied, made);

    // A client that does not read for a while gets all of its replies.
    const options = { receiveHighWaterMark: 1 };
    const late = new ZmqDealerConnection(factory, { connect: addresses[2] ?? "" }, options);
    for (let n = 0; n < 3000; n++) await late.send([Buffer.alloc(10_000), "a request"]);
    for (let n = 0; n < 3000; n++) {
      const [, reply] = await late.receive(LIMIT);
      assert.equal(String(reply), "OK");
    }
  });

  test("the client asks, and tells what it cost", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const client = stage.start("flclient3", ["--requests", "1000", address, await stage.tcp()]);
    await client.line(/^connecting to/);
    const server = stage.start("flserver3", ["--bind", address, "--identity", address, "-v"]);
    await client.line(/^Average round trip cost: \d{2,} usec$/);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    await server.line(/^to \w+: 1000 OK$/);

    await using factory = new ZmqFactory();
    const stranger = new ZmqDealerConnection(factory, { connect: address });
    await stranger.send(["PING"]);
    assert.deepEqual((await stranger.receive(LIMIT)).map(String), ["PONG"]);
    await stranger.send(["7", "a", "request"]);
    assert.deepEqual((await stranger.receive(LIMIT)).map(String), ["7", "OK"]);
    await endsOn("SIGINT", server);
    const lonely = stage.start("flclient3", ["--timeout", "100", address]);
    assert.deepEqual(await lonely.exit(), { code: 1, signal: null });
    assert.deepEqual(lonely.errors, ["Name service not available, aborting"]);
  });

  test("one that is not needed is asked too, so that it is known when the first one dies", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const [first, second] = ["first", "second"].map((name) => {
      const routingId = stage.ipc(name);
      return new ZmqRouterConnection(factory, { bind: routingId }, { routingId });
    });
    assert.ok(first && second);
    let told = () => {};
    const alive = new Promise<void>((resolve) => {
      told = resolve;
    });
    await using client = new FreelanceClient(factory, { ...PERIODS, log: () => told() });
    client.connect(stage.ipc("first"));
    const [from] = await first.receive(LIMIT);
    await first.send([from, "PONG"]);
    await alive;
    client.connect(stage.ipc("second"));
    const [, ping] = await second.receive(LIMIT);
    assert.equal(String(ping), "PING");
  });

  test("a request goes to the next server when one is silent, and counts once", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const [first, second] = ["first", "second"].map((name) => {
      const routingId = stage.ipc(name);
      return new ZmqRouterConnection(factory, { bind: routingId }, { routingId });
    });
    assert.ok(first && second);
    await using client = new FreelanceClient(factory, PERIODS);
    client.connect(stage.ipc("first"));
    const [id] = await first.receive(LIMIT);
    for (let n = 0; n < 15; n++) {
      await first.send([id, "PONG"]);
      assert.equal(String((await first.receive(LIMIT))[1]), "PING"); // for longer than its TTL
    }
    const reply = client.request(["a", "b"]);
    let request = await first.receive(LIMIT);
    while (request.length < 3) {
      await first.send([id, "PONG"]);
      request = await first.receive(LIMIT);
    }
    assert.deepEqual(request.slice(1).map(String), ["1", "a", "b"]);

    client.connect(stage.ipc("second"));
    const serve = (server: ZmqRouterConnection, name: string) =>
      server.on("message", ([from, control, ...rest]) =>
        server.send(rest.length === 0 ? [from, "PONG"] : [from, control ?? "", name]),
      );
    serve(second, "by the second");
    assert.equal(String(await reply), "by the second"); // the first has been silent for its TTL
    await first.send([id, "1", "late"]);
    assert.equal(String(await client.request(["c"])), "by the second");

    serve(first, "by the first"); // it is back
    await second.shutdown();
    assert.equal(String(await client.request(["d"])), "by the first");
  });

  test("a server that ends each connection at once does not disturb the others", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const closed = createServer((socket) => socket.destroy());
    t.after(() => closed.close());
    const address = await stage.tcp();
    const { hostname, port } = new URL(address);
    closed.listen(Number(port), hostname);
    const routingId = stage.ipc("server");
    const server = new ZmqRouterConnection(factory, { bind: routingId }, { routingId });
    server.on("message", ([from]) => server.send([from, "PONG"]));
    const told: string[] = [];
    const log = (what: string) => told.push(what);
    await using client = new FreelanceClient(factory, { ...PERIODS, ttl: 600_000, log });
    client.connect(routingId);
    client.connect(address);
    const signal = { signal: AbortSignal.timeout(60_000) };
    for (let n = 0; n < 4; n++) await once(closed, "connection", signal);
    assert.deepEqual(told, [`${routingId} is alive`]);
  });

  test("what goes wrong is told", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const impatient = new FreelanceClient(factory, { timeout: 50 });
    impatient.connect(stage.ipc("nobody"));
    await assert.rejects(impatient.request(["x"]), ZmqTimeoutError);
    const patient = new FreelanceClient(factory);
    patient.connect(stage.ipc("nobody"));
    await assert.rejects(patient.request(["x"], { signal: AbortSignal.abort() }), ZmqAbortError);
    const controller = new AbortController();
    const aborted = assert.rejects(patient.request(["x"], controller), ZmqAbortError);
    controller.abort();
    await aborted;
    const ended = assert.rejects(patient.request(["x"]), ZmqClosedError);
    await patient.shutdown();
    await ended;
    await assert.rejects(patient.request(["x"]), ZmqClosedError);
    await impatient.shutdown();
  });
});

// By itself: a child of another test that is just being started would hold the address of the first server.
test("a server that is back within its TTL is asked again", { timeout: 120_000 }, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const routingId = stage.ipc("server");
  const start = (): ZmqRouterConnection =>
    new ZmqRouterConnection(factory, { bind: routingId }, { routingId });
  const first = start();
  await using client = new FreelanceClient(factory, { ...PERIODS, ttl: 600_000 });
  client.connect(routingId);
  const [id] = await first.receive(LIMIT);
  await first.send([id, "PONG"]);
  const reply = client.request(["a request"]);
  while ((await first.receive(LIMIT)).length < 3);
  await first.shutdown(); // with the request
  const second = start();
  second.on("message", ([from, control, ...rest]) =>
    second.send(rest.length === 0 ? [from, "PONG"] : [from, control ?? "", "OK"]),
  );
  assert.equal(String(await reply), "OK");

  // More than ZeroMQ takes at once.
  const many = Array.from({ length: 3000 }, () => client.request([Buffer.alloc(10_000)]));
  assert.equal((await Promise.all(many)).length, 3000);
});
