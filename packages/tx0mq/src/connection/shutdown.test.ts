import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import {
  type Message,
  poll,
  proxy,
  ZmqAddressInUseError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqOptionError,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqXREQConnection,
} from "../index.js";
import { Child } from "../testing/child.js";
import {
  at,
  failure,
  HOST,
  next,
  place,
  prove,
  settled,
  TRANSPORTS,
  text,
  told,
  until,
} from "../testing/stage.js";

const FOR_EVER = { lingerPeriod: -1 };
const LONG = { lingerPeriod: 30_000 };

// What waits to be read -----------------------------------------------------------------------

prove("pending receives reject, iterations and polls end", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const closed = failure(ZmqClosedError, /PULL connection \(bind inproc:.*has been shut down/);
  const pending = [
    assert.rejects(pull.receive(), closed),
    assert.rejects(pull.receive({ timeout: 60_000 }), closed),
    assert.rejects(pull.receive({ signal: new AbortController().signal }), closed),
    assert.doesNotReject(poll({ readable: [pull] })),
    (async () => {
      for await (const message of pull) assert.fail(String(message));
    })(),
  ];
  const controller = new AbortController();
  const aborted = pull.receive({ signal: controller.signal });
  controller.abort();
  await aborted.catch(() => undefined);
  await pull.shutdown();
  await Promise.all(pending);
});

prove("a handler gets no message after shutdown() was called", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull);
  for (let n = 0; n < 100; n += 1) await push.send(String(n));
  let handled = 0;
  let ended: Promise<void> | undefined;
  pull.on("message", () => {
    handled += 1;
    if (handled === 3) ended = pull.shutdown();
  });
  await until(() => ended !== undefined);
  await ended;
  assert.equal(handled, 3);
});

prove("a shutdown that is called again while it begins is the same one", async (stage) => {
  const ends: Promise<void>[] = [];
  /** One of two that end together. */
  class Partner extends ZmqPullConnection {
    partner: Partner | undefined;

    protected override shuttingDown(): void {
      ends.push(this.shutdown(), stage.factory.shutdown());
      void this.partner?.shutdown();
    }
  }
  const [one, other] = [stage.bind(Partner), stage.bind(Partner)];
  one.partner = other;
  other.partner = one;
  const closes: Partner[] = [];
  for (const partner of [one, other]) partner.on("close", () => closes.push(partner));
  const end = one.shutdown();
  assert.deepEqual([one.closed, other.closed, stage.factory.closed], [true, true, true]);
  await end;
  await stage.factory.shutdown();
  assert.equal(new Set([...ends, end, other.shutdown(), stage.factory.shutdown()]).size, 3);
  assert.equal(closes.length, 2);
});

prove("a second shutdown is the same one, and close is told once", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
  let closes = 0;
  pull.on("close", () => {
    closes += 1;
    assert(pull.closed);
  });
  assert.equal(pull.closed, false);
  const first = pull.shutdown();
  assert(pull.closed);
  assert.equal(pull.shutdown(), first);
  await first;
  assert.equal(pull.shutdown(), first);
  await Promise.all([pull[Symbol.asyncDispose](), stage.factory.shutdown()]);
  assert.equal(closes, 1);
  assert.equal(stage.factory.connections.size, 0);
});

prove("what a close listener throws harms nothing", async (stage) => {
  const printed = stage.t.mock.method(console, "error", () => undefined);
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  pull.on("close", () => {
    throw new Error("close");
  });
  await pull.shutdown();
  assert.equal(printed.mock.callCount(), 1);
});

prove("a connection that is shut down can do nothing more", async (stage) => {
  const sub = stage.bind(ZmqSubConnection, {}, place("inproc"));
  const endpoint = sub.endpoints[0] as ZmqEndpoint;
  await sub.shutdown();
  const closed = failure(ZmqClosedError);
  assert.throws(() => sub.addEndpoints(ZmqEndpoint.bind(place("inproc"))), closed);
  assert.throws(() => sub.removeEndpoints(endpoint), closed);
  assert.throws(() => sub.subscribe("tag"), closed);
  assert.equal(sub.readable, false);
  assert.equal(sub.writable, false);
  sub.pause();
  sub.resume();
  sub.on("message", () => undefined).on("connected", () => undefined);
});

// What waits to be sent -------------------------------------------------------------------------

prove("queued sends get the linger period, and then reject", async (stage) => {
  const push = stage.bind(ZmqPushConnection, { lingerPeriod: 20 }, place("inproc"));
  const sends = Array.from({ length: 5 }, (_, n) => push.send(String(n)));
  const ended = push.shutdown();
  assert.equal(await settled(sends[0] as Promise<void>), false);
  const began = performance.now();
  for (const sent of sends) await assert.rejects(sent, failure(ZmqClosedError));
  await ended;
  assert(performance.now() - began < 20_000);
});

