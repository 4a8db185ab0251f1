import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { pipeline } from "node:stream/promises";
import {
  duplex,
  type Message,
  proxy,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqXREPConnection,
  ZmqXREQConnection,
} from "../index.js";
import { at, failure, next, place, prove, TRANSPORTS, text } from "../testing/stage.js";

/** A factory of its own for the connections that are shut down. */
function servers(stage: { t: { after(run: () => unknown): void } }, lingerPeriod = 60_000) {
  const factory = new ZmqFactory({ lingerPeriod });
  stage.t.after(() => factory.shutdown());
  return factory;
}

/** A promise, and what resolves it. */
function gate(): { promise: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

prove("the body of a for await finishes its message and replies", async (stage) => {
  const factory = servers(stage);
  const rep = new ZmqRepConnection(factory, { bind: place() });
  const req = stage.connect(ZmqReqConnection, rep);
  const work = gate();
  const served: string[] = [];
  const serving = (async () => {
    for await (const [request] of rep) {
      served.push(String(request));
      await work.promise;
      await rep.send("done");
    }
  })();
  await req.send("work");
  while (served.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const down = factory.shutdown();
  await assert.rejects(rep.receive(), failure(ZmqClosedError));
  work.open();
  await Promise.all([down, serving]);
  assert.deepEqual(await next(req), ["done"]);
});

prove("what one connection has received, another may send on", async (stage) => {
  const factory = servers(stage);
  const tasks = new ZmqPullConnection(factory, { bind: place() });
  const results = new ZmqPushConnection(factory, { bind: place() });
  const source = stage.connect(ZmqPushConnection, tasks);
  const sink = stage.connect(ZmqPullConnection, results);
  const work = gate();
  const begun = gate();
  const working = (async () => {
    for await (const [task] of tasks) {
      begun.open();
      await work.promise;
      await results.send(`result of ${task}`);
    }
  })();
  await source.send("task");
  await begun.promise;
  const down = factory.shutdown();
  work.open();
  await Promise.all([down, working]);
  assert.deepEqual(await next(sink), ["result of task"]);
});

for (const transport of TRANSPORTS) {
  prove(`a proxy passes on what a worker at work replies, ${transport}`, async (stage) => {
    const factory = servers(stage);
    const frontend = new ZmqRouterConnection(factory, { bind: place() });
    const backend = new ZmqDealerConnection(factory, { bind: place(transport) });
    const running = proxy(frontend, backend);
    const worker = new ZmqRepConnection(factory, { connect: at(backend) });
    const [begun, work] = [gate(), gate()];
    const reply = Buffer.alloc(1_000_000, "x");
    void worker.serve(async () => {
      begun.open();
      await work.promise;
      return reply;
    });
    const client = stage.connect(ZmqReqConnection, frontend);
    await client.send("work");
    await begun.promise;
    const down = factory.shutdown();
    assert(frontend.closed, "no new request is taken");
    work.open();
    await Promise.all([down, running.ended]);
    assert(backend.closed);
    assert.deepEqual(await client.receive({ timeout: 60_000 }), [reply]);
  });
}

prove("and what a worker replies that is a stream", async (stage) => {
  const factory = servers(stage);
  const frontend = new ZmqRouterConnection(factory, { bind: place() });
  const backend = new ZmqDealerConnection(factory, { bind: place() });
  const running = proxy(frontend, backend);
  const worker = duplex(new ZmqRepConnection(factory, { connect: at(backend) }));
  const [begun, work] = [gate(), gate()];
  async function* reply(requests: AsyncIterable<Message>): AsyncGenerator<string> {
    for await (const [request] of requests) {
      begun.open();
      await work.promise;
      yield `reply to ${request}`;
    }
  }
  const serving = pipeline(worker, reply, worker);
  const client = stage.connect(ZmqReqConnection, frontend);
  await client.send("work");
  await begun.promise;
  const down = factory.shutdown();
  work.open();
  await Promise.all([down, running.ended, serving]);
  assert.deepEqual(text(await client.receive({ timeout: 60_000 })), ["reply to work"]);
});

prove("a proxy does not wait longer than the linger period for those at work", async (stage) => {
  const factory = servers(stage, 10);
  const frontend = new ZmqRouterConnection(factory, { bind: place() });
  const backend = new ZmqDealerConnection(factory, { bind: place() });
  const running = proxy(frontend, backend);
  const worker = new ZmqRepConnection(factory, { connect: at(backend) }, { lingerPeriod: -1 });
  const [begun, work] = [gate(), gate()];
  worker.on("message", () => {
    begun.open();
    return work.promise;
  });
  await stage.connect(ZmqReqConnection, frontend).send("work");
  await begun.promise;
  const down = factory.shutdown();
  await once(frontend, "close");
  await once(backend, "close");
  work.open();
  await Promise.all([down, running.ended]);
});

prove("a proxy ends at once with its factory if no reader is at work", (stage) => {
  const [frontend, backend] = [stage.bind(ZmqPullConnection), stage.bind(ZmqPushConnection)];
  proxy(frontend, backend);
  stage.connect(ZmqPullConnection, backend).on("message", () => undefined);
  void stage.factory.shutdown();
  assert(frontend.closed && backend.closed);
});

prove("async listeners finish and reply, and no new message is taken", async (stage) => {
  const factory = servers(stage);
  const xrep = new ZmqXREPConnection(factory, { bind: place() });
  const xreq = stage.connect(ZmqXREQConnection, xrep);
  const work = gate();
  const begun = gate();
  let calls = 0;
  xrep.on("message", async ([id]) => {
    calls += 1;
    begun.open();
    await work.promise;
    await xrep.reply(id, "done");
  });
  const reply = xreq.sendMsg("one");
  await begun.promise;
  const down = factory.shutdown();
  const late = xreq.sendMsg("two", { timeout: 50 });
  await assert.rejects(late);
  work.open();
  await down;
  assert.deepEqual((await reply).map(String), ["done"]);
  assert.equal(calls, 1);
});

prove("who is at work longer than the linger period is not waited for", async (stage) => {
  const factory = servers(stage, 10);
  const rep = new ZmqRepConnection(factory, { bind: place() });
  const req = stage.connect(ZmqReqConnection, rep);
  const begun = gate();
  const work = gate();
  const serving = (async () => {
    for await (const _ of rep) {
      begun.open();
      await work.promise;
      await assert.rejects(rep.send("late"), failure(ZmqClosedError));
    }
  })();
  await req.send("work");
  await begun.promise;
  await factory.shutdown();
  work.open();
  await serving;
});

prove("a loop that is left does not hold up the end", async (stage) => {
  const factory = servers(stage);
  const pull = new ZmqPullConnection(factory, { bind: place() });
  const push = stage.connect(ZmqPushConnection, pull);
  await push.send("x");
  for await (const _ of pull) break;
  await factory.shutdown();
});

prove(
  "what was sent to a peer that reads is not lost by a shutdown with defaults",
  async (stage) => {
    const pull = stage.bind(ZmqPullConnection);
    const megabyte = Buffer.alloc(1_000_000);
    // A connection has a second from when it was begun: by this clock it is not over before a busy machine has made it.
    const begun = performance.now();
    stage.t.mock.method(performance, "now", () => begun);
    const sender = new ZmqFactory();
    const push = new ZmqPushConnection(sender, { connect: pull.address });
    const sending = (async () => {
      for (let n = 0; n < 300; n += 1) await push.send(megabyte);
      await sender.shutdown();
    })();
    for (let n = 0; n < 300; n += 1)
      assert.equal((await pull.receive())[0].length, megabyte.length);
    await sending;
  },
);

prove("what was sent reaches a peer whose connection takes longer than 100 ms", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
  const { hostname, port } = new URL(pull.address);
  const late = gate();
  const relay = createServer(async (near) => {
    near.on("error", () => undefined);
    await late.promise;
    near.pipe(connect(Number(port), hostname)).pipe(near);
  });
  stage.t.after(() => relay.close());
  await once(relay.listen(0, "127.0.0.1"), "listening");
  const there = { connect: `tcp://127.0.0.1:${(relay.address() as AddressInfo).port}` };
  const [patient, impatient] = [new ZmqFactory(), new ZmqFactory({ lingerPeriod: 150 })];
  // A connection has a second from when it was begun. By a clock that then goes back it has a minute more: else its
  // time would be over before a busy machine has made it.
  const { now } = performance;
  const clock = stage.t.mock.method(performance, "now", () => now.call(performance) + 60_000);
  const sender = new ZmqPushConnection(patient, there);
  clock.mock.restore();
  await sender.send("from afar");
  const given = new ZmqPushConnection(impatient, there);
  await given.send("given up");
  const down = Promise.all([patient.shutdown(), impatient.shutdown()]);
  await once(given, "undelivered"); // so long has the connection taken by now
  late.open();
  await down;
  assert.deepEqual(text(await pull.receive({ timeout: 60_000 })), ["from afar"]);
});

prove("what is given up at the end is told", async () => {
  const factory = new ZmqFactory();
  const push = new ZmqPushConnection(factory, { connect: "tcp://127.0.0.1:1" });
  await push.send("nobody takes it");
  const told = once(push, "undelivered");
  await factory.shutdown();
  const [{ lingerPeriod }] = await told;
  assert(lingerPeriod >= 100);
});

prove("a handler that waits for another connection at the end is no news", async (stage) => {
  const printed = stage.t.mock.method(console, "error", () => undefined);
  const factory = servers(stage);
  const workers = new ZmqPullConnection(factory, { bind: place() });
  const requests = new ZmqPullConnection(factory, { bind: place() });
  const begun = gate();
  workers.on("message", async () => {
    begun.open();
    await requests.receive();
  });
  await stage.connect(ZmqPushConnection, workers).send("READY");
  await begun.promise;
  await factory.shutdown();
  assert.equal(printed.mock.callCount(), 0);
});

prove("a handler whose peer is gone at the end is no news", async (stage) => {
  const printed = stage.t.mock.method(console, "error", () => undefined);
  const factory = servers(stage);
  const router = new ZmqRouterConnection(factory, { bind: place() }, { mandatory: true });
  const dealer = new ZmqDealerConnection(factory, { connect: router.address });
  const [begun, gone] = [gate(), gate()];
  router.on("message", async ([peer]) => {
    begun.open();
    await gone.promise;
    await router.send([peer, "late"]);
  });
  await dealer.send("request");
  await begun.promise;
  const disconnected = once(router, "disconnected");
  await dealer.shutdown();
  await disconnected;
  const ended = router.shutdown();
  gone.open();
  await ended;
  assert.equal(printed.mock.callCount(), 0);
});

prove("a listener that sends when its connection has ended is no news", async (stage) => {
  const printed = stage.t.mock.method(console, "error", () => undefined);
  const push = new ZmqPushConnection(servers(stage), { bind: place() });
  push.on("close", () => push.send("Hello"));
  push.on("close", () => push.addEndpoints({ bind: place() }));
  await push.shutdown();
  await new Promise(setImmediate); // what a listener rejects with is told by then
  assert.equal(printed.mock.callCount(), 0);
});

prove("a handler that ends its own connection is not waited for", async (stage) => {
  const factory = servers(stage, -1);
  const pull = new ZmqPullConnection(factory, { bind: place() });
  const push = stage.connect(ZmqPushConnection, pull);
  const ended = gate();
  pull.on("message", async () => {
    await factory.shutdown();
    ended.open();
  });
  await push.send("KILL");
  await ended.promise;
});
