import assert from "node:assert/strict";
import { format } from "node:util";
import type { Message } from "../frames.js";
import {
  type AnyConnection,
  EMPTY,
  type RequestId,
  type XREPRequest,
  ZmqArgumentError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqOptionError,
  ZmqProtocolError,
  ZmqQueueFullError,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqUnknownRequestError,
  ZmqUnroutableError,
  ZmqXREPConnection,
  ZmqXREQConnection,
} from "../index.js";
import {
  at,
  failure,
  next,
  place,
  prove,
  type Stage,
  TRANSPORTS,
  type Transport,
  text,
  told,
  until,
} from "../testing/stage.js";
import { type RawPeer, rawClient } from "../testing/zmtp.js";

/** Replies with what it was sent, in pairs, the second of a pair first. */
class Swapping extends ZmqXREPConnection {
  readonly ids: RequestId[] = [];
  #held: XREPRequest | undefined;

  override async gotMessage(id: RequestId, ...parts: Message): Promise<void> {
    this.ids.push(id);
    const held = this.#held;
    this.#held = held === undefined ? [id, ...parts] : undefined;
    if (held === undefined) return;
    await this.reply(id, ...parts);
    await this.reply(...held);
  }
}

/** Opens requests of its own. */
class Opening extends ZmqXREPConnection {
  static readonly #frames: Message = [Buffer.from("client"), EMPTY, Buffer.from("x")];