prove("without linger queued sends reject at once", async (stage) => {
  const push = stage.bind(ZmqPushConnection, { lingerPeriod: 0 }, place("tcp"));
  const sends = Array.from({ length: 5 }, (_, n) => push.send(String(n)));
  // Those that nobody awaits do not bring the process down.
  for (let n = 0; n < 5; n += 1) void push.send(String(n));
  await push.shutdown();
  for (const sent of sends) await assert.rejects(sent, failure(ZmqClosedError));
});

prove("waits that nobody awaits do not bring the process down", async (stage) => {
  const pull = stage.bind(ZmqPullConnection);
  const { signal } = new AbortController();
  for (const wait of [undefined, { timeout: 60_000 }, { signal }]) {
    void pull.receive(wait);
    void pull.peers(1, wait);
  }
  const awaited = pull.receive({ timeout: 60_000 });
  await assert.rejects(pull.receive({ timeout: -2 }), failure(ZmqOptionError));
  await pull.shutdown();
  await assert.rejects(awaited, failure(ZmqClosedError));
});

for (const transport of TRANSPORTS) {
  prove(
    `queued sends go to a peer that comes within the linger period over ${transport}`,
    async (s) => {
      const push = s.bind(ZmqPushConnection, FOR_EVER, place(transport));
      const sends = Array.from({ length: 20 }, (_, n) => push.send(["number", String(n)]));
      const ended = push.shutdown();
      for (let n = 0; n < 5; n += 1) await turn();
      assert.equal(await settled(ended), false);
      const pull = s.connect(ZmqPullConnection, push);
      for (let n = 0; n < 20; n += 1) assert.deepEqual(await next(pull), ["number", String(n)]);
      await Promise.all([...sends, ended]);
    },
  );

  prove(
    `what ZeroMQ has taken goes to a peer that comes after shutdown() over ${transport}`,
    async (s) => {
      const address = await freeAddress(s.factory, transport);
      const push = s.connect(ZmqPushConnection, address, { ...LONG, reconnectInterval: 1 });
      for (let n = 0; n < 20; n += 1) await push.send(String(n));
      const ended = push.shutdown();
      for (let n = 0; n < 5; n += 1) await turn();
      assert.equal(await settled(ended), false);
      const pull = s.bind(ZmqPullConnection, {}, address);
      for (let n = 0; n < 20; n += 1) assert.deepEqual(await next(pull), [String(n)]);
      await ended;
    },
  );

  prove(`shutdown ends where nobody ever comes over ${transport}`, async (s) => {
    const address = await freeAddress(s.factory, transport);
    for (const options of [{ lingerPeriod: 0 }, { lingerPeriod: 5 }]) {
      const push = s.connect(ZmqPushConnection, address, options);
      await push.send("to nobody");
      await push.shutdown();
    }
    const idle = [FOR_EVER, LONG].map((options) => s.connect(ZmqPushConnection, address, options));
    await Promise.all(idle.map((push) => push.shutdown()));
    // Nothing is left of them for whoever is bound there later.
    const pull = s.bind(ZmqPullConnection, {}, address);
    await s.connect(ZmqPushConnection, address).send("fresh");
    assert.deepEqual(await next(pull), ["fresh"]);
  });

  prove(
    `shutdown ends where the peer is idle, reads slowly or is gone over ${transport}`,
    async (s) => {
      const pull = s.bind(ZmqPullConnection, {}, place(transport));
      const slow = s.connect(ZmqPushConnection, pull, LONG);
      for (let n = 0; n < 10; n += 1) await slow.send(String(n));
      await slow.shutdown();
      const idle = s.connect(ZmqPushConnection, pull);
      for (let n = 0; n < 10; n += 1) assert.deepEqual(await next(pull), [String(n)]);
      const left = s.connect(ZmqPushConnection, pull, { lingerPeriod: 5 });
      await pull.shutdown();
      const sent = left.send("to the one that is gone").catch(() => undefined);
      await Promise.all([idle.shutdown(), left.shutdown(), sent]);
    },
  );

  prove(
    `an address can be bound again as soon as shutdown() is over, ${transport}`,
    async (stage) => {
      let pull = stage.bind(ZmqPullConnection, {}, place(transport));
      const address = at(pull);
      for (let n = 0; n < 20; n += 1) {
        const push = stage.connect(ZmqPushConnection, address);
        await push.send(String(n));
        assert.deepEqual(await next(pull), [String(n)]);
        const reading = pull.receive().catch((error: Error) => error.name);
        await pull.shutdown();
        assert.equal(await reading, "ZmqClosedError");
        pull = stage.bind(ZmqPullConnection, {}, address);
        void push.shutdown();
      }
    },
  );

  prove(`a client that is left behind finds the next server over ${transport}`, async (stage) => {
    if (transport === "inproc") return; // which does not reconnect
    const first = stage.bind(ZmqRepConnection, {}, place(transport));
    const address = at(first);
    const req = stage.connect(ZmqReqConnection, address, { reconnectInterval: 1, relaxed: true });
    await req.send("one");
    assert.deepEqual(await next(first), ["one"]);
    const left = told(req, "disconnected");
    await first.shutdown();
    await left; // what is sent before may go down with the old connection
    const second = stage.bind(ZmqRepConnection, {}, address);
    second.on("message", ([frame]) => second.send(`${frame} again`));
    await req.send("two");
    assert.deepEqual(await next(req), ["two again"]);
  });
}

