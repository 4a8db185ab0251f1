import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import {
  EMPTY,
  type Message,
  poll,
  type RequestOptions,
  type RouterOptions,
  unwrap,
  ZmqAbortError,
  ZmqArgumentError,
  ZmqClosedError,
  ZmqEndpoint,
  ZmqOptionError,
  ZmqProtocolError,
  ZmqQueueFullError,
  ZmqRepConnection,
  ZmqRouterConnection,
  ZmqStateError,
  ZmqTimeoutError,
  ZmqXREPConnection,
  ZmqXREQConnection,
} from "../index.js";
import { Child } from "../testing/child.js";
import {
  failure,
  HOST,
  place,
  prove,
  type Stage,
  settled,
  TRANSPORTS,
  text,
  told,
  until,
} from "../testing/stage.js";

/** Replies to the first request with the last reply that there is to give. */
function backwards(stage: Stage, address: string, count: number): ZmqXREPConnection {
  const server = stage.bind(ZmqXREPConnection, {}, address);
  const replies: (() => Promise<void>)[] = [];
  server.on("message", ([id, ...parts]) => {
    replies.unshift(() => server.reply(id, "re:", ...parts));
    if (replies.length === count) for (const reply of replies) void reply();
  });
  return server;
}

/** A server that is a ROUTER and does what the test says. */
function byHand(
  stage: Stage,
  options: RouterOptions = {},
): {
  router: ZmqRouterConnection;
  /** The next request: who sent it, its id, its parts. */
  request(): Promise<{ from: Buffer; id: Buffer; parts: Message }>;
} {
  const router = stage.bind(ZmqRouterConnection, options);
  return {
    router,
    async request() {
      const { envelope, body } = unwrap(await router.receive());
      const [from, id, delimiter, ...more] = envelope;
      assert(from !== undefined && id !== undefined);
      assert.deepEqual([delimiter, ...more], [EMPTY]);
      return { from, id, parts: body };
    },
  };
}

for (const transport of TRANSPORTS) {
  prove(`each request gets its own reply, in any order, over ${transport}`, async (stage) => {
    const server = backwards(stage, place(transport), 3);
    const client = stage.connect(ZmqXREQConnection, server);
    const order: string[] = [];
    const replies = ["one", "two", "three"].map(async (name) => {
      const reply = text(await client.sendMsg(name, "more"));
      order.push(name);
      return reply;
    });
    assert.equal(client.requestsInFlight, 3);
    assert.deepEqual(await Promise.all(replies), [
      ["re:", "one", "more"],
      ["re:", "two", "more"],
      ["re:", "three", "more"],
    ]);
    assert.deepEqual(order, ["three", "two", "one"]);
    assert.equal(client.requestsInFlight, 0);
  });

  prove(`plain REP servers answer, each in its turn, over ${transport}`, async (stage) => {
    const servers = ["A", "B"].map((name) => {
      const rep = stage.bind(ZmqRepConnection, {}, place(transport));
      rep.on("message", ([request]) => rep.send([name, String(request)]));
      return rep;
    });
    const client = stage.make(ZmqXREQConnection);
    const both = transport === "inproc" ? undefined : client.peers(2);
    for (const { address } of servers) client.addEndpoints({ connect: address });
    await both;
    const replies = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => text(await client.sendMsg(String(n)))),
    );
    assert.deepEqual(
      replies.map(([, request]) => request),
      ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    );
    assert.equal(replies.filter(([server]) => server === "A").length, 5);
  });
}

prove("on the wire a request is its id, an empty frame and its parts", async (stage) => {
  const { router, request } = byHand(stage);
  const client = stage.connect(ZmqXREQConnection, router, { routingId: "client" });
  const reply = client.sendMsg("a", "", Buffer.of(0, 255), new Uint16Array([1]));
  const { from, id, parts } = await request();
  assert.equal(String(from), "client");
  assert.equal(id.length, 16);
  assert.deepEqual(parts, [Buffer.from("a"), EMPTY, Buffer.of(0, 255), Buffer.of(1, 0)]);
  await router.send([from, id, EMPTY, "", "reply"]);
  assert.deepEqual(text(await reply), ["", "reply"]);
});

