import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import {
  type Frame,
  poll,
  ZmqArgumentError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqOptionError,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqQueueFullError,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqStateError,
  ZmqSubConnection,
  ZmqUnroutableError,
} from "../index.js";
import { ENGINE, SMALL_RECEIVE_BUFFER, SMALL_SEND_BUFFER } from "../testing/engine.js";
import {
  failure,
  LIMIT,
  next,
  place,
  prove,
  settled,
  TRANSPORTS,
  text,
  told,
  until,
} from "../testing/stage.js";

/** So large are messages that 150 of them are more than the buffers of the system hold where they cannot be set. */
const SLOWING = ENGINE === "zmtp" ? 600_000 : 65_536;

for (const transport of TRANSPORTS) {
  prove(`concurrent sends go out whole and in order over ${transport}`, async (stage) => {
    const pull = stage.bind(ZmqPullConnection, { receiveHighWaterMark: 10 }, place(transport));
    const push = stage.connect(ZmqPushConnection, pull, { sendHighWaterMark: 10 });
    // Several tasks that send messages of many frames, some of them waiting for each other.
    const tasks = Array.from({ length: 8 }, async (_, task) => {
      for (let n = 0; n < 50; n += 1) {
        const frames = Array.from({ length: 1 + ((task + n) % 5) }, (_, i) => `${task} ${n} ${i}`);
        const sent = push.send(frames);
        if (n % 3 === 0) await sent;
        if (n % 7 === 0) await turn();
      }
    });
    const seen = new Map<string, number>();
    for (let n = 0; n < 8 * 50; n += 1) {
      const frames = await next(pull);
      const [task, count] = (frames[0] as string).split(" ") as [string, string];
      assert.equal(Number(count), seen.get(task) ?? 0, "out of order");
      seen.set(task, Number(count) + 1);
      const whole = Array.from(
        { length: 1 + ((Number(task) + Number(count)) % 5) },
        (_, i) => `${task} ${count} ${i}`,
      );
      assert.deepEqual(frames, whole);
    }
    await Promise.all(tasks);
  });

  prove(`a slow reader slows its sender down over ${transport}`, async (stage) => {
    const pull = stage.bind(
      ZmqPullConnection,
      { receiveHighWaterMark: 1, ...SMALL_RECEIVE_BUFFER },
      place(transport),
    );
    const push = stage.connect(ZmqPushConnection, pull, {
      sendHighWaterMark: 1,
      ...SMALL_SEND_BUFFER,
    });
    const large = Buffer.alloc(SLOWING);
    let taken = 0;
    const sending = (async () => {
      for (; taken < 300; taken += 1) await push.send(large);
    })();
    // What is taken and not yet read never grows beyond what the two ends and the wire hold.
    for (let read = 1; read <= 300; read += 1) {
      await pull.receive();
      assert(taken - read < 150, `${taken} were taken when ${read} had been read`);
    }
    await sending;
  });

  prove(`messages may be sent before there is a peer over ${transport}`, async (stage) => {
    const push = stage.bind(ZmqPushConnection, {}, place(transport));
    const sent = [push.send("0"), push.send("1"), push.send(["2", "3"])];
    for (let n = 0; n < 5; n += 1) await turn();
    assert.equal(await settled(Promise.race(sent)), false);
    const pull = stage.connect(ZmqPullConnection, push);
    assert.deepEqual([await next(pull), await next(pull)], [["0"], ["1"]]);
    await Promise.all(sent);
    assert.deepEqual(await next(pull), ["2", "3"]);
  });

  prove(`a small Buffer is free again when it was taken over ${transport}`, async (stage) => {
    const pull = stage.bind(ZmqPullConnection, {}, place(transport));
    const push = stage.connect(ZmqPushConnection, pull); // that takes a moment: the messages wait
    const bytes = Buffer.alloc(128);
    const view = new Uint16Array(bytes.buffer, bytes.byteOffset, 64);
    for (let n = 0; n < 3; n += 1) {
      bytes.fill(n);
      await push.send(["text", bytes, view]);
    }
    bytes.fill(255);
    for (let n = 0; n < 3; n += 1) {
      const [text, ...frames] = await pull.receive();
      assert.equal(String(text), "text");
      assert.deepEqual(frames, [Buffer.alloc(128, n), Buffer.alloc(128, n)]);
    }
  });

  prove(`messages may be sent where nobody is bound yet over ${transport}`, async (stage) => {
    const address = transport === "tcp" ? await freeTcpAddress(stage.factory) : place(transport);
    const push = stage.connect(ZmqPushConnection, address, { reconnectInterval: 1 });
    await push.send("waits in ZeroMQ");
    const pull = stage.bind(ZmqPullConnection, {}, address);
    assert.deepEqual(await next(pull), ["waits in ZeroMQ"]);
  });
}

