import assert from "node:assert/strict";
import { createHook } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import {
  EMPTY,
  type Message,
  proxy,
  type RequestId,
  ZmqAddressInUseError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqFactory,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqQueueFullError,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqTimeoutError,
  ZmqXREPConnection,
  ZmqXREQConnection,
} from "../index.js";
import { FakeEngine } from "../testing/fake-engine.js";
import { failure, settled } from "../testing/stage.js";

/* What the connection itself does, on an engine that is as fast as can be. */

function stage(): { engine: FakeEngine; factory: ZmqFactory } {
  const engine = new FakeEngine();
  return { engine, factory: new ZmqFactory({ engine, lingerPeriod: 20 }) };
}

/** How many promises are made meanwhile. */
function promisesMade(run: () => void): number {
  let made = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === "PROMISE") made += 1;
    },
  }).enable();
  run();
  hook.disable();
  return made;
}

function batch(count: number): Buffer[][] {
  return Array.from({ length: count }, (_, n) => [Buffer.from(String(n))]);
}

void test("10,000 messages in one batch reach the handler at once, as they are, without a promise", async () => {
  const { engine, factory } = stage();
  const pull = new ZmqPullConnection(factory, ZmqEndpoint.bind("inproc://a"));
  const handled: Message[] = [];
  pull.on("message", (message) => handled.push(message));
  await Promise.resolve();
  const messages = batch(10_000);
  const made = promisesMade(() => engine.socket.arrive(messages));
  assert.equal(made, 0);
  assert.equal(handled.length, 10_000);
  assert(handled.every((message, n) => message === messages[n]));
});

void test("a send that is taken at once makes no promise and hands on what it was given", async () => {
  const { engine, factory } = stage();
  const push = new ZmqPushConnection(factory, ZmqEndpoint.bind("inproc://a"));
  const shared = push.send("first");
  const sent = new Set<Promise<void>>();
  const frame = Buffer.from("frame");
  const made = promisesMade(() => {
    for (let n = 0; n < 500; n += 1) sent.add(push.send(frame));
  });
  assert.equal(made, 0);
  assert.deepEqual([...sent], [shared]);
  assert.equal(engine.socket.sent.length, 501);
  assert(engine.socket.sent.slice(1).every((message) => message === frame));
  await shared;
});

void test("every 512th send gives the event loop a turn, and no other", () => {
  const { factory } = stage();
  const push = new ZmqPushConnection(factory, ZmqEndpoint.bind("inproc://a"));
  const shared = push.send("first");
  const others = Array.from({ length: 1_535 }, () => push.send("next")).filter((s) => s !== shared);
  assert.equal(others.length, 3);
});

