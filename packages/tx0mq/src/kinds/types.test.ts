import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import {
  type Frames,
  type WaitOptions,
  ZmqAbortError,
  ZmqArgumentError,
  ZmqClientConnection,
  ZmqClosedError,
  type ZmqConnection,
  ZmqDealerConnection,
  ZmqDgramConnection,
  ZmqDishConnection,
  ZmqEndpointError,
  ZmqGatherConnection,
  ZmqPairConnection,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRadioConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqScatterConnection,
  ZmqServerConnection,
  ZmqStateError,
  ZmqStreamConnection,
  ZmqSubConnection,
  ZmqTimeoutError,
  ZmqUnroutableError,
  ZmqXPubConnection,
  ZmqXSubConnection,
} from "../index.js";
import {
  at,
  failure,
  HOST,
  next,
  place,
  prove,
  type Stage,
  TRANSPORTS,
  text,
  told,
} from "../testing/stage.js";

/** What two sockets of a kind do with each other, whatever the transport. */
const conversations: Record<string, (stage: Stage, address: string) => Promise<void>> = {
  async PAIR(stage, address) {
    const left = stage.bind(ZmqPairConnection, {}, address);
    const right = stage.connect(ZmqPairConnection, left);
    await left.send(["to the", "right"]);
    assert.deepEqual(await next(right), ["to the", "right"]);
    await right.send("to the left");
    assert.deepEqual(await next(left), ["to the left"]);
  },

  async "PUB and SUB"(stage, address) {
    const sub = stage.bind(ZmqSubConnection, {}, address);
    sub.subscribe("a");
    const pub = stage.connect(ZmqPubConnection, sub);
    await firstMessage(sub, () => pub.publish("hello", "a"));
    await pub.publish("not wanted", "b");
    await pub.publish("last", "a.z");
    assert.deepEqual(await after(sub, ["a", "hello"]), ["a.z", "last"]);
  },

  async "XPUB and XSUB"(stage, address) {
    const xpub = stage.bind(ZmqXPubConnection, {}, address);
    const xsub = stage.connect(ZmqXSubConnection, xpub);
    await xsub.subscribe("tag");
    assert.deepEqual(await next(xpub), ["\u0001tag"]);
    await xpub.send(["tag", "message"]);
    assert.deepEqual(await next(xsub), ["tag", "message"]);
    await xsub.unsubscribe("tag");
    assert.deepEqual(await next(xpub), ["\u0000tag"]);
    await xsub.subscribe();
    assert.deepEqual(await next(xpub), ["\u0001"]);
    await xsub.send("up to the publisher");
    assert.deepEqual(await next(xpub), ["up to the publisher"]);
  },

  async "PUSH and PULL"(stage, address) {
    const pull = stage.bind(ZmqPullConnection, {}, address);
    const push = stage.connect(ZmqPushConnection, pull);
    for (let n = 0; n < 3; n += 1) await push.send(["task", String(n)]);
    for (let n = 0; n < 3; n += 1) assert.deepEqual(await next(pull), ["task", String(n)]);
  },

  async "REQ and REP"(stage, address) {
    const rep = stage.bind(ZmqRepConnection, {}, address);
    const req = stage.connect(ZmqReqConnection, rep);
    await req.send(["a", "request"]);
    assert.deepEqual(await next(rep), ["a", "request"]);
    await rep.send(["a", "reply"]);
    assert.deepEqual(await next(req), ["a", "reply"]);
  },

  async "DEALER and ROUTER"(stage, address) {
    const router = stage.bind(ZmqRouterConnection, {}, address);
    const dealers = ["one", "two"].map((routingId) =>
      stage.connect(ZmqDealerConnection, router, { routingId }),
    );
    for (const dealer of dealers) await dealer.send("hello");
    const hellos = [await next(router), await next(router)];
    assert.deepEqual(hellos.sort(), [
      ["one", "hello"],
      ["two", "hello"],
    ]);
    for (const name of ["two", "one"]) await router.send([name, `hello ${name}`]);
    for (const [index, name] of ["one", "two"].entries()) {
      assert.deepEqual(await next(dealers[index] as ZmqDealerConnection), [`hello ${name}`]);
    }
  },

  async "CLIENT and SERVER"(stage, address) {
    const server = stage.bind(ZmqServerConnection, {}, address);
    const clients = ["one", "two"].map((name) => ({
      name,
      client: stage.connect(ZmqClientConnection, server),
    }));
    for (const { name, client } of clients) await client.send(name);
    for (const _ of clients) {
      const [name, peer] = await server.receive();
      await server.send([`hello ${name}`, peer]);
    }
    for (const { name, client } of clients) {
      assert.deepEqual(await next(client), [`hello ${name}`]);
    }
  },

  async "RADIO and DISH"(stage, address) {
    const dish = stage.bind(ZmqDishConnection, {}, address);
    dish.join("news");
    dish.join("weather");
    const radio = stage.connect(ZmqRadioConnection, dish);
    await firstMessage(dish, () => radio.send(["sync", { group: "news" }]));
    await radio.send(["not joined", { group: "new" }]);
    await radio.send(["rain", { group: "weather" }]);
    assert.deepEqual(await after(dish, ["sync", "[object Object]"]), ["rain", "[object Object]"]);
    dish.leave("weather");
    await firstMessage(dish, async () => {
      await radio.send(["more rain", { group: "weather" }]);
      await radio.send(["end", { group: "news" }]);
    });
  },

  async "SCATTER and GATHER"(stage, address) {
    const gather = stage.bind(ZmqGatherConnection, {}, address);
    const scatter = stage.connect(ZmqScatterConnection, gather);
    await scatter.send("scattered");
    assert.deepEqual(await next(gather), ["scattered"]);
  },
};