/** One that was just now bound and is free again. */
async function freeTcpAddress(factory: ConstructorParameters<typeof ZmqPullConnection>[0]) {
  const pull = new ZmqPullConnection(factory, ZmqEndpoint.bind(place("tcp")));
  await pull.shutdown();
  return pull.endpoints[0]?.address as string;
}

prove("the promise settles when the message is taken, and not before", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, { receiveHighWaterMark: 1 }, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull, { sendHighWaterMark: 1 });
  const taken: number[] = [];
  const sends = Array.from({ length: 10 }, (_, n) =>
    push.send(String(n)).then(() => taken.push(n)),
  );
  await until(() => taken.length === 2);
  for (let n = 0; n < 10; n += 1) await turn();
  assert.deepEqual(taken, [0, 1]);
  for (let n = 0; n < 10; n += 1) assert.deepEqual(await next(pull), [String(n)]);
  await Promise.all(sends);
});

prove(
  "past sendQueueLimit a send is refused at once, and those before it are not",
  async (stage) => {
    const push = stage.bind(ZmqPushConnection, { sendQueueLimit: 3 }, place("inproc"));
    const sends = ["0", "1", "2", "3"].map((frame) => push.send(frame));
    const refused = push.send("too many");
    await assert.rejects(refused, failure(ZmqQueueFullError, /3 messages wait.*sendQueueLimit/));
    const pull = stage.connect(ZmqPullConnection, push);
    await Promise.all(sends);
    await push.send("4");
    for (let n = 0; n < 5; n += 1) assert.deepEqual(await next(pull), [String(n)]);
  },
);

prove("a sendQueueLimit of 0 lets one message wait for ZeroMQ", async (stage) => {
  const push = stage.bind(ZmqPushConnection, { sendQueueLimit: 0 }, place("inproc"));
  const sent = push.send("0");
  await assert.rejects(push.send("1"), failure(ZmqQueueFullError));
  stage.connect(ZmqPullConnection, push);
  await sent;
  await push.send("1");
  await push.send("2", { timeout: LIMIT }); // there is room: it need not wait
});

prove("what is no sendQueueLimit is refused", (stage) => {
  for (const sendQueueLimit of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "9" as never]) {
    assert.throws(
      () => stage.make(ZmqPushConnection, { sendQueueLimit }),
      failure(ZmqOptionError, /sendQueueLimit/),
    );
  }
});

prove(
  "types that never refuse take messages at once: the promise is always the same",
  async (stage) => {
    const pub = stage.bind(ZmqPubConnection, {}, place("inproc"));
    const router = stage.bind(ZmqRouterConnection, {}, place("inproc"));
    const sent = pub.publish("message", "tag");
    assert.equal(pub.publish("message", "tag"), sent);
    assert.equal(router.send(["nobody", "message"]), sent);
    await sent;
  },
);

prove("a list of frames may be filled anew after the send", async (stage) => {
  const push = stage.bind(ZmqPushConnection, {}, place("inproc"));
  const frames: Frame[] = ["a", "b"];
  const sends = [push.send("first"), push.send(frames)];
  frames[0] = "changed";
  frames.push("too late");
  sends.push(push.send(frames));
  frames.length = 0;
  const pull = stage.connect(ZmqPullConnection, push);
  assert.deepEqual(await next(pull), ["first"]);
  assert.deepEqual(await next(pull), ["a", "b"]);
  assert.deepEqual(await next(pull), ["changed", "b", "too late"]);
  await Promise.all(sends);
});

prove("handlers may send, on their own connection and on others", async (stage) => {
  const left = stage.bind(ZmqDealerConnection, {}, place("inproc"));
  const right = stage.connect(ZmqDealerConnection, left);
  const pushed = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pushed);
  right.on("message", ([frame]) => {
    void right.send(`${frame} back`);
    void push.send(`${frame} on`);
  });
  for (let n = 0; n < 100; n += 1) await left.send(String(n));
  for (let n = 0; n < 100; n += 1) {
    assert.deepEqual(await next(left), [`${n} back`]);
    assert.deepEqual(await next(pushed), [`${n} on`]);
  }
});

prove("what cannot be sent is refused, and nothing of it goes out", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull);
  const wrong: [unknown, RegExp][] = [
    [undefined, /cannot send undefined: a frame is a string, a Buffer/],
    [null, /cannot send null/],
    [{}, /cannot send an object/],
    [42, /cannot send a number/],
    [[], /at least one frame/],
    [[undefined], /cannot send undefined/],
    [["whole", null], /cannot send null/],
    [[["nested"]], /cannot send a list as a frame/],
    [Promise.resolve("later"), /cannot send a promise, without await/],
  ];
  for (const [message, why] of wrong) {
    await assert.rejects(push.send(message as Frame), failure(ZmqArgumentError, why));
  }
  await push.send("");
  assert.deepEqual(await next(pull), [""]);
});