async function freeAddress(factory: ZmqFactory, transport: (typeof TRANSPORTS)[number]) {
  const pull = new ZmqPullConnection(factory, ZmqEndpoint.bind(place(transport)));
  await pull.shutdown();
  return at(pull);
}

prove("a shutdown in the midst of sends loses none that was taken", async (stage) => {
  // A receiver that is full when its peer goes loses messages: that is libzmq's.
  const pull = stage.bind(ZmqPullConnection, { receiveHighWaterMark: 0 }, place("ipc"));
  const push = stage.connect(ZmqPushConnection, pull, { sendHighWaterMark: 1, ...LONG });
  let taken = 0;
  const sending = (async () => {
    for (;;) {
      await push.send([String(taken), Buffer.alloc(1_000)]);
      taken += 1;
    }
  })();
  await until(() => taken >= 20);
  const ended = push.shutdown();
  await assert.rejects(sending, failure(ZmqClosedError));
  await ended;
  for (let n = 0; n < taken; n += 1) {
    assert.equal(String((await pull.receive())[0]), String(n));
  }
});

prove(
  "several connections that wait for the same inproc address do not hinder each other",
  async (stage) => {
    const address = place("inproc");
    const [gone, stays, leaves] = ["gone", "stays", "leaves"].map((name) => {
      const push = stage.connect(ZmqPushConnection, address, { lingerPeriod: 0 });
      void push.send(name);
      return push;
    }) as [ZmqPushConnection, ZmqPushConnection, ZmqPushConnection];
    await gone.shutdown();
    await leaves.shutdown();
    await stays.send("still");
    const pull = stage.bind(ZmqPullConnection, {}, address);
    const seen: string[] = [];
    while (!seen.includes("still")) seen.push(...(await next(pull)));
    assert(seen.includes("stays"));
  },
);

prove(
  "a connection that waits for an inproc address, as others do, frees its own",
  async (stage) => {
    const awaited = place("inproc");
    const stays = stage.connect(ZmqPushConnection, awaited);
    for (const transport of ["tcp", "ipc"] as const) {
      const leaves = stage.connect(ZmqPushConnection, awaited);
      const ready = leaves.peers(1);
      leaves.addEndpoints([{ bind: place("inproc") }, { bind: place(transport) }]);
      const peer = stage.make(ZmqPullConnection);
      const left = told(peer, "disconnected");
      peer.addEndpoints({ connect: at(leaves) });
      await ready;
      const own = leaves.endpoints.slice(1);
      await leaves.shutdown();
      const heir = stage.make(ZmqPullConnection);
      heir.addEndpoints(own);
      await left;
    }
    const last = stage.connect(ZmqPushConnection, awaited);
    last.addEndpoints({ bind: place("tcp") });
    await Promise.all([last.shutdown(), stays.shutdown()]);
  },
);

prove(
  "peers that wait for something themselves notice an inproc shutdown, and go on",
  async (stage) => {
    const marks = { sendHighWaterMark: 1, receiveHighWaterMark: 1 };
    const address = place("inproc");
    const first = stage.bind(ZmqDealerConnection, marks, address);
    const dealer = stage.connect(ZmqDealerConnection, first, marks);
    const received = dealer.receive();
    while (dealer.writable) await dealer.send("filling");
    const waiting = dealer.send("waits");
    await first.shutdown();
    const second = stage.bind(ZmqDealerConnection, marks, address);
    dealer.addEndpoints(ZmqEndpoint.connect(address));
    await waiting;
    while ((await next(second))[0] !== "waits");
    await second.send("back");
    assert.deepEqual(text(await received), ["back"]);
  },
);