for (const [kinds, converse] of Object.entries(conversations)) {
  for (const transport of TRANSPORTS) {
    prove(`${kinds} over ${transport}`, (stage) => converse(stage, place(transport)));
  }
}

/** Sends again and again until the receiver, which has to be found first, gets something. */
async function firstMessage(
  receiver: { receive(options: { timeout: number }): Promise<unknown> },
  send: () => Promise<void>,
): Promise<void> {
  for (;;) {
    await send();
    if ((await receiver.receive({ timeout: 10 }).catch(() => undefined)) !== undefined) return;
  }
}

/** The first message that is not the one of the search. */
async function after(
  receiver: { receive(): Promise<readonly unknown[]> },
  search: string[],
): Promise<string[]> {
  for (;;) {
    const message = text(await receiver.receive());
    if (String(message) !== String(search)) return message;
  }
}

prove("RADIO and DISH over udp", async (stage) => {
  const port = await freeUdpPort();
  const dish = stage.bind(ZmqDishConnection, {}, `udp://${HOST}:${port}`);
  dish.join("news");
  const radio = stage.connect(ZmqRadioConnection, `udp://${HOST}:${port}`);
  await firstMessage(dish, () => radio.send(["sync", { group: "news" }]));
  await radio.send(["late", { group: "news" }]);
  assert.deepEqual(await after(dish, ["sync", "[object Object]"]), ["late", "[object Object]"]);
});

prove("a DISH over udp that waits over inproc, as others do, can be shut down", async (stage) => {
  const awaited = place("inproc");
  stage.connect(ZmqDishConnection, awaited);
  const dish = stage.connect(ZmqDishConnection, awaited);
  dish.addEndpoints({ bind: `udp://${HOST}:${await freeUdpPort()}` });
  await dish.shutdown();
});

prove("a RADIO refuses what is too large for udp, and only there", async (stage) => {
  const port = await freeUdpPort();
  const dish = stage.bind(ZmqDishConnection, {}, `udp://${HOST}:${port}`);
  dish.join("news");
  const radio = stage.make(ZmqRadioConnection);
  await radio.send([Buffer.alloc(20_000), { group: "news" }]); // to nobody
  radio.addEndpoints({ connect: `udp://${HOST}:${port}` });
  for (const size of [8188, 20_000]) {
    await assert.rejects(
      radio.send([Buffer.alloc(size), { group: "news" }]),
      failure(ZmqArgumentError, /^a UDP datagram has 8192 bytes at most, not (8193|20005)$/),
    );
  }
  await firstMessage(
    { receive: async (options) => (await dish.receive(options))[0].length === 8187 },
    () => radio.send([Buffer.alloc(8187), { group: "news" }]),
  );
});

prove("a DISH is told the group of each message", async (stage) => {
  const radio = stage.bind(ZmqRadioConnection, {}, place("inproc"));
  const dish = stage.connect(ZmqDishConnection, radio);
  dish.join("föhn");
  await firstMessage(
    {
      receive: async (options) =>
        assert.deepEqual((await dish.receive(options))[1], { group: "föhn" }) ?? 1,
    },
    () => radio.send(["warm", { group: "föhn" }]),
  );
});