prove(
  "10,000 requests of each are in flight at once, and no two ids are the same",
  async (stage) => {
    const { router, request } = byHand(stage, { sendHighWaterMark: 0 });
    const clients = [1, 2].map(() => stage.connect(ZmqXREQConnection, router));
    const replies = clients.flatMap((client) =>
      Array.from({ length: 10_000 }, (_, n) => client.sendMsg(String(n))),
    );
    const requests: Awaited<ReturnType<typeof request>>[] = [];
    while (requests.length < replies.length) requests.push(await request());
    for (const { requestsInFlight } of clients) assert.equal(requestsInFlight, 10_000);
    assert.equal(new Set(requests.map(({ id }) => id.toString("hex"))).size, replies.length);
    for (const { from, id, parts } of requests.reverse()) {
      await router.send([from, id, EMPTY, ...parts]);
    }
    const received = (await Promise.all(replies)).map(String);
    assert.deepEqual(
      received,
      replies.map((_, n) => String(n % 10_000)),
    );
    for (const { requestsInFlight, lateReplies } of clients) {
      assert.deepEqual([requestsInFlight, lateReplies], [0, 0]);
    }

    const one = clients[0]?.sendMsg("one more");
    const { from, id } = await request();
    assert(!requests.some((earlier) => earlier.id.equals(id)), "nor later on");
    await router.send([from, id, EMPTY, "reply"]);
    await one;
  },
);

prove(
  "a request that is given up leaves the others alone; its late reply is dropped",
  async (stage) => {
    const { router, request } = byHand(stage);
    const client = stage.connect(ZmqXREQConnection, router);
    await client.peers(1); // what is given up before has not left
    const waits: [RequestOptions, name: string][] = [
      [{ timeout: 1 }, "ZmqTimeoutError"],
      [{ timeout: 0 }, "ZmqTimeoutError"],
      [{}, "AbortError"],
      [{ timeout: 60_000 }, "AbortError"],
    ];
    for (const [index, [options, name]] of waits.entries()) {
      const controller = new AbortController();
      const { signal } = controller;
      const patient = client.sendMsg("patient");
      const impatient = client.sendMsg("impatient", { ...options, signal });
      const failed = assert.rejects(impatient, { name });
      const [first, second] = [await request(), await request()];
      if (name === "AbortError") controller.abort("no more");
      await failed;
      assert.equal(client.requestsInFlight, 1);
      assert.equal(getEventListeners(signal, "abort").length, 0);
      for (const { from, id, parts } of [second, first]) {
        await router.send([from, id, EMPTY, ...parts]);
      }
      assert.deepEqual(text(await patient), ["patient"]);
      assert.equal(client.lateReplies, index + 1);
    }
  },
);

prove("errors say what was waited for, and how long, or why it was aborted", async (stage) => {
  const client = stage.bind(ZmqXREQConnection);
  await assert.rejects(client.sendMsg("x", { timeout: 5 }), (error) => {
    failure(ZmqTimeoutError, /^no reply within 5 ms$/)(error);
    assert.deepEqual(
      [(error as ZmqTimeoutError).timeout, (error as ZmqTimeoutError).code],
      [...[5, "ERR_ZMQ_TIMEOUT"]],
    );
    return true;
  });
  const reason = new Error("user went away");
  const aborted = client.sendMsg("x", { signal: AbortSignal.abort(reason) });
  await assert.rejects(aborted, { name: "AbortError", code: "ABORT_ERR", cause: reason });
});

prove("requestTimeout is for requests without a timeout of their own", async (stage) => {
  const { router, request } = byHand(stage);
  const client = stage.connect(ZmqXREQConnection, router, { requestTimeout: 1 });
  assert.equal(client.requestTimeout, 1);
  const patient = client.sendMsg("patient", { timeout: -1 });
  const { from, id } = await request();
  await assert.rejects(client.sendMsg("x"), failure(ZmqTimeoutError, / 1 ms/));
  await assert.rejects(client.sendMsg("x", {}), failure(ZmqTimeoutError, / 1 ms/));
  await assert.rejects(
    client.sendMsg("x", { timeout: undefined, signal: undefined }),
    failure(ZmqTimeoutError, / 1 ms/),
  );
  await assert.rejects(client.sendMsg("x", { timeout: 2 }), failure(ZmqTimeoutError, / 2 ms/));
  await router.send([from, id, EMPTY, "reply"]);
  assert.deepEqual(text(await patient), ["reply"]);
});