  request(): RequestId {
    return this.decode(Opening.#frames)[0];
  }
}

/** Puts brokers, each a ROUTER and a DEALER, between a server and its clients. */
function behindBrokers(
  stage: Stage,
  server: AnyConnection,
  count: number,
  transport: Transport,
): AnyConnection {
  let front = server;
  for (let n = 0; n < count; n += 1) {
    const router = stage.bind(ZmqRouterConnection, {}, place(transport));
    const dealer = stage.connect(ZmqDealerConnection, front);
    router.on("message", (frames) => dealer.send(frames));
    dealer.on("message", (frames) => router.send(frames));
    front = router;
  }
  return front;
}

for (const transport of TRANSPORTS) {
  for (const brokers of [0, 1, 3]) {
    prove(`REQ and XREQ clients, ${brokers} brokers away, over ${transport}`, async (stage) => {
      const server = stage.bind(Swapping, {}, place(transport));
      const front = behindBrokers(stage, server, brokers, transport);
      const reqs = [1, 2].map(() => stage.connect(ZmqReqConnection, front));
      const xreqs = [1, 2].map(() => stage.connect(ZmqXREQConnection, front));
      const replies = await Promise.all([
        ...reqs.map(async (req, n) => {
          await req.send(["req", String(n), ""]);
          return next(req);
        }),
        ...xreqs.flatMap((xreq, n) =>
          [1, 2, 3].map(async (m) => text(await xreq.sendMsg("xreq", String(n), String(m)))),
        ),
      ]);
      assert.deepEqual(replies, [
        ["req", "0", ""],
        ["req", "1", ""],
        ...[0, 1].flatMap((n) => [1, 2, 3].map((m) => ["xreq", String(n), String(m)])),
      ]);
      assert.equal(new Set(server.ids).size, 8);
      assert.equal(server.openRequests, 0);
    });
  }
}

prove("requests can be read in all ways", async (stage) => {
  const server = stage.bind(ZmqXREPConnection);
  const client = stage.connect(ZmqXREQConnection, server);
  const received = server.receive();
  const first = client.sendMsg("receive");
  const [id, ...parts] = await received;
  assert.deepEqual(text(parts), ["receive"]);
  await server.reply(id, "received");
  assert.deepEqual(text(await first), ["received"]);

  const second = client.sendMsg("iterate");
  for await (const [id, part] of server) {
    await server.reply(id, `${part}d`);
    break;
  }
  assert.deepEqual(text(await second), ["iterated"]);

  server.on("message", ([id, part]) => server.reply(id, `${part}ed`));
  assert.deepEqual(text(await client.sendMsg("listen")), ["listened"]);
});

prove("a burst of replies reaches a client whole", async (stage) => {
  for (const transport of TRANSPORTS) {
    const server = stage.bind(ZmqXREPConnection, {}, place(transport));
    const client = stage.connect(ZmqXREQConnection, server);
    const replies = Array.from({ length: 10_000 }, (_, n) => client.sendMsg(String(n)));
    const open: XREPRequest[] = [];
    while (open.length < replies.length) open.push(await server.receive());
    assert.equal(server.openRequests, replies.length);
    for (const request of open) void server.reply(...request);
    assert.deepEqual((await Promise.all(replies)).map(String), [
      ...Array.from({ length: 10_000 }, (_, n) => String(n)),
    ]);
  }
});

prove("a request is replied to once", async (stage) => {
  const server = stage.bind(ZmqXREPConnection);
  const client = stage.connect(ZmqXREQConnection, server);
  const reply = client.sendMsg("x");
  const [id] = await server.receive();
  assert.equal(server.openRequests, 1);
  const replies = [server.reply(id, "first"), server.reply(id, "second")];
  await assert.rejects(replies[1] as Promise<void>, {
    name: "ZmqUnknownRequestError",
    code: "ERR_ZMQ_UNKNOWN_REQUEST",
  });
  await replies[0];
  for (const unknown of [id, id + 1, -1, "x" as never, undefined as never]) {
    await assert.rejects(server.reply(unknown, "x"), failure(ZmqUnknownRequestError));
  }
  assert.deepEqual(text(await reply), ["first"]);
  assert.deepEqual(text(await echoed(server, client, "next")), ["next"]);
  assert.equal(client.lateReplies, 0);
});

/** One request and its reply. */
async function echoed(
  server: ZmqXREPConnection,
  client: ZmqXREQConnection,
  request: string,
): Promise<Buffer[]> {
  const reply = client.sendMsg(request);
  await server.reply(...(await server.receive()));
  return reply;
}

prove("what cannot be sent leaves the request open", async (stage) => {
  const server = stage.bind(ZmqXREPConnection);
  const client = stage.connect(ZmqXREQConnection, server);
  const reply = client.sendMsg("x");
  const [id] = await server.receive();
  for (const parts of [[], [undefined], ["x", null], [{}], [5]]) {
    await assert.rejects(server.reply(id, ...(parts as never[])), failure(ZmqArgumentError));
  }
  await server.reply(id, "at last");
  assert.deepEqual(text(await reply), ["at last"]);
});

prove("no more requests are open than maxOpenRequests: the oldest is given up", async (stage) => {
  const server = stage.bind(ZmqXREPConnection, { maxOpenRequests: 3 });
  assert.equal(server.maxOpenRequests, 3);
  const client = stage.connect(ZmqDealerConnection, server);
  const ids: RequestId[] = [];
  for (let n = 0; n < 10; n += 1) await client.send([`id ${n}`, EMPTY, "x"]);
  for (let n = 0; n < 10; n += 1) {
    ids.push((await server.receive())[0]);
    assert.equal(server.openRequests, Math.min(n + 1, 3));
  }
  assert.equal(server.droppedRequests, 7);
  for (const id of ids.slice(0, 7)) {
    await assert.rejects(server.reply(id, "x"), failure(ZmqUnknownRequestError, /maxOpenRequests/));
  }
  for (const id of ids.slice(7)) await server.reply(id, "reply");
  for (const n of [7, 8, 9]) assert.deepEqual(await next(client), [`id ${n}`, "", "reply"]);
  assert.equal(server.openRequests, 0);
  assert.equal(server.droppedRequests, 7);
});

prove("the oldest is given up, whichever have got their replies meanwhile", async (stage) => {
  const server = stage.bind(Opening, { maxOpenRequests: 4 });
  const open = (count: number) => Array.from({ length: count }, () => server.request());
  const ids = open(5);
  for (const n of [1, 3]) await server.reply(ids[n] as RequestId, "x");
  ids.push(...open(2));
  assert.equal(server.droppedRequests, 1);
  ids.push(...open(3));
  assert.equal(server.droppedRequests, 4);
  const replies = await Promise.allSettled(ids.map((id) => server.reply(id, "x")));
  const wereOpen = ids.filter((_, n) => replies[n]?.status === "fulfilled");
  assert.deepEqual(wereOpen, ids.slice(6));
});

prove("a request that makes the oldest be given up takes no longer than another", (stage) => {
  const server = stage.bind(Opening);
  const cpuTime = (requests: number) => {
    const start = process.cpuUsage();
    for (let n = 0; n < requests; n += 1) server.request();
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  const opening = cpuTime(server.maxOpenRequests);
  assert.equal(server.droppedRequests, 0);
  const full = cpuTime(server.maxOpenRequests);
  assert.equal(server.droppedRequests, server.maxOpenRequests);
  assert(full < 10 * opening, `${full} us, and ${opening} us before one had to be given up`);
});

prove("a wrong maxOpenRequests leaves no connection behind", (stage) => {
  for (const maxOpenRequests of [0, -1, 1.5, Number.NaN, "5" as never]) {
    assert.throws(
      () => stage.bind(ZmqXREPConnection, { maxOpenRequests }),
      failure(ZmqOptionError, /maxOpenRequests/),
    );
  }
  assert.equal(stage.factory.connections.size, 0);
});

prove("malformed requests are refused, and the next ones served", async (stage) => {
  const server = stage.bind(ZmqXREPConnection);
  server.on("message", (request) => server.reply(...request));
  const errors: Error[] = [];
  server.on("error", (error) => errors.push(error));
  const stranger = stage.connect(ZmqDealerConnection, server, { routingId: "stranger" });
  const malformed = [
    ["one frame"],
    ["no", "delimiter"],
    [""],
    ["id", ""],
    Array.from({ length: 1000 }, () => "part"),
  ];
  for (const frames of malformed) {
    await stranger.send(frames);
    const client = stage.connect(ZmqXREQConnection, server);
    assert.deepEqual(text(await client.sendMsg("well formed")), ["well formed"]);
  }
  await stranger.send(["id", "", "well formed"]);
  assert.deepEqual(await next(stranger), ["id", "", "well formed"]);
  assert.equal(errors.length, malformed.length);
  for (const error of errors) failure(ZmqProtocolError, /malformed message refused/)(error);
  assert.deepEqual(
    errors.map((error) => text((error as ZmqProtocolError).frames)),
    malformed.map((frames) => ["stranger", ...frames]),
  );
  assert.equal(server.openRequests, 0);
});

prove("where nobody listens to errors, a malformed request is one line", async (stage) => {
  const printed = stage.t.mock.method(console, "error", () => undefined);
  const server = stage.bind(ZmqXREPConnection);
  server.on("message", (request) => server.reply(...request));
  const dealer = stage.connect(ZmqDealerConnection, server);
  await dealer.send("no envelope");
  await dealer.send(["id", EMPTY, "well formed"]);
  assert.deepEqual(await next(dealer), ["id", "", "well formed"]);
  const lines = printed.mock.calls.map(({ arguments: args }) => format(...args));
  assert.deepEqual(lines, [
    `tx0mq: ${server} goes on after this error: malformed message refused: a message is its envelope, an empty frame and a body`,
  ]);
});

prove(
  "a request of 1,000 parts, and an envelope of 1,000 addresses, are kept whole",
  async (stage) => {
    const server = stage.bind(ZmqXREPConnection);
    server.on("message", (request) => server.reply(...request));
    const parts = Array.from({ length: 1000 }, (_, n) => String(n));
    const xreq = stage.connect(ZmqXREQConnection, server);
    assert.deepEqual(text(await xreq.sendMsg(...parts)), parts);
    const dealer = stage.connect(ZmqDealerConnection, server);
    await dealer.send([...parts, EMPTY, "x"]);
    assert.deepEqual(await next(dealer), [...parts, "", "x"]);
  },
);

/** A client by hand that asks, and reads nothing before it is told to. */
async function silent(stage: Stage, server: AnyConnection, requests: number): Promise<RawPeer> {
  const client = await rawClient(stage, server.address, "DEALER");
  await until(() => client.heard.includes("READY"));
  client.socket.pause();
  ask(client, requests);
  return client;
}

function ask(client: RawPeer, requests: number): void {
  for (let n = 0; n < requests; n += 1) client.send([`id ${n}`, "", "request"]);
}

prove(
  "replies to a client that does not read are bounded, and others are served",
  async (stage) => {
    const MIB = 2 ** 20;
    const server = stage.bind(ZmqXREPConnection, { sendHighWaterMark: 10 });
    const large = Buffer.alloc(MIB);
    const results: Promise<void>[] = [];
    const refused: unknown[] = [];
    server.on("message", ([id, part]) => {
      if (String(part) === "echo") return server.reply(id, part);
      const reply = server.reply(id, large);
      results.push(reply);
      reply.catch((error: unknown) => refused.push(error));
      return undefined; // nobody awaits them, and that does no harm
    });
    const requests = 200;
    // What is replied to in one turn of the loop is bounded by the number of replies alone: so, in two.
    const client = await silent(stage, server, 50);
    await until(() => results.length === 50);
    ask(client, requests - 50);
    await until(() => results.length === requests);
    await until(() => refused.length > 0);
    for (const error of refused) {
      failure(
        ZmqQueueFullError,
        /67108864 bytes wait already for the peer .* does not read/,
      )(error);
      assert((error as ZmqQueueFullError).routingId instanceof Buffer);
    }
    // As many as libzmq and the system hold, and 64 MiB.
    assert(refused.length < requests - 64 && server.droppedReplies === refused.length);
    assert.equal(server.openRequests, 0);

    const honest = stage.connect(ZmqXREQConnection, server);
    for (let n = 0; n < 100; n += 1) assert.equal(String(await honest.sendMsg("echo")), "echo");

    let read = 0;
    client.socket.on("data", (data) => {
      read += data.length;
    });
    client.socket.resume();
    await Promise.allSettled(results);
    await until(() => read > (requests - refused.length) * MIB);
    assert.equal(server.droppedReplies, refused.length);
  },
);

prove("replies of a burst wait for their client, whatever their size", async (stage) => {
  const server = stage.bind(ZmqXREPConnection);
  const client = stage.connect(ZmqXREQConnection, server);
  const replies = Array.from({ length: 3_000 }, (_, n) => client.sendMsg(String(n)));
  const open: XREPRequest[] = [];
  while (open.length < replies.length) open.push(await server.receive());
  const large = Buffer.alloc(2 ** 16);
  await Promise.all(open.map(([id, part]) => server.reply(id, part, large)));
  const parts = await Promise.all(replies);
  assert.deepEqual(
    parts.map(([first, second]) => `${first} ${second?.length}`),
    replies.map((_, n) => `${n} ${2 ** 16}`),
  );
  assert.equal(server.droppedReplies, 0);
});

prove("a reply that waits for a client which goes is dropped", async (stage) => {
  for (const mandatory of [false, true]) {
    const server = stage.bind(ZmqXREPConnection, { sendHighWaterMark: 1, mandatory });
    const large = Buffer.alloc(2 ** 20);
    const results: Promise<void>[] = [];
    server.on("message", ([id]) => {
      results.push(server.reply(id, large));
    });
    const requests = 40;
    const client = await silent(stage, server, requests);
    await until(() => results.length === requests);
    client.socket.destroy();
    const settled = await Promise.allSettled(results);
    const rejected = settled.filter(({ status }) => status === "rejected");
    assert(server.droppedReplies > 0);
    assert.equal(rejected.length, mandatory ? server.droppedReplies : 0);
    for (const { reason } of rejected as PromiseRejectedResult[]) {
      failure(ZmqUnroutableError)(reason);
    }
  }
});

prove("peers that vanish before their replies do no harm", async (stage) => {
  for (const transport of TRANSPORTS) {
    const server = stage.bind(ZmqXREPConnection, {}, place(transport));
    const left: RequestId[] = [];
    server.on("message", ([id, part]) =>
      String(part) === "echo" ? server.reply(id, "echoed") : left.push(id),
    );
    const req = stage.connect(ZmqReqConnection, server);
    await req.send("x");
    const dealer = stage.connect(ZmqDealerConnection, server);
    await dealer.send(["id", EMPTY, "x"]);
    await until(() => left.length === 2);
    await Promise.all([req.shutdown(), dealer.shutdown()]);

    const client = stage.connect(ZmqXREQConnection, server);
    assert.deepEqual(text(await client.sendMsg("echo")), ["echoed"]);
    assert.equal(server.openRequests, 2);
    for (const id of left) await server.reply(id, "too late");
    assert.equal(server.openRequests, 0);
    assert.deepEqual(text(await client.sendMsg("echo")), ["echoed"]);
  }
});

prove("what gotMessage throws is an error event, and the next request is served", async (stage) => {
  class Failing extends ZmqXREPConnection {
    override async gotMessage(id: RequestId, part: Buffer): Promise<void> {
      if (String(part) === "fail") throw new Error("no idea");
      await this.reply(id, part);
    }
  }
  const server = stage.bind(Failing);
  const failed = told<Error>(server, "error");
  const client = stage.connect(ZmqXREQConnection, server);
  const unanswered = client.sendMsg("fail");
  const unansweredEnd = assert.rejects(unanswered, failure(ZmqClosedError));
  assert.equal((await failed).message, "no idea");
  assert.deepEqual(text(await client.sendMsg("x")), ["x"]);
  assert.equal(server.openRequests, 1);
  await Promise.all([client.shutdown(), unansweredEnd]);
});

prove("replies after the shutdown are refused", async (stage) => {
  const server = stage.bind(ZmqXREPConnection);
  const client = stage.connect(ZmqDealerConnection, server);
  await client.send(["id", EMPTY, "x"]);
  const [id] = await server.receive();
  await server.shutdown();
  await assert.rejects(server.reply(id, "x"), failure(ZmqClosedError));
});

prove("an XREP that connects serves clients that bind", async (stage) => {
  const client = stage.bind(ZmqXREQConnection);
  const servers = ["A", "B"].map((name) => {
    const server = stage.make(ZmqXREPConnection);
    server.on("message", ([id]) => server.reply(id, name));
    return server;
  });
  for (const server of servers) {
    const met = told(server, "handshakeSucceeded");
    server.addEndpoints(ZmqEndpoint.connect(at(client)));
    await met;
  }
  const heard = new Set<string>();
  while (heard.size < 2) heard.add(String(await client.sendMsg("who?")));
});

prove("what gotMessage throws hides no error of a listener", async (stage) => {
  class Failing extends ZmqXREPConnection {
    override gotMessage(): never {
      throw new Error("thrown");
    }
  }
  const server = stage.bind(Failing);
  const errors: string[] = [];
  server.on("error", ({ message }) => errors.push(message));
  server.on("message", async () => {
    throw new Error("rejected");
  });
  const asked = stage.connect(ZmqXREQConnection, server).sendMsg("x");
  const unanswered = assert.rejects(asked, failure(ZmqClosedError));
  await until(() => errors.length === 2);
  assert.deepEqual(errors.sort(), ["rejected", "thrown"]);
  await stage.factory.shutdown();
  await unanswered;
});