prove("a DISH refuses groups that it cannot join or leave", (stage) => {
  const dish = stage.bind(ZmqDishConnection, {}, place("inproc"));
  dish.join("news");
  const wrong: [() => void, RegExp][] = [
    [() => dish.join("news"), /already/],
    [() => dish.leave("weather"), /not joined/],
    [() => dish.join("x".repeat(256)), /255/],
    [() => dish.join(5 as never), /255/],
  ];
  for (const [act, why] of wrong) assert.throws(act, failure(ZmqArgumentError, why));
  dish.leave("news");
  dish.join("news");
});

prove("a DISH that is shut down joins and leaves no group", async (stage) => {
  const dish = stage.bind(ZmqDishConnection);
  dish.join("here");
  await dish.shutdown();
  assert.throws(() => dish.join("there"), failure(ZmqClosedError));
  assert.throws(() => dish.leave("here"), failure(ZmqClosedError));
});

prove("a SERVER sends to no peer that is not there, and to no id that is none", async (stage) => {
  const server = stage.bind(ZmqServerConnection);
  await assert.rejects(server.send(["x", { routingId: 77 }]), failure(ZmqUnroutableError));
  for (const routingId of [0, -1, 1.5, Number.NaN, 2 ** 32, "77"]) {
    await assert.rejects(
      server.send(["x", { routingId: routingId as number }]),
      failure(ZmqArgumentError, /routingId/),
    );
  }
});

prove("what cannot be sent is refused at once by types of one frame", async (stage) => {
  const radio = stage.bind(ZmqRadioConnection);
  const server = stage.bind(ZmqServerConnection);
  for (const wrong of [undefined, null, 5, "text", {}, () => undefined]) {
    await assert.rejects(radio.send(wrong as never), failure(ZmqArgumentError, /a RADIO sends/));
    await assert.rejects(server.send(wrong as never), failure(ZmqArgumentError, /a SERVER sends/));
  }
  for (const to of [undefined, {}, { group: 5 }, { group: "x".repeat(256) }]) {
    await assert.rejects(radio.send(["x", to as never]), failure(ZmqArgumentError, /group/));
  }
  const client = stage.bind(ZmqClientConnection);
  await assert.rejects(client.send(["a", "b"] as never), failure(ZmqArgumentError, /one frame/));
});

prove("a RADIO's message can be given up", async (stage) => {
  const wait: WaitOptions = { signal: AbortSignal.abort() };
  const sent = stage.bind(ZmqRadioConnection).send(["x", { group: "here" }], wait);
  await assert.rejects(sent, failure(ZmqAbortError));
});

prove("types that only send do not receive, and the other way round", async (stage) => {
  for (const Kind of [
    ZmqPubConnection,
    ZmqPushConnection,
    ZmqRadioConnection,
    ZmqScatterConnection,
  ]) {
    const connection: ZmqConnection<never, never> = stage.make<ZmqConnection<never, never>, object>(
      Kind as never,
    );
    await assert.rejects(connection.receive(), failure(ZmqStateError, /do not receive/));
    const listen = () => connection.on("message", () => undefined);
    assert.throws(listen, failure(ZmqStateError, /do not receive/));
  }
  for (const Kind of [
    ZmqSubConnection,
    ZmqPullConnection,
    ZmqDishConnection,
    ZmqGatherConnection,
  ]) {
    const connection: ZmqConnection<unknown, string> = stage.make<
      ZmqConnection<unknown, string>,
      object
    >(Kind as never);
    await assert.rejects(connection.send("x"), failure(ZmqStateError, /do not send/));
  }
});

prove("a STREAM serves TCP clients", async (stage) => {
  const stream = stage.bind(ZmqStreamConnection);
  const client = await tcpClient(stage, at(stream));
  const [id, nothing] = await stream.receive();
  assert(id !== undefined && nothing?.length === 0, "a client that comes is told of");
  client.write("GET / HTTP/1.0\r\n\r\n");
  assert.deepEqual(await stream.receive(), [id, Buffer.from("GET / HTTP/1.0\r\n\r\n")]);
  await stream.send([id, "HTTP/1.0 204 No Content\r\n\r\n"]);
  assert.equal(String(await told(client, "data")), "HTTP/1.0 204 No Content\r\n\r\n");
  stream.on("message", () => undefined); // a socket that is not read does not hang up either
  await stream.send([id, ""]);
  await told(client, "end");
});

prove("a STREAM refuses a message of any other number of frames, and goes on", async (stage) => {
  const stream = stage.bind(ZmqStreamConnection);
  const client = await tcpClient(stage, at(stream));
  const [id] = await stream.receive();
  for (const wrong of ["x", [id], [id, "x", "y"]]) {
    await assert.rejects(
      stream.send(wrong as Frames),
      failure(ZmqArgumentError, /^a STREAM sends \[routing id, bytes\]$/),
    );
  }
  await stream.send([id, "whole"]);
  assert.equal(String(await told(client, "data")), "whole");
});