prove("sends on a connection that is shut down are refused", async (stage) => {
  const push = stage.bind(ZmqPushConnection, {}, place("inproc"));
  const ended = push.shutdown();
  await assert.rejects(push.send("late"), failure(ZmqClosedError, /PUSH connection.*shut down/));
  await ended;
  await assert.rejects(push.send("later"), failure(ZmqClosedError));
});

prove("types that only receive do not send", async (stage) => {
  for (const Kind of [ZmqPullConnection, ZmqSubConnection]) {
    const connection = stage.bind(Kind, {}, place("inproc"));
    const sent = connection.send("message" as never);
    await assert.rejects(sent, failure(ZmqStateError, /do not send/));
  }
});

prove("REQ and REP take turns", async (stage) => {
  const rep = stage.bind(ZmqRepConnection, {}, place("inproc"));
  await assert.rejects(rep.send("first"), failure(ZmqStateError, /receives a request before/));
  const req = stage.connect(ZmqReqConnection, rep);
  await req.send("request");
  await assert.rejects(req.send("another"), failure(ZmqStateError, /awaits its reply.*relaxed/));
  assert.deepEqual(await next(rep), ["request"]);
  await rep.send("reply");
  await assert.rejects(rep.send("once more"), failure(ZmqStateError));
  assert.deepEqual(await next(req), ["reply"]);
});

prove("a message that no peer gets is refused, and the next ones are sent", async (stage) => {
  const router = stage.bind(ZmqRouterConnection, { mandatory: true }, place("inproc"));
  const dealer = stage.connect(ZmqDealerConnection, router, { routingId: "here" });
  await dealer.send("hello");
  await router.receive();
  const sends = [
    router.send(["here", "0"]),
    router.send(["nowhere", "lost"]),
    router.send(["here", "1"]),
  ];
  const results = await Promise.allSettled(sends);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  await assert.rejects(sends[1] as Promise<void>, failure(ZmqUnroutableError, /routing id/));
  assert.deepEqual([await next(dealer), await next(dealer)], [["0"], ["1"]]);
});

prove("a mandatory ROUTER waits for the peer that is full", async (stage) => {
  const marks = { sendHighWaterMark: 1, receiveHighWaterMark: 1 };
  const router = stage.bind(ZmqRouterConnection, { mandatory: true, ...marks }, place("inproc"));
  const slow = stage.connect(ZmqDealerConnection, router, { routingId: "slow", ...marks });
  await slow.send("hello");
  await router.receive();
  const sends = Array.from({ length: 5 }, (_, n) => router.send(["slow", String(n)]));
  assert.equal(await settled(Promise.all(sends)), false);
  // A poll that waits for room meanwhile does not keep the event loop busy.
  assert.equal((await poll({ writable: [router] }, { timeout: 20 })).writable.size, 0);
  for (let n = 0; n < 5; n += 1) assert.deepEqual(await next(slow), [String(n)]);
  await Promise.all(sends);
});

prove("any number of messages that wait for a full peer go to it", async (stage) => {
  const router = stage.bind(ZmqRouterConnection, { mandatory: true }, "tcp://127.0.0.1:*");
  const slow = stage.connect(ZmqDealerConnection, router, { routingId: "slow" });
  await slow.send("hello");
  await router.receive();
  const body = Buffer.alloc(300);
  const sends = Array.from({ length: 60_000 }, (_, n) => router.send(["slow", String(n), body]));
  for (let n = 0; n < sends.length; n += 1) {
    const [number] = await slow.receive({ timeout: LIMIT });
    assert.equal(String(number), String(n));
  }
  await Promise.all(sends);
});

for (const [messages, size, least] of [
  [5_120, 7, 10],
  [160, 2 ** 20, 80],
] as const) {
  prove(
    `a loop of awaited sends of ${size} bytes gives the event loop its turns`,
    async (stage) => {
      const pub = stage.bind(ZmqPubConnection, {}, place("inproc"));
      const message = Buffer.alloc(size);
      let turns = 0;
      let on = true;
      const count = (): void => {
        turns += 1;
        if (on) setImmediate(count);
      };
      stage.t.after(() => {
        on = false; // also where the test fails, or it would go on for ever
      });
      setImmediate(count);
      for (let n = 0; n < messages; n += 1) await pub.publish(message, "tag");
      assert(turns >= least, `${turns} turns in ${messages} sends`);
    },
  );
}