prove("an inproc shutdown ends where another connection has taken the name over", async (stage) => {
  for (const leaver of ["first", "peer"] as const) {
    const address = place("inproc");
    const first = stage.bind(ZmqPullConnection, {}, address);
    const peer = stage.connect(ZmqPushConnection, address);
    first.removeEndpoints(ZmqEndpoint.bind(address));
    stage.bind(ZmqPullConnection, {}, address);
    await { first, peer }[leaver].shutdown(); // the other is idle
  }
});

prove("and where another one takes it over while the shutdown goes on", async (stage) => {
  const address = place("inproc");
  const first = stage.bind(ZmqPullConnection, {}, address);
  const peer = stage.connect(ZmqPushConnection, address);
  const ended = first.shutdown();
  await until(() => {
    try {
      stage.bind(ZmqPullConnection, {}, address);
      return true;
    } catch (error) {
      assert(error instanceof ZmqAddressInUseError);
      return false;
    }
  });
  await ended;
  await peer.shutdown();
});

prove("a connection that has bound an inproc name twice can be shut down", async (stage) => {
  const endpoint = ZmqEndpoint.bind(place("inproc"));
  const pull = stage.make(ZmqPullConnection);
  pull.addEndpoints(endpoint);
  pull.removeEndpoints(endpoint);
  pull.addEndpoints(endpoint);
  await pull.shutdown();
  await stage.bind(ZmqPullConnection, {}, endpoint.address).shutdown();
});

prove(
  "REPs and ROUTERs that wait for one to be bound over inproc can be shut down",
  async (stage) => {
    const child = new Child(
      stage.t,
      `const factory = new zmq.ZmqFactory();
    const there = { connect: "inproc://nobody" };
    new zmq.ZmqRepConnection(factory, there);
    const router = new zmq.ZmqRouterConnection(factory, there);
    router.removeEndpoints(there);
    router.readable;
    router.addEndpoints(there);
    await factory.shutdown();`,
    );
    assert.deepEqual(await child.end, { code: 0, signal: null }, child.errors);
  },
);

prove(
  "who connects to an inproc name that a pending shutdown has freed can be shut down",
  async (stage) => {
    const tcp = await freeAddress(stage.factory, "tcp");
    const push = stage.connect(ZmqPushConnection, tcp, { ...FOR_EVER, reconnectInterval: 1 });
    await push.send("holds up the shutdown");
    const address = place("inproc");
    push.addEndpoints(ZmqEndpoint.bind(address));
    const ended = push.shutdown();
    for (let n = 0; n < 5; n += 1) await turn();
    assert.equal(await settled(ended), false);
    await stage.connect(ZmqPullConnection, address).shutdown();
    const pull = stage.bind(ZmqPullConnection, {}, tcp);
    assert.deepEqual(await next(pull), ["holds up the shutdown"]);
    await ended;
  },
);

prove("an inproc shutdown does not wait until a slow peer has read all", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull);
  for (let n = 0; n < 1_000; n += 1) await push.send("message");
  let handled = 0;
  pull.on("message", () => {
    handled += 1;
    for (const end = performance.now() + 2; performance.now() < end; );
  });
  await until(() => handled > 0);
  await push.shutdown();
  assert(handled < 1_000, `${handled} handled`);
  await pull.shutdown();
});

prove("a factory that ends does not wait for readers that it ends, too", async (stage) => {
  const push = stage.bind(ZmqPushConnection, { ...LONG, sendHighWaterMark: 1 }, place("inproc"));
  stage.connect(ZmqPullConnection, push, { receiveHighWaterMark: 1 });
  await until(() => push.writable);
  const sent = Promise.all(Array.from({ length: 100 }, () => push.send("nobody reads it")));
  await until(() => !push.writable);
  const undelivered = told(push, "undelivered");
  await Promise.all([assert.rejects(sent, ZmqClosedError), stage.factory.shutdown()]);
  assert.deepEqual(await undelivered, { lingerPeriod: 0 });
});

prove("nor does it wait for what a proxy has in hand for them", async (stage) => {
  const push = stage.bind(ZmqPushConnection, { ...LONG, sendHighWaterMark: 1 }, place("inproc"));
  stage.connect(ZmqPullConnection, push, { receiveHighWaterMark: 1 });
  await until(() => push.writable);
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const source = stage.connect(ZmqPushConnection, pull);
  let inHand = 0;
  const count = (message: unknown): void => {
    const { connection } = message as { connection: object };
    if (connection === pull) inHand += 1;
    if (connection === push) inHand -= 1;
  };
  for (const name of ["tx0mq:receive", "tx0mq:send"]) {
    subscribe(name, count);
    stage.t.after(() => unsubscribe(name, count));
  }
  proxy(pull, push);
  for (let n = 0; n < 100; n += 1) await source.send("nobody reads it");
  await until(() => inHand === 1 && !push.writable);
  const undelivered = told(push, "undelivered");
  await stage.factory.shutdown();
  assert.deepEqual(await undelivered, { lingerPeriod: 0 });
});