prove("a STREAM tells of clients that go, and sends to none that is gone", async (stage) => {
  const stream = stage.bind(ZmqStreamConnection);
  const client = await tcpClient(stage, at(stream));
  const [id] = await stream.receive();
  client.destroy();
  assert.deepEqual(await stream.receive(), [id, Buffer.alloc(0)]);
  // libzmq tells of the end a moment before it lets go of the client.
  let refusal: unknown;
  while (refusal === undefined) {
    refusal = await stream.send([id as Buffer, "too late"]).catch((error: unknown) => error);
    await turn();
  }
  failure(ZmqUnroutableError)(refusal);
});

prove("a STREAM waits for peers, which make no handshake, so that none fails", async (stage) => {
  const stream = stage.make(ZmqStreamConnection);
  const failed: unknown[] = [];
  stream.on("handshakeFailed", (event) => failed.push(event));
  const two = stream.peers(2);
  stream.addEndpoints({ bind: place() });
  const client = await tcpClient(stage, at(stream));
  const other = stage.make(ZmqStreamConnection);
  const one = other.peers(1);
  other.addEndpoints({ connect: at(stream) });
  await Promise.all([one, two]);
  await assert.rejects(stream.peers(3, { timeout: 0 }), failure(ZmqTimeoutError));
  const left = told(stream, "disconnected");
  stream.on("message", () => undefined);
  client.destroy();
  await left;
  await assert.rejects(stream.peers(2, { timeout: 0 }), failure(ZmqTimeoutError));
  await stream.peers(1);
  assert.deepEqual(failed, []);
});

prove("a STREAM connects to TCP servers", async (stage) => {
  const server = createServer((socket) => socket.pipe(socket));
  stage.t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as { port: number };
  const stream = stage.connect(ZmqStreamConnection, `tcp://${HOST}:${port}`);
  const [id] = await stream.receive();
  await stream.send([id as Buffer, "echo"]);
  assert.deepEqual(await stream.receive(), [id, Buffer.from("echo")]);
  await stream.send([id as Buffer, ""]);
});

async function tcpClient(stage: Stage, address: string): Promise<Socket> {
  const socket = connectTcp(Number(new URL(address).port), HOST);
  stage.t.after(() => socket.destroy());
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

prove("DGRAM sockets exchange datagrams with their addresses", async (stage) => {
  const port = await freeUdpPort();
  const answering = stage.bind(ZmqDgramConnection, {}, `udp://${HOST}:${port}`);
  const asking = stage.bind(ZmqDgramConnection, {}, `udp://${HOST}:${await freeUdpPort()}`);
  await asking.send([`${HOST}:${port}`, "ping"]);
  const [from, ping] = await answering.receive();
  assert.equal(String(ping), "ping");
  await answering.send([from as Buffer, "pong"]);
  assert.deepEqual(await next(asking), [`${HOST}:${port}`, "pong"]);
});

prove("a DGRAM refuses what is no datagram, or too large for one, and goes on", async (stage) => {
  const port = await freeUdpPort();
  const receiving = stage.bind(ZmqDgramConnection, {}, `udp://${HOST}:${port}`);
  const sending = stage.bind(ZmqDgramConnection, {}, `udp://${HOST}:${await freeUdpPort()}`);
  const to = `${HOST}:${port}`;
  for (const [wrong, why] of [
    [to, /^a DGRAM sends \[address, datagram\]$/],
    [[to, "x", "y"], /^a DGRAM sends \[address, datagram\]$/],
    [[to, "é".repeat(4097)], /^a UDP datagram has 8192 bytes at most, not 8194$/],
    [[to, Buffer.alloc(60_000)], /not 60000$/],
  ] as [Frames, RegExp][]) {
    await assert.rejects(sending.send(wrong), failure(ZmqArgumentError, why));
  }
  await sending.send([to, Buffer.alloc(8192, "x")]);
  const [, datagram] = await receiving.receive();
  assert.equal(datagram?.length, 8192);
});

/** libzmq binds no wildcard port of UDP. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

prove("a DGRAM uses UDP, and no other transport", async (stage) => {
  const dgram = stage.make(ZmqDgramConnection);
  const wrong = failure(ZmqEndpointError, /this socket type cannot use this transport/);
  for (const address of [place("ipc"), place("inproc"), `tcp://${HOST}:5555`]) {
    assert.throws(() => dgram.addEndpoints({ bind: address }), wrong);
    assert.throws(() => dgram.addEndpoints({ connect: address }), wrong);
  }
});