prove("a signal is let go of when the reply comes", async (stage) => {
  const server = backwards(stage, place("inproc"), 1);
  const client = stage.connect(ZmqXREQConnection, server);
  const controller = new AbortController();
  const reply = client.sendMsg("x", { signal: controller.signal, timeout: 60_000 });
  assert.equal(getEventListeners(controller.signal, "abort").length, 1);
  await reply;
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
  controller.abort();
});

prove("a request that is given up before ZeroMQ has taken it is not sent", async (stage) => {
  const client = stage.make(ZmqXREQConnection, { immediate: true }); // no peer, so all wait
  const controller = new AbortController();
  const { signal } = controller;
  const given = [
    client.sendMsg("in hand", { signal }),
    client.sendMsg("queued", { signal }),
    client.sendMsg("timed out", { timeout: 1 }),
  ];
  const wanted = client.sendMsg("wanted");
  const rejected = given.map((request) => assert.rejects(request));
  await rejected[2];
  controller.abort();
  await Promise.all(rejected);
  assert.equal(client.requestsInFlight, 1);

  const { router, request } = byHand(stage);
  client.addEndpoints(ZmqEndpoint.connect(router.lastEndpoint as string));
  const { from, id, parts } = await request();
  assert.deepEqual(text(parts), ["wanted"]);
  await router.send([from, id, EMPTY, "reply"]);
  await wanted;
});

for (const transport of [...TRANSPORTS, "ws"] as const) {
  prove(`requests that are given up while the server is away, ${transport}`, async (stage) => {
    const executed: string[] = [];
    const serve = (address: string): ZmqXREPConnection => {
      const server = stage.bind(ZmqXREPConnection, {}, address);
      server.on("message", ([id, part]) => {
        executed.push(String(part));
        return server.reply(id, part);
      });
      return server;
    };
    const client = stage.make(ZmqXREQConnection, { reconnectInterval: 1 });
    const lost = told(client, "disconnected");
    let address = transport === "ws" ? `ws://${HOST}:*` : place(transport);
    if (transport !== "inproc") {
      const first = serve(address);
      address = first.address;
      client.addEndpoints({ connect: address });
      await client.sendMsg("before");
      await first.shutdown();
      await lost;
    } else {
      client.addEndpoints({ connect: address }); // which inproc does but once
      executed.push("before");
    }

    assert.equal(client.writable, false);
    const controller = new AbortController();
    const { signal } = controller;
    const given = Array.from({ length: 5 }, (_, n) => client.sendMsg(`${n}`, { timeout: 1 }));
    const wanted = client.sendMsg("wanted");
    given.push(client.sendMsg("aborted", { signal }));
    const rejected = given.map((request) => assert.rejects(request));
    await Promise.all(rejected.slice(0, 5));
    controller.abort();
    await Promise.all(rejected);

    serve(address);
    assert.deepEqual(text(await wanted), ["wanted"]);
    assert.deepEqual(text(await client.sendMsg("after")), ["after"]);
    assert.deepEqual(executed, ["before", "wanted", "after"]);
  });
}

prove("with immediate, requests go to the servers that are there", async (stage) => {
  const server = stage.bind(ZmqXREPConnection);
  server.on("message", (request) => server.reply(...request));
  const client = stage.make(ZmqXREQConnection, { immediate: true });
  client.addEndpoints([{ connect: place("ipc") }, { connect: server.address }]);
  const requests = Array.from({ length: 10 }, (_, n) => client.sendMsg(String(n)));
  assert.equal((await Promise.all(requests)).length, 10);
});

prove("given-up requests make room in the queue for others", async (stage) => {
  const client = stage.make(ZmqXREQConnection, { immediate: true, sendQueueLimit: 2 });
  const controller = new AbortController();
  const given = [1, 2, 3].map(() => client.sendMsg("x", { signal: controller.signal }));
  const rejected = given.map((request) => assert.rejects(request, failure(ZmqAbortError)));
  await assert.rejects(client.sendMsg("too many"), failure(ZmqQueueFullError, /^2 messages/));
  assert.equal(client.requestsInFlight, 3);
  controller.abort();
  await Promise.all(rejected);
  const wanted = client.sendMsg("there is room");
  assert.equal(await settled(wanted), false);
  await Promise.all([assert.rejects(wanted, failure(ZmqClosedError)), client.shutdown()]);
});

