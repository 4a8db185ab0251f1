import assert from "node:assert/strict";
import { connect as connectTcp, type Socket } from "node:net";
import {
  type RoutingId,
  ZmqAbortError,
  ZmqClientConnection,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqServerConnection,
  ZmqStreamConnection,
  ZmqTimeoutError,
  ZmqUnroutableError,
} from "../index.js";
import { Child } from "../testing/child.js";
import { SMALL_RECEIVE_BUFFER } from "../testing/engine.js";
import { failure, next, prove, settled, text, until } from "../testing/stage.js";

prove("a send that was given up is not sent when a peer comes", async (stage) => {
  const push = stage.bind(ZmqPushConnection);
  const controller = new AbortController();
  const late = push.send("too late", { timeout: 5 });
  const aborted = push.send("aborted", { signal: controller.signal });
  const none = push.send("no time", { timeout: 0 });
  const kept = push.send("kept", { timeout: 60_000 });
  controller.abort("changed my mind");
  await Promise.all([
    assert.rejects(late, failure(ZmqTimeoutError, /no room for the message within 5 ms/)),
    assert.rejects(none, failure(ZmqTimeoutError)),
    assert.rejects(aborted, (error: ZmqAbortError) => error.cause === "changed my mind"),
  ]);

  const pull = stage.connect(ZmqPullConnection, push);
  await kept;
  await push.send("last");
  assert.deepEqual(await next(pull), ["kept"]);
  assert.deepEqual(await next(pull), ["last"]);
});

prove("the first one that waits can be given up, and those behind it go on", async (stage) => {
  const push = stage.bind(ZmqPushConnection);
  const first = push.send("first", { timeout: 1 });
  const second = push.send("second");
  await assert.rejects(first, failure(ZmqTimeoutError));
  const pull = stage.connect(ZmqPullConnection, push);
  await second;
  assert.deepEqual(await next(pull), ["second"]);
});

prove("a send that is in time is none the worse for its limits", async (stage) => {
  const pull = stage.bind(ZmqPullConnection);
  const push = stage.connect(ZmqPushConnection, pull);
  const { signal } = new AbortController();
  for (let n = 0; n < 100; n += 1) await push.send(String(n), { timeout: 60_000, signal });
  for (let n = 0; n < 100; n += 1) assert.deepEqual(await next(pull), [String(n)]);
});

prove("limits that make no sense are refused at once", async (stage) => {
  const push = stage.bind(ZmqPushConnection);
  await assert.rejects(push.send("x", { timeout: Number.NaN }), /timeout/);
  await assert.rejects(push.send("x", { signal: AbortSignal.abort() }), failure(ZmqAbortError));
});

prove("a REQ whose request was given up may ask anew, a REP reply again", async (stage) => {
  const req = stage.make(ZmqReqConnection);
  await assert.rejects(req.send("lost", { timeout: 1 }), failure(ZmqTimeoutError));
  const rep = stage.bind(ZmqRepConnection);
  req.addEndpoints({ connect: rep.address });
  await req.send("kept");
  assert.deepEqual(await next(rep), ["kept"]);
  await rep.send("reply");
  assert.deepEqual(await next(req), ["reply"]);
});

prove("one signal for a hundred operations brings no warning", async (stage) => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  stage.t.after(() => process.removeListener("warning", note));
  const controller = new AbortController();
  const { signal } = controller;
  const pull = stage.bind(ZmqPullConnection);
  const push = stage.bind(ZmqPushConnection);
  const waits = Array.from({ length: 100 }, () => [
    pull.receive({ signal }),
    push.send("x", { signal }),
  ]).flat();
  controller.abort();
  for (const wait of await Promise.allSettled(waits)) {
    assert.equal(wait.status, "rejected");
    assert(wait.reason instanceof ZmqAbortError);
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(warnings, []);
});

/** A mandatory ROUTER with a peer that reads nothing, filled up, and one that reads. */
async function full(stage: Parameters<Parameters<typeof prove>[1]>[0]) {
  const router = stage.make(ZmqRouterConnection, { mandatory: true, sendHighWaterMark: 1 });
  const ready = router.peers(2);
  router.addEndpoints(ZmqEndpoint.bind("tcp://127.0.0.1:*"));
  const deaf = stage.connect(ZmqDealerConnection, router, {
    routingId: "deaf",
    receiveHighWaterMark: 1,
    ...SMALL_RECEIVE_BUFFER,
  });
  const good = stage.connect(ZmqDealerConnection, router, { routingId: "good" });
  await ready;
  const waiting: Promise<void>[] = [];
  const large = Buffer.alloc(1_000_000);
  for (let n = 0; n < 20; n += 1) waiting.push(router.send(["deaf", String(n), large]));
  return { router, deaf, good, waiting };
}

prove("one full peer of a mandatory ROUTER holds up nobody else", async (stage) => {
  const { router, deaf, good, waiting } = await full(stage);
  for (let n = 0; n < 1000; n += 1) {
    await router.send(["good", String(n)]);
    assert.deepEqual(await next(good), [String(n)]);
  }
  const order: string[] = [];
  for (const _ of waiting) order.push(text(await deaf.receive())[0] as string);
  assert.deepEqual(
    order,
    waiting.map((_, n) => String(n)),
    "order is kept for each peer",
  );
  await Promise.all(waiting);
});