prove("await using shuts connections and factories down", async (stage) => {
  const address = at(stage.bind(ZmqPullConnection, {}, place("tcp")));
  await stage.factory.shutdown();
  {
    await using factory = new ZmqFactory();
    await using pull = new ZmqPullConnection(factory, ZmqEndpoint.bind(address));
    void pull;
  }
  {
    await using factory = new ZmqFactory();
    new ZmqPullConnection(factory, ZmqEndpoint.bind(address));
  }
  const factory = new ZmqFactory();
  new ZmqPullConnection(factory, ZmqEndpoint.bind(address));
  await factory.shutdown();
});

// Where a constructor fails ----------------------------------------------------------------------

prove("a constructor that fails leaves nothing behind", async (stage) => {
  const address = at(stage.bind(ZmqPullConnection, {}, place("tcp")));
  const factory = new ZmqFactory({ lingerPeriod: 0 });
  const used: ZmqEndpoint[] = [];
  const free = (): ZmqEndpoint => {
    const endpoint = ZmqEndpoint.bind(place("ipc"));
    used.push(endpoint);
    return endpoint;
  };
  const fails: [() => unknown, abstract new (...args: never[]) => Error][] = [
    [
      () => new ZmqPullConnection(factory, [free(), ZmqEndpoint.bind(address)]),
      ZmqAddressInUseError,
    ],
    [
      () => new ZmqPullConnection(factory, [free(), ZmqEndpoint.bind("ipc:///no/such/folder")]),
      ZmqEndpointError,
    ],
    [() => new ZmqPullConnection(factory, free(), { unknown: 1 } as object), ZmqOptionError],
    [() => new ZmqXREQConnection(factory, free(), { requestTimeout: -3 }), ZmqOptionError],
    [() => new ZmqPullConnection(factory, free(), { sendQueueLimit: -3 }), ZmqOptionError],
  ];
  for (const [make, Kind] of fails) {
    assert.throws(make, failure(Kind));
    assert.equal(factory.connections.size, 0);
    await turn();
  }
  await factory.shutdown();
  // All that was bound on the way is free again.
  assert.equal(used.length, fails.length);
  await new ZmqPullConnection(stage.factory, used).shutdown();
});

prove("1,000 constructors that fail use up no sockets", async (stage) => {
  const address = at(stage.bind(ZmqPullConnection, {}, place("tcp")));
  for (let n = 0; n < 1_000; n += 1) {
    assert.throws(() => stage.bind(ZmqPullConnection, {}, address), failure(ZmqAddressInUseError));
    if (n % 50 === 0) for (let i = 0; i < 5; i += 1) await new Promise((go) => setTimeout(go, 1));
  }
});

prove(
  "400 connections opened and shut down in turn use up no sockets, of which there are few",
  async (stage) => {
    const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
    for (let n = 0; n < 200; n += 1) {
      const push = stage.connect(ZmqPushConnection, pull);
      if (n % 20 === 0) {
        await push.send("message");
        await pull.receive();
      }
      await push.shutdown();
      await stage.bind(ZmqRouterConnection, {}, place("inproc")).shutdown();
    }
  },
  { maxSockets: 5 },
);

// Peers that misbehave -----------------------------------------------------------------------------

prove("a peer that hangs in the handshake does not hold up the shutdown", async (stage) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket));
  stage.t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as { port: number };
  const push = stage.connect(ZmqPushConnection, `tcp://${HOST}:${port}`, { lingerPeriod: 5 });
  await push.send("never read");
  await until(() => sockets.length === 1);
  await push.shutdown();

  const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
  const mute = connectTcp(Number(new URL(at(pull)).port), HOST);
  mute.on("error", () => undefined);
  stage.t.after(() => mute.destroy());
  await told(mute, "connect");
  await pull.shutdown();
});

prove("messages that were received before a peer has gone are there", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
  const push = stage.connect(ZmqPushConnection, pull, LONG);
  for (let n = 0; n < 10; n += 1) await push.send(String(n));
  await push.shutdown();
  const [message] = (await told<Message>(pull, "message")) as Message;
  assert.equal(String(message), "0");
  for (let n = 1; n < 10; n += 1) assert.deepEqual(await next(pull), [String(n)]);
});