prove("shutdown rejects the requests in flight, and those to come", async (stage) => {
  const { router, request } = byHand(stage);
  const client = stage.connect(ZmqXREQConnection, router);
  const controller = new AbortController();
  const { signal } = controller;
  const sent = [client.sendMsg("one"), client.sendMsg("two", { signal, timeout: 60_000 })];
  await request();
  await request();
  const queued = stage.make(ZmqXREQConnection, { immediate: true });
  sent.push(queued.sendMsg("three"), queued.sendMsg("four"));
  const rejected = sent.map((reply) =>
    assert.rejects(reply, { name: "ZmqClosedError", code: "ERR_ZMQ_CLOSED" }),
  );
  await Promise.all([client.shutdown(), queued.shutdown(), ...rejected]);
  assert.equal(client.requestsInFlight, 0);
  assert.equal(getEventListeners(signal, "abort").length, 0);
  await assert.rejects(client.sendMsg("five"), failure(ZmqClosedError));
  assert.equal(client.requestsInFlight, 0);
});

prove("a late reply is not taken for that of a request made since", async (stage) => {
  const { router, request } = byHand(stage);
  const client = stage.connect(ZmqXREQConnection, router);
  const controller = new AbortController();
  const first = client.sendMsg("first", { signal: controller.signal });
  const late = await request();
  controller.abort();
  await assert.rejects(first, { code: "ABORT_ERR" });
  const second = client.sendMsg("second");
  const { from, id } = await request();
  await router.send([from, late.id, EMPTY, "late"]);
  await router.send([from, id, EMPTY, "in time"]);
  assert.deepEqual(text(await second), ["in time"]);
  assert.equal(client.lateReplies, 1);
});

prove("garbage from a server is reported, and replies are still found", async (stage) => {
  const { router, request } = byHand(stage);
  const client = stage.connect(ZmqXREQConnection, router);
  const errors: Error[] = [];
  client.on("error", (error) => errors.push(error));
  const reply = client.sendMsg("x");
  const { from, id } = await request();
  const garbage = [
    ["one frame"],
    [""],
    [id],
    [id, "no delimiter", "x"],
    [id, EMPTY],
    Array.from({ length: 1000 }, () => "part"),
  ];
  for (const frames of garbage) await router.send([from, ...frames]);
  await router.send([from, "never asked", EMPTY, "x"]);
  await router.send([from, id, EMPTY, EMPTY]);
  assert.deepEqual(await reply, [EMPTY]);
  assert.equal(errors.length, garbage.length);
  for (const error of errors) failure(ZmqProtocolError, /empty frame/)(error);
  assert.deepEqual(
    errors.map((error) => (error as ZmqProtocolError).frames.length),
    garbage.map((frames) => frames.length),
  );
  await router.send([from, id, EMPTY, "once more"]);
  await until(() => client.lateReplies === 2);
});

prove("what is no request is refused at once", async (stage) => {
  const client = stage.bind(ZmqXREQConnection);
  const wrong: [never[], RegExp][] = [
    [[], /at least one part/],
    [[{ timeout: 5 }], /at least one part/],
    [[undefined], /undefined/],
    [["x", undefined], /undefined/],
    [["x", null], /null/],
    [["x", 5], /number/],
    [["x", ["y"]], /a list as a frame/],
    [["x", Promise.resolve("y")], /a promise, without await/],
    [["x", {}, "y"], /object/],
    [["add", { a: 1 }], /the options timeout and signal, not "a"; .*JSON\.stringify/],
    [["add", { timeout: 5, b: 1 }], /not "b"/],
    [["add", Object.assign(Object.create(null), { c: 1 })], /not "c"/],
    [["add", { timeout: 5 }, { d: 1 }], /not "d"/],
    [["add", { timeout: 5 }, { timeout: 5 }], /object/],
    [["add", new Map([["a", 1]])], /object/],
    [["add", new Date(0)], /object/],
  ] as never;
  for (const [args, why] of wrong) {
    await assert.rejects(client.sendMsg(...args), failure(ZmqArgumentError, why));
  }
  const options: [never, RegExp][] = [
    [{ signal: "now" }, /signal: is an AbortSignal/],
    [{ signal: null }, /signal: is an AbortSignal/],
    [{ timeout: null }, /timeout: .* not null/],
    [{ timeout: -2 }, /timeout: .* not -2/],
    [{ timeout: Number.NaN }, /timeout: .* not NaN/],
    [{ timeout: "5" }, /timeout: .* not "5"/],
  ] as never;
  for (const [wrongOption, why] of options) {
    await assert.rejects(client.sendMsg("x", wrongOption), failure(ZmqOptionError, why));
  }
  assert.equal(client.requestsInFlight, 0);
});