void test("receives take one message each, an iteration one at a time", async () => {
  const { engine, factory } = stage();
  const pull = new ZmqPullConnection(factory, ZmqEndpoint.bind("inproc://a"));
  const received = pull.receive();
  engine.socket.arrive(batch(5));
  assert.equal(engine.socket.unread, 4);
  assert.equal(String(await received), "0");
  for await (const message of pull) {
    if (String(message) === "2") break;
  }
  assert.equal(engine.socket.unread, 2);
  const handled: string[] = [];
  pull.on("message", (message) => {
    handled.push(String(message));
    pull.pause();
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(handled, ["3"]);
  assert.equal(engine.socket.unread, 1);
  pull.resume();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(handled, ["3", "4"]);
});

void test("an engine that is full is written to in order when it has room, up to the limit", async () => {
  const { engine, factory } = stage();
  const options = { sendQueueLimit: 2 };
  const push = new ZmqPushConnection(factory, ZmqEndpoint.bind("inproc://a"), options);
  const { socket } = engine;
  socket.full = true;
  const sends = ["0", "1", "2"].map((frame) => push.send(frame));
  await assert.rejects(push.send("3"), failure(ZmqQueueFullError));
  assert.deepEqual(socket.sent, []);
  socket.empty();
  await Promise.all(sends);
  assert.deepEqual(socket.sent, ["0", "1", "2"]);
});

void test("a shutdown passes what is left of the linger period on, and none where nothing was sent", async () => {
  const { engine, factory } = stage();
  const idle = new ZmqPushConnection(factory, ZmqEndpoint.bind("inproc://a"));
  await idle.shutdown();
  assert.equal(engine.socket.linger, 0);
  const busy = new ZmqPushConnection(factory, ZmqEndpoint.bind("inproc://a"), {
    lingerPeriod: 60_000,
  });
  await busy.send("message");
  await busy.shutdown();
  const { linger = 0 } = engine.socket;
  assert(linger > 0 && linger <= 60_000);
  const patient = new ZmqPushConnection(factory, [], { lingerPeriod: -1 });
  await patient.send("message");
  await patient.shutdown();
  assert.equal(engine.socket.linger, -1);
  const full = new ZmqPushConnection(factory, []);
  engine.socket.full = true;
  const sends = [full.send("0"), full.send("1")];
  await full.shutdown();
  assert.equal(engine.socket.linger, 0);
  await assert.rejects(sends[1] as Promise<void>, failure(ZmqClosedError));
});

void test("by default, a shutdown gives messages as long as a peer that reads needs for them, and no longer", async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const engine = new FakeEngine();
  const factory = new ZmqFactory({ engine });
  /** @returns the linger period, some ms after the last of so many messages; then one more had to wait, perhaps */
  const linger = async (count: number, later: number, full = false): Promise<number> => {
    const push = new ZmqPushConnection(factory, []);
    for (let n = 0; n < count; n += 1) void push.send(EMPTY);
    now += later;
    if (full) {
      engine.socket.full = true;
      const last = push.send(EMPTY);
      engine.socket.empty();
      await last;
    }
    await push.shutdown();
    return engine.socket.linger ?? 0;
  };
  assert.equal(await linger(50, 0), 600); // 10 ms for each, and 100 ms
  assert.equal(await linger(5_000, 0), 10_100); // ZeroMQ holds 1,000
  assert.equal(await linger(5_000, 4_000), 6_100); // such a peer has read some of them meanwhile
  assert.equal(await linger(5_000, 60_000), 100); // or all of them: if it has not, it reads nothing
  assert.equal(await linger(5_000, 60_000, true), 10_100); // but now ZeroMQ does hold 1,000

  const alone = new ZmqPushConnection(factory, ZmqEndpoint.connect("tcp://127.0.0.1:1"));
  engine.socket.setPeers(0);
  for (let n = 0; n < 5_000; n += 1) void alone.send(EMPTY);
  now += 1_000;
  await alone.shutdown();
  assert.equal(engine.socket.linger, 1_000); // for a peer that may come back

  const early = new ZmqPushConnection(factory, ZmqEndpoint.connect("tcp://127.0.0.1:1"));
  engine.socket.setPeers(0);
  for (let n = 0; n < 50; n += 1) void early.send(EMPTY);
  await early.shutdown();
  assert.equal(engine.socket.linger, 1_500); // a peer that has just been called comes, and then reads

  const req = new ZmqReqConnection(factory, []);
  for (let n = 0; n < 5_000; n += 1) {
    await req.send(EMPTY);
    const received = req.receive();
    engine.socket.arrive([[EMPTY]]);
    await received; // so the peer has the request
  }
  await req.send(EMPTY);
  await req.shutdown();
  assert.equal(engine.socket.linger, 110);
});

void test("options and endpoints reach the engine in this order, and the context comes back", async () => {
  const engine = new FakeEngine();
  const factory = new ZmqFactory({ engine, ioThreads: 2, maxSockets: 9 });
  assert.deepEqual(engine.contexts, [{ ioThreads: 2, maxSockets: 9, shared: false }]);
  const dealer = new ZmqDealerConnection(
    factory,
    [ZmqEndpoint.bind("inproc://a"), ZmqEndpoint.connect("inproc://b")],
    { routingId: "me", lingerPeriod: 5, sendQueueLimit: 7 },
  );
  assert.equal(engine.socket.type, "DEALER");
  assert.deepEqual(engine.socket.options, { routingId: "me", lingerPeriod: 5 });
  dealer.on("connected", () => undefined);
  dealer.removeEndpoints(ZmqEndpoint.connect("inproc://b"));
  await factory.shutdown();
  assert.deepEqual(engine.socket.calls, [
    "bind inproc://a",
    "connect inproc://b",
    "monitor",
    "remove inproc://b",
    "close",
  ]);
  assert.equal(engine.released, 1);
});

void test("a socket whose constructor fails is closed before the factory's shutdown is over", async () => {
  const { engine, factory } = stage();
  assert.throws(
    () =>
      new (class extends ZmqPullConnection {
        override addEndpoints(): void {
          throw new ZmqAddressInUseError("inproc://a");
        }
      })(factory, ZmqEndpoint.bind("inproc://a")),
    failure(ZmqAddressInUseError),
  );
  assert.deepEqual(engine.socket.calls, ["close"]);
  assert.equal(engine.socket.linger, 0);
  await factory.shutdown();
  assert.equal(engine.released, 1);
});

void test("a reply that nobody awaits may fail at the end", async () => {
  const { engine, factory } = stage();
  const server = new ZmqXREPConnection(factory, ZmqEndpoint.bind("inproc://a"));
  const ids: RequestId[] = [];
  server.on("message", ([id]) => ids.push(id));
  await Promise.resolve();
  engine.socket.full = true;
  engine.socket.arrive(batch(3).map((body) => [Buffer.from("peer"), EMPTY, ...body]));
  const replies = ids.map((id) => server.reply(id, "reply"));
  assert.equal(replies.length, 3);
  await factory.shutdown();
  await turn(); // a rejection that nobody handles would end the test
  await assert.rejects(replies[1] as Promise<void>, failure(ZmqClosedError));
});

void test("an engine that says how many peers there are is believed, whenever they came", async () => {
  const { engine, factory } = stage();
  const push = new ZmqPushConnection(factory, ZmqEndpoint.bind("inproc://a"));
  engine.socket.setPeers(2);
  await push.peers(2, { timeout: 0 });
  const three = push.peers(3);
  engine.socket.setPeers(1);
  // What its monitor tells besides counts for nothing.
  for (let n = 0; n < 3; n += 1) engine.socket.sink.event({ type: "handshake" });
  assert.equal(await settled(three), false);
  engine.socket.setPeers(3);
  await three;
  await factory.shutdown();
});

void test("an XREQ holds its requests back while the engine says that nobody is there", async () => {
  const { engine, factory } = stage();
  const xreq = new ZmqXREQConnection(factory, ZmqEndpoint.connect("tcp://127.0.0.1:1"));
  const { socket } = engine;
  socket.setPeers(0);
  const given = xreq.sendMsg("given up", { timeout: 1 });
  await assert.rejects(given, failure(ZmqTimeoutError));
  void xreq.sendMsg("asked").catch(() => undefined);
  assert.equal(socket.sent.length, 0);
  socket.setPeers(1);
  await turn();
  assert.deepEqual(
    socket.sent.map((frames) => (frames as unknown[]).at(-1)),
    ["asked"],
  );
  await factory.shutdown();
});

void test("where one listener fails, the end still waits for the others", async () => {
  const { engine, factory } = stage();
  const pull = new ZmqPullConnection(factory, ZmqEndpoint.bind("inproc://a"), { lingerPeriod: -1 });
  let finish = (): void => undefined;
  const work = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const failed = once(pull, "error");
  pull.on("message", async () => {
    throw new Error("failed");
  });
  pull.on("message", () => work);
  await Promise.resolve();
  engine.socket.arrive(batch(1));
  await failed;
  const down = factory.shutdown();
  await turn();
  assert.equal(engine.socket.linger, undefined, "it is closed");
  finish();
  await down;
});

void test("an engine is told which frames nobody else has: what a proxy passes, and a reply's envelope", async () => {
  const { engine, factory } = stage();
  const open = <C>(Kind: new (factory: ZmqFactory, endpoint: ZmqEndpoint) => C) => {
    const connection = new Kind(factory, ZmqEndpoint.bind(`inproc://${engine.sockets.length}`));
    return { connection, socket: engine.socket };
  };
  const request = [Buffer.from("client"), EMPTY, Buffer.from("request")];
  const [frontend, backend] = [open(ZmqRouterConnection), open(ZmqDealerConnection)];
  proxy(frontend.connection, backend.connection);
  await Promise.resolve();
  frontend.socket.arrive([request]);
  assert.deepEqual(backend.socket.owned, [3]);

  const [pull, push, capture] = [
    open(ZmqPullConnection),
    open(ZmqPushConnection),
    open(ZmqPushConnection),
  ];
  proxy(pull.connection, push.connection, { capture: capture.connection });
  await Promise.resolve();
  pull.socket.arrive([[Buffer.from("both have it")]]);
  assert.deepEqual([...push.socket.owned, ...capture.socket.owned], [0, 0]);

  const rep = open(ZmqRepConnection);
  rep.connection.on("message", ([body]) => void rep.connection.send(body));
  await Promise.resolve();
  rep.socket.arrive([request]);
  assert.deepEqual(rep.socket.owned, [2]);

  // Who traces may keep what they are given.
  const keep = (): void => undefined;
  for (const channel of ["tx0mq:send", "tx0mq:receive"]) {
    subscribe(channel, keep);
    frontend.socket.arrive([request]);
    rep.socket.arrive([request]);
    unsubscribe(channel, keep);
  }
  assert.deepEqual(backend.socket.owned, [3, 0, 0]);
  assert.deepEqual(rep.socket.owned, [2, 0, 0]);
  await factory.shutdown();
});