prove("what waits for a full peer that goes is refused, though nobody reads", async (stage) => {
  const { router, deaf, waiting } = await full(stage);
  const last = waiting.at(-1) as Promise<void>;
  assert.equal(await settled(last), false);
  const ends = Promise.allSettled(waiting);
  await deaf.shutdown();
  await assert.rejects(last, failure(ZmqUnroutableError));
  await ends;
  await assert.rejects(router.send(["deaf", "more"]), failure(ZmqUnroutableError));
});

prove("one full client of a SERVER holds up nobody else", async (stage) => {
  const server = stage.bind(ZmqServerConnection, { sendHighWaterMark: 1 });
  const [deaf, good] = [
    stage.connect(ZmqClientConnection, server, {
      receiveHighWaterMark: 1,
      ...SMALL_RECEIVE_BUFFER,
    }),
    stage.connect(ZmqClientConnection, server),
  ];
  const ids: RoutingId[] = [];
  for (const client of [deaf, good]) {
    await client.send("hello");
    ids.push((await server.receive())[1]);
  }
  const [deafId, goodId] = ids as [RoutingId, RoutingId];
  const waiting: Promise<void>[] = [];
  for (let n = 0; n < 20; n += 1) {
    waiting.push(server.send([Buffer.alloc(1_000_000, n), deafId]));
  }
  const late = server.send(["late", deafId], { timeout: 1 });
  await assert.rejects(late, failure(ZmqTimeoutError));
  for (let n = 0; n < 100; n += 1) {
    await server.send([String(n), goodId]);
    assert.equal(String((await good.receive())[0]), String(n));
  }
  for (let n = 0; n < 20; n += 1) assert.equal((await deaf.receive())[0][0], n);
  await Promise.all(waiting);
});

prove("one peer of a STREAM that does not read holds up nobody else", async (stage) => {
  const stream = stage.bind(ZmqStreamConnection, { sendHighWaterMark: 1 });
  const { hostname, port } = new URL(stream.address);
  const peers = [1, 2].map(() => connectTcp(Number(port), hostname));
  const [deaf, good] = peers as [Socket, Socket];
  const ids = new Map<number, Buffer>(); // by the byte that the peer says
  stage.t.after(() => peers.forEach((peer) => void peer.destroy()));
  peers.forEach((peer, n) => void peer.pause().write(Buffer.of(n)));
  while (ids.size < 2) {
    const [id, bytes] = await stream.receive();
    if (bytes?.length === 1) ids.set(bytes[0] as number, id);
  }
  let heard = "";
  good.resume().on("data", (bytes) => {
    heard += String(bytes);
  });
  const waiting: Promise<void>[] = [];
  for (let n = 0; n < 20; n += 1) {
    waiting.push(stream.send([ids.get(0) as Buffer, Buffer.alloc(1_000_000, n)]));
  }
  for (let n = 0; n < 100; n += 1) {
    await stream.send([ids.get(1) as Buffer, String(n % 10)]);
    await until(() => heard.length > n);
    assert.equal(heard.at(-1), String(n % 10));
  }
  let read = 0;
  deaf.resume().on("data", (bytes: Buffer) => {
    assert(bytes.every((byte, n) => byte === Math.floor((read + n) / 1_000_000)));
    read += bytes.length;
  });
  await Promise.all(waiting);
  await until(() => read === 20_000_000);
});

prove("what waits for a full peer can be given up", async (stage) => {
  const { router, deaf, waiting } = await full(stage);
  await assert.rejects(
    router.send(["deaf", "given up"], { timeout: 10 }),
    failure(ZmqTimeoutError),
  );
  const last = router.send(["deaf", "last"]);
  for (const _ of waiting) await deaf.receive();
  assert.deepEqual(await next(deaf), ["last"]);
  await last;
});

prove("a process in which all who waited have given up ends by itself", async ({ t }) => {
  const child = new Child(
    t,
    `const factory = new zmq.ZmqFactory();
     const pull = new zmq.ZmqPullConnection(factory, { bind: "tcp://127.0.0.1:*" });
     const controller = new AbortController();
     setImmediate(() => controller.abort());
     await pull.receive({ signal: controller.signal }).catch((error) => console.log(error.name));
     const other = new zmq.ZmqPullConnection(factory, { bind: "tcp://127.0.0.1:*" });
     await zmq.poll({ readable: [pull, other] }, { signal: AbortSignal.timeout(1) }).catch(() => {});
     const iterator = other[Symbol.asyncIterator]();
     const message = iterator.next();
     await iterator.return();
     await message;
     const [paused, forgotten] = [1, 2].map(() => {
       const handled = new zmq.ZmqPullConnection(factory, { bind: "tcp://127.0.0.1:*" });
       return handled.on("message", () => undefined);
     });
     const push = new zmq.ZmqPushConnection(factory, { bind: "tcp://127.0.0.1:*" });
     await push.send("to nobody", { timeout: 1 }).catch((error) => console.log(error.name));
     await zmq.poll({ writable: [push] }, { timeout: 1 });
     paused.pause();
     forgotten.removeAllListeners("message");
     console.log("nothing left to do");`,
  );
  assert.deepEqual(await child.end, { code: 0, signal: null });
  assert.deepEqual(child.lines, ["AbortError", "ZmqTimeoutError", "nothing left to do"]);
});