prove("a wrong requestTimeout leaves no connection behind", (stage) => {
  for (const requestTimeout of [-2, Number.NaN, "5" as never]) {
    assert.throws(
      () => stage.bind(ZmqXREQConnection, { requestTimeout }),
      failure(ZmqOptionError, /requestTimeout/),
    );
  }
  assert.equal(stage.factory.connections.size, 0);
});

prove(
  "a request that nobody awaits does not crash its program when that shuts down",
  async (stage) => {
    const program = new Child(
      stage.t,
      `const factory = new zmq.ZmqFactory();
const client = new zmq.ZmqXREQConnection(factory, { connect: "tcp://${HOST}:1" });
client.sendMsg("a request");
client.sendMsg("one with a time-out", { timeout: 60_000 });
const awaited = client.sendMsg("awaited").catch(({ code }) => console.log(code));
await factory.shutdown();
await awaited;
`,
    );
    assert.deepEqual(await program.end, { code: 0, signal: null }, program.errors);
    assert.match(program.output, /^ERR_ZMQ_CLOSED$/m);
  },
);

prove("nobody else reads the replies of an XREQ", async (stage) => {
  const server = stage.bind(ZmqXREPConnection);
  const client = stage.connect(ZmqXREQConnection, server);
  const refused = failure(ZmqStateError, /replies of an XREQ go to their sendMsg/);
  await assert.rejects(client.receive(), refused);
  await assert.rejects(client.receive({ timeout: 1 }), refused);
  await assert.rejects(client[Symbol.asyncIterator]().next(), refused);
  await assert.rejects(poll({ readable: [client] }), refused);
  assert.throws(() => client.on("message", () => undefined), refused);
  assert.throws(() => client.once("message", () => undefined), refused);
  assert.equal(client.listenerCount("message"), 0);
  void server.serve((request) => request);
  assert.deepEqual(text(await client.sendMsg("asked")), ["asked"]);
});

prove(
  "send() of untyped code is refused, instead of waiting for a reply for ever",
  async (stage) => {
    const server = stage.bind(ZmqXREPConnection);
    const client = stage.connect(ZmqXREQConnection, server);
    await assert.rejects(client.send("x" as never), failure(ZmqStateError, /by sendMsg\(\)/));
    const reply = client.sendMsg("asked");
    const [id, request] = await server.receive();
    assert.deepEqual(text([request]), ["asked"]);
    await assert.rejects(server.send("x" as never), failure(ZmqStateError, /by reply\(\)/));
    await server.reply(id, "answered");
    assert.deepEqual(text(await reply), ["answered"]);
  },
);

prove("an XREQ that has left its server holds back what it is asked", async (stage) => {
  const [old, late] = [stage.bind(ZmqXREPConnection), stage.bind(ZmqXREPConnection)];
  const { address } = late;
  await late.shutdown();
  const client = stage.make(ZmqXREQConnection);
  const there = client.peers(1);
  client.addEndpoints({ connect: old.address });
  await there;
  client.addEndpoints({ connect: address });
  client.removeEndpoints({ connect: old.address });
  await assert.rejects(client.sendMsg("given up", { timeout: 1 }), failure(ZmqTimeoutError));
  const asked = client.sendMsg("asked");
  const server = stage.bind(ZmqXREPConnection, {}, address);
  const seen: string[] = [];
  void server.serve((request) => {
    seen.push(String(request));
    return request;
  });
  assert.deepEqual(text(await asked), ["asked"]);
  assert.deepEqual(seen, ["asked"]);
});