prove("100 messages and large ones arrive whole over tcp", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
  const push = stage.connect(ZmqPushConnection, pull);
  for (let n = 0; n < 100; n += 1) void push.send(String(n));
  void push.send(["0".repeat(10_000), "1".repeat(10_000)]);
  const megabytes = Buffer.alloc(5_000_000, "m");
  void push.send(megabytes);
  for (let n = 0; n < 100; n += 1) assert.deepEqual(await next(pull), [String(n)]);
  assert.deepEqual(await next(pull), ["0".repeat(10_000), "1".repeat(10_000)]);
  assert((await pull.receive())[0]?.equals(megabytes));
});

prove("a connection has several endpoints, and more can be added and removed", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
  pull.addEndpoints([ZmqEndpoint.bind(place("ipc")), ZmqEndpoint.bind(place("inproc"))]);
  const [tcp, ipc, inproc] = pull.endpoints.map(({ address }) => address) as [
    string,
    string,
    string,
  ];
  assert.equal(pull.lastEndpoint, inproc);
  for (const address of [tcp, ipc, inproc]) {
    await stage.connect(ZmqPushConnection, address).send(address);
    assert.deepEqual(await next(pull), [address]);
  }
  for (const endpoint of [...pull.endpoints]) pull.removeEndpoints(endpoint);
  assert.deepEqual(pull.endpoints, []);
  assert.equal(pull.lastEndpoint, undefined);
  assert.throws(
    () => pull.removeEndpoints(ZmqEndpoint.bind(inproc)),
    failure(ZmqArgumentError, /no endpoint "bind inproc:/),
  );
  // The name is free, and who is bound there now gets the messages.
  const heir = stage.bind(ZmqPullConnection, {}, inproc);
  await stage.connect(ZmqPushConnection, inproc).send("to the heir");
  assert.deepEqual(await next(heir), ["to the heir"]);
});

prove("the list of endpoints stays as it is while it is added or removed", (stage) => {
  const push = stage.make(ZmqPushConnection);
  const three = ["1", "2", "3"].map((port) => ({ connect: `tcp://127.0.0.1:${port}` }));
  push.addEndpoints(three);
  push.removeEndpoints(push.endpoints);
  assert.deepEqual(push.endpoints, []);
  push.addEndpoints(three);
  for (const endpoint of push.endpoints) push.removeEndpoints(endpoint);
  assert.deepEqual(push.endpoints, []);
  push.addEndpoints(three);
  push.addEndpoints(push.endpoints);
  assert.equal(push.endpoints.length, 6);
});

prove("a DEALER that connects twice to an address is connected once", async (stage) => {
  const router = stage.bind(ZmqRouterConnection, {}, place("tcp"));
  const dealer = stage.make(ZmqDealerConnection);
  const twice = [{ connect: router.address }, { connect: router.address }];
  dealer.addEndpoints(twice);
  for (const text of ["one", "two"]) await dealer.send(text);
  const [first, second] = [await router.receive(), await router.receive()];
  assert.deepEqual(first[0], second[0]);
  dealer.removeEndpoints(twice);
  assert.deepEqual(dealer.endpoints, []);
});

prove("an endpoint whose peer has ended can be removed", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull);
  await push.send("hello");
  await next(pull);
  await pull.shutdown();
  await until(() => !push.writable);
  push.removeEndpoints({ connect: pull.address });
  assert.deepEqual(push.endpoints, []);
});

prove("a PUSH that is disconnected from one peer sends to the others", async (stage) => {
  const [left, right] = [1, 2].map(() => stage.bind(ZmqPullConnection, {}, place("tcp"))) as [
    ZmqPullConnection,
    ZmqPullConnection,
  ];
  const push = stage.make(ZmqPushConnection);
  const disconnected = told(left, "disconnected");
  const accepted = told(left, "handshakeSucceeded");
  push.addEndpoints([left, right].map((pull) => ZmqEndpoint.connect(pull.lastEndpoint ?? "")));
  await accepted;
  push.removeEndpoints(push.endpoints[0] as ZmqEndpoint);
  let gone = false;
  void disconnected.then(() => {
    gone = true;
  });
  for (let n = 0; n < 4 || !gone; n += 1) {
    await push.send(String(n));
    assert.deepEqual(await next(right), [String(n)]);
  }
});

prove("a connection tells what it is", (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, "inproc://told");
  pull.addEndpoints(ZmqEndpoint.connect("inproc://told/too"));
  assert.equal(String(pull), "PULL connection (bind inproc://told, connect inproc://told/too)");
  assert.equal(pull.socketType, "PULL");
  assert.equal(pull.factory, stage.factory);
  assert.deepEqual(text(pull.endpoints), ["bind inproc://told", "connect inproc://told/too"]);
});
