import assert from "node:assert/strict";
import { scrypt } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import {
  type AnyConnection,
  type ProxiedConnection,
  poll,
  proxy,
  ZmqArgumentError,
  ZmqClientConnection,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqGatherConnection,
  ZmqOptionError,
  type ZmqProxy,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqScatterConnection,
  ZmqServerConnection,
  ZmqStateError,
  ZmqSubConnection,
  ZmqXPubConnection,
  ZmqXSubConnection,
} from "./index.js";
import { Child } from "./testing/child.js";
import { onZmtp } from "./testing/engine.js";
import {
  at,
  failure,
  LIMIT,
  next,
  place,
  prove,
  type Stage,
  settled,
  TRANSPORTS,
  text,
  told,
} from "./testing/stage.js";

const KINDS = ["plain", "capturing"] as const;

function start(
  stage: Stage,
  kind: (typeof KINDS)[number],
  ...ends: [Parameters<typeof proxy>[0], Parameters<typeof proxy>[1]]
): { running: ZmqProxy; captured: ZmqPullConnection | undefined } {
  if (kind === "plain") return { running: proxy(...ends), captured: undefined };
  const captured = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const capture = stage.connect(ZmqPushConnection, captured);
  return { running: proxy(...ends, { capture }), captured };
}

for (const kind of KINDS) {
  for (const transport of TRANSPORTS) {
    prove(`REQ and REP talk through ROUTER and DEALER, ${kind}, ${transport}`, async (stage) => {
      const frontend = stage.bind(ZmqRouterConnection, {}, place(transport));
      const backend = stage.bind(ZmqDealerConnection, {}, place(transport));
      const { running, captured } = start(stage, kind, frontend, backend);
      const workers = [1, 2].map(() => stage.connect(ZmqRepConnection, backend));
      for (const worker of workers) {
        worker.on("message", ([request]) => void worker.send(`${request} done`));
      }
      const clients = [1, 2, 3].map(() => stage.connect(ZmqReqConnection, frontend));
      await Promise.all(
        clients.map(async (client, c) => {
          for (let n = 0; n < 10; n += 1) {
            await client.send(`${c} ${n}`);
            assert.deepEqual(await next(client), [`${c} ${n} done`]);
          }
        }),
      );
      if (captured !== undefined) {
        for (let n = 0; n < 60; n += 1) assert.equal((await captured.receive()).length, 3);
      }
      await running.stop();
      await running.ended;
      assert(frontend.closed && backend.closed);
      // The addresses are free.
      stage.bind(ZmqRouterConnection, {}, at(frontend));
      stage.bind(ZmqDealerConnection, {}, at(backend));
    });
  }

  prove(`XSUB and XPUB pass subscriptions on, ${kind}`, async (stage) => {
    const frontend = stage.bind(ZmqXSubConnection, {}, place("tcp"));
    const backend = stage.bind(ZmqXPubConnection, {}, place("tcp"));
    const { running } = start(stage, kind, frontend, backend);
    const publisher = stage.connect(ZmqXPubConnection, frontend);
    const sub = stage.connect(ZmqSubConnection, backend);
    sub.subscribe("wanted");
    assert.deepEqual(await next(publisher), ["\u0001wanted"]);
    await publisher.send(["unwanted", "0"]);
    await publisher.send(["wanted", "1"]);
    assert.deepEqual(await next(sub), ["wanted", "1"]);
    sub.unsubscribe("wanted");
    assert.deepEqual(await next(publisher), ["\u0000wanted"]);
    await running.stop();
  });

  prove(
    `PULL and PUSH pass tasks on; pause holds them back and resume lets them go, ${kind}`,
    async (stage) => {
      const frontend = stage.bind(ZmqPullConnection, {}, place("tcp"));
      const backend = stage.bind(ZmqPushConnection, {}, place("tcp"));
      const { running } = start(stage, kind, frontend, backend);
      const source = stage.connect(ZmqPushConnection, frontend);
      const sink = stage.connect(ZmqPullConnection, backend);
      await source.send(["task", "0"]);
      assert.deepEqual(await next(sink), ["task", "0"]);
      running.pause();
      running.pause();
      // It takes a moment: some messages may pass before.
      const got: string[] = [];
      let sent = 0;
      for (let held = 0; held < 3; ) {
        sent += 1;
        await source.send(["task", String(sent)]);
        const passed = await sink.receive({ timeout: 15 }).catch(() => undefined);
        if (passed !== undefined) got.push(String(passed[1]));
        held = passed === undefined ? held + 1 : 0;
      }
      running.resume();
      running.resume();
      while (got.length < sent) got.push(String((await next(sink))[1]));
      assert.deepEqual(
        got,
        Array.from({ length: sent }, (_, n) => String(n + 1)),
      );
      running.pause();
      await running.stop();
      await running.stop();
      running.pause();
      running.resume();
    },
  );

  for (const end of ["frontend", "backend", "factory"] as const) {
    prove(`it ends when the ${end} is shut down, ${kind}`, async (stage) => {
      const frontend = stage.bind(ZmqRouterConnection, {}, place("ipc"));
      const backend = stage.bind(ZmqDealerConnection, {}, place("ipc"));
      const { running } = start(stage, kind, frontend, backend);
      await turn();
      await { frontend, backend, factory: stage.factory }[end].shutdown();
      await running.ended;
      assert(frontend.closed && backend.closed);
    });
  }

  prove(`it wants both for itself, open and connected to something, ${kind}`, async (stage) => {
    const backend = stage.bind(ZmqDealerConnection, {}, place("inproc"));
    const refused = (frontend: ZmqRouterConnection, why: RegExp): void => {
      const wrong = failure(ZmqStateError, why);
      assert.throws(() => start(stage, kind, frontend, backend), wrong);
      assert.throws(() => start(stage, kind, backend, frontend), wrong);
    };
    refused(stage.make(ZmqRouterConnection), /neither bound nor connected/);
    const handled = stage.bind(ZmqRouterConnection, {}, place("inproc"));
    handled.on("message", () => undefined);
    refused(handled, /is being read or written/);
    const read = stage.bind(ZmqRouterConnection, {}, place("inproc"));
    const received = read.receive();
    refused(read, /is being read or written/);
    const gone = stage.bind(ZmqRouterConnection, {}, place("inproc"));
    await gone.shutdown();
    assert.throws(() => start(stage, kind, gone, backend), failure(ZmqClosedError));
    // What was refused is as it was before.
    const dealer = stage.connect(ZmqDealerConnection, read);
    await dealer.send("still read");
    assert.equal(String((await received)[1]), "still read");
    const { running } = start(stage, kind, read, backend);
    await running.stop();
  });
}

/** Resolves when the connection has taken a message out of ZeroMQ. */
function takes(connection: AnyConnection): Promise<void> {
  return new Promise((resolve) => {
    const look = (message: unknown): void => {
      if ((message as { connection: unknown }).connection !== connection) return;
      unsubscribe("tx0mq:receive", look);
      resolve();
    };
    subscribe("tx0mq:receive", look);
  });
}

const NONE_IN_HAND = { skip: onZmtp("a proxy that is paused takes no message") };

/** Pauses a proxy that has just taken a message, and could not pass it on before. */
async function pausedInHand(
  running: ZmqProxy,
  frontend: ZmqPullConnection,
  source: ZmqPushConnection,
  sinks: readonly ZmqPullConnection[],
): Promise<void> {
  for (;;) {
    running.pause();
    const inHand = takes(frontend);
    await source.send("held");
    // It is taken where the proxy waits for a message already.
    for (let turns = 0; turns < 10; turns += 1) {
      if (await settled(inHand)) return;
      await turn();
    }
    running.resume();
    for (const sink of sinks) assert.deepEqual(await next(sink), ["held"]);
  }
}

prove(
  "a proxy that is stopped while it is paused sends what it has received",
  async (stage) => {
    const frontend = stage.bind(ZmqPullConnection, {}, place("inproc"));
    const backend = stage.bind(ZmqPushConnection, { lingerPeriod: LIMIT }, place("inproc"));
    const sink = stage.connect(ZmqPullConnection, backend);
    const { running, captured } = start(stage, "capturing", frontend, backend);
    const source = stage.connect(ZmqPushConnection, frontend);
    await pausedInHand(running, frontend, source, [sink, captured as ZmqPullConnection]);
    assert.equal(sink.readable, false);
    await Promise.all([running.stop(), running.ended]);
    assert.deepEqual(await next(sink), ["held"]);
    assert.deepEqual(await next(captured as ZmqPullConnection), ["held"]);
  },
  NONE_IN_HAND,
);

for (const end of ["frontend", "backend"] as const) {
  prove(`a capturing proxy that is idle ends when the ${end} is shut down`, async (stage) => {
    const kinds = [
      [ZmqPullConnection, ZmqPushConnection],
      [ZmqSubConnection, ZmqPubConnection],
    ] as const;
    for (const [Front, Back] of kinds) {
      const frontend = stage.bind<ProxiedConnection, object>(Front, {}, place("inproc"));
      const backend = stage.bind<ProxiedConnection, object>(Back as never, {}, place("inproc"));
      const { running } = start(stage, "capturing", frontend, backend);
      await turn();
      await { frontend, backend }[end].shutdown();
      await running.ended;
      assert(frontend.closed && backend.closed);
    }
  });

  prove(
    `so does one that is paused with a message in hand: ${end}`,
    async (stage) => {
      const frontend = stage.bind(ZmqPullConnection, {}, place("inproc"));
      const backend = stage.bind(ZmqPushConnection, { lingerPeriod: LIMIT }, place("inproc"));
      const sink = stage.connect(ZmqPullConnection, backend);
      const running = proxy(frontend, backend);
      const source = stage.connect(ZmqPushConnection, frontend);
      await pausedInHand(running, frontend, source, [sink]);
      await { frontend, backend }[end].shutdown();
      await running.ended;
      assert(frontend.closed && backend.closed);
      assert.deepEqual(await next(sink), ["held"]);
    },
    NONE_IN_HAND,
  );

  prove(`and one whose backend has no peer to send to: ${end}`, async (stage) => {
    const frontend = stage.bind(ZmqPullConnection, {}, place("inproc"));
    const backend = stage.bind(ZmqPushConnection, {}, place("inproc"));
    const { running } = start(stage, "capturing", frontend, backend);
    const inHand = takes(frontend);
    await stage.connect(ZmqPushConnection, frontend).send("for nobody");
    await inHand;
    await turn();
    await { frontend, backend }[end].shutdown();
    await running.ended;
    assert(frontend.closed && backend.closed);
  });
}

prove(
  "a proxy of something else, or with an option that there is not, is refused",
  async (stage) => {
    const pass = proxy as (...args: unknown[]) => unknown;
    const frontend = stage.bind(ZmqRouterConnection, {}, place("inproc"));
    const backend = stage.bind(ZmqDealerConnection, {}, place("inproc"));
    const two = failure(
      ZmqArgumentError,
      /a proxy has two connections: proxy\(frontend, backend\)/,
    );
    for (const args of [[], [frontend], [{}, backend]]) assert.throws(() => pass(...args), two);
    const wrong: [object, RegExp][] = [
      [{ Capture: backend }, /option Capture: there is no such option/],
      [{ capture: 5 }, /option capture: is a connection that sends/],
    ];
    for (const [options, why] of wrong) {
      assert.throws(() => pass(frontend, backend, options), failure(ZmqOptionError, why));
    }
    await proxy(frontend, backend, { capture: undefined }).stop();
  },
);

prove("what belongs to a proxy is read and written by nobody else", async (stage) => {
  const frontend = stage.bind(ZmqRouterConnection, {}, place("inproc"));
  const backend = stage.bind(ZmqDealerConnection, {}, place("inproc"));
  const running = proxy(frontend, backend);
  const belongs = failure(ZmqStateError, /belongs to a proxy/);
  await assert.rejects(frontend.send(["to", "whom"]), belongs);
  await assert.rejects(frontend.receive(), belongs);
  await assert.rejects(async () => {
    for await (const _ of frontend);
  }, belongs);
  await assert.rejects(poll({ readable: [frontend] }), belongs);
  assert.throws(() => frontend.on("message", () => undefined), belongs);
  assert.throws(() => proxy(frontend, backend), belongs);
  assert.equal(frontend.readable || frontend.writable, false);
  await running.stop();
});

prove("a proxy's connections can get more endpoints, and tell of their peers", async (stage) => {
  const frontend = stage.bind(ZmqPullConnection, {}, place("tcp"));
  const backend = stage.bind(ZmqPushConnection, {}, place("tcp"));
  const running = proxy(frontend, backend);
  const peer = frontend.peers(1);
  frontend.addEndpoints({ bind: place("tcp") });
  const source = stage.connect(ZmqPushConnection, at(frontend));
  await peer;
  await source.send("task");
  assert.deepEqual(await next(stage.connect(ZmqPullConnection, backend)), ["task"]);
  await running.stop();
});

prove("however many proxies there are, files, names and keys go on working", async (stage) => {
  const proxies = Array.from({ length: 12 }, () => {
    const frontend = stage.bind(ZmqPullConnection, {}, place("tcp"));
    const backend = stage.bind(ZmqPushConnection, {}, place("tcp"));
    const running = proxy(frontend, backend);
    const source = stage.connect(ZmqPushConnection, frontend);
    return { running, source, sink: stage.connect(ZmqPullConnection, backend) };
  });
  for (const { source } of proxies) await source.send("task");
  for (const { sink } of proxies) assert.deepEqual(await next(sink), ["task"]);
  await Promise.all([
    readFile(new URL(import.meta.url)),
    lookup("localhost"),
    promisify(scrypt)("password", "salt", 32),
  ]);
  await Promise.all(proxies.map(({ running }) => running.stop()));
});

prove("ended has settled when stop() has, and when the factory's shutdown has", async (stage) => {
  const make = (): ZmqProxy =>
    proxy(stage.bind(ZmqPullConnection, {}, place()), stage.bind(ZmqPushConnection, {}, place()));
  const stopped = make();
  await stopped.stop();
  assert(await settled(stopped.ended));
  const [running, stopping] = [make(), make()];
  void stopping.stop();
  await stage.factory.shutdown();
  assert(await settled(running.ended));
  assert(await settled(stopping.ended));
  await running.stop();
});

prove("a capture that nobody reads does not keep a proxy from ending", async (stage) => {
  const frontend = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const backend = stage.bind(ZmqPushConnection, {}, place("inproc"));
  const capture = stage.bind(ZmqPushConnection, {}, place("inproc"));
  const running = proxy(frontend, backend, { capture });
  const sink = stage.connect(ZmqPullConnection, backend);
  await stage.connect(ZmqPushConnection, frontend).send("task");
  assert.deepEqual(await next(sink), ["task"]);
  await running.stop();
  await running.ended;
  assert.equal(capture.closed, false);
});

prove("a proxy takes no more than it can pass on, either way", async (stage) => {
  const marks = { sendHighWaterMark: 5, receiveHighWaterMark: 5 };
  const frontend = stage.bind(ZmqDealerConnection, marks, place("inproc"));
  const backend = stage.bind(ZmqDealerConnection, marks, place("inproc"));
  const running = proxy(frontend, backend);
  const ends = [frontend, backend].map((to) => stage.connect(ZmqDealerConnection, to, marks));
  for (const [from, to] of [ends, ends.toReversed()] as [
    ZmqDealerConnection,
    ZmqDealerConnection,
  ][]) {
    let sent = 0;
    for (let full = 0; full < 10; ) {
      if (from.writable) {
        await from.send(String(sent));
        sent += 1;
        full = 0;
      } else full += 1;
      await turn();
    }
    assert(sent <= 4 * 5 + 2, `${sent} messages are on their way`); // four queues, and one in hand
    for (let n = 0; n < sent; n += 1) assert.deepEqual(await next(to), [String(n)]);
  }
  await running.stop();
});

for (const kind of KINDS) {
  prove(
    `a backend that is full holds the frontend back, and loses nothing, ${kind}`,
    async (stage) => {
      const frontend = stage.bind(ZmqPullConnection, { receiveHighWaterMark: 10 });
      const backend = stage.bind(ZmqPushConnection, { sendHighWaterMark: 10 });
      const { running, captured } = start(stage, kind, frontend, backend);
      captured?.on("message", () => undefined);
      const source = stage.connect(ZmqPushConnection, frontend, { sendHighWaterMark: 10 });
      const sink = stage.connect(ZmqPullConnection, backend, { receiveHighWaterMark: 10 });
      const sending = (async () => {
        for (let n = 0; n < 20_000; n += 1) await source.send(String(n));
      })();
      for (let n = 0; n < 20_000; n += 1) assert.deepEqual(await next(sink), [String(n)]);
      await sending;
      await running.stop();
      await running.ended;
    },
  );

  prove(
    `a proxy whose backend is full or has lost its peers can be stopped, ${kind}`,
    async (stage) => {
      for (const gone of [false, true]) {
        const frontend = stage.bind(ZmqRouterConnection);
        const backend = stage.bind(ZmqDealerConnection, { sendHighWaterMark: 10 });
        const { running, captured } = start(stage, kind, frontend, backend);
        captured?.on("message", () => undefined);
        const source = stage.connect(ZmqDealerConnection, frontend);
        const worker = stage.connect(ZmqRepConnection, backend, { receiveHighWaterMark: 1 });
        await source.send(["", "request"]);
        await worker.receive();
        const large = Buffer.alloc(10_000);
        while (source.writable) await source.send(["", large]);
        if (gone) await worker.shutdown();
        await running.stop();
        await running.ended;
        await Promise.all([source.shutdown(), worker.shutdown()]);
      }
    },
  );
}

prove(
  "a ROUTER that has to find its peer does not end the proxy when it does not",
  async (stage) => {
    const frontend = stage.bind(ZmqRouterConnection, { mandatory: true });
    const backend = stage.bind(ZmqDealerConnection);
    const running = proxy(frontend, backend);
    const worker = stage.connect(ZmqDealerConnection, backend);
    await worker.send(["nobody", "", "reply"]);
    worker.on("message", (request) => void worker.send(request));
    const client = stage.connect(ZmqReqConnection, frontend);
    await client.send("echo");
    assert.deepEqual(await next(client), ["echo"]);
    await running.stop();
    await running.ended;
  },
);

prove("a publisher as the capture sees what passes", async (stage) => {
  const frontend = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const backend = stage.bind(ZmqPushConnection, {}, place("inproc"));
  const capture = stage.bind(ZmqPubConnection, {}, place("tcp"));
  const watcher = stage.make(ZmqSubConnection);
  watcher.subscribe();
  const subscribed = told(capture, "handshakeSucceeded");
  watcher.addEndpoints(ZmqEndpoint.connect(at(capture)));
  await subscribed;
  const running = proxy(frontend, backend, { capture: capture as never });
  const source = stage.connect(ZmqPushConnection, frontend);
  const sink = stage.connect(ZmqPullConnection, backend);
  const seen = next(watcher);
  let on = true;
  void seen.then(() => {
    on = false;
  });
  // The subscription may come after the handshake.
  while (on) {
    await source.send(["task", "1"]);
    await next(sink);
    await turn();
  }
  assert.deepEqual(await seen, ["task", "1"]);
  await running.stop();
});

prove(
  "a process with a proxy ends by itself when that is stopped, and by exit() when not",
  async (stage) => {
    const program = (end: string): string => `
    const factory = new zmq.ZmqFactory();
    const [frontend, backend] = [zmq.ZmqRouterConnection, zmq.ZmqDealerConnection]
      .map((Kind) => new Kind(factory, zmq.ZmqEndpoint.bind("tcp://127.0.0.1:*")));
    const running = zmq.proxy(frontend, backend);
    running.ended.then(() => console.log("ended"));
    setTimeout(() => { ${end} }, 1);`;
    const stopped = new Child(stage.t, program("void running.stop()"));
    const exited = new Child(stage.t, program("process.exit(3)"));
    const thrown = new Child(stage.t, program('throw new Error("uncaught")'));
    assert.deepEqual(await stopped.end, { code: 0, signal: null });
    assert.deepEqual(stopped.lines, ["ended"]);
    assert.deepEqual(await exited.end, { code: 3, signal: null });
    assert.deepEqual(await thrown.end, { code: 1, signal: null });
    assert.match(thrown.errors, /Error: uncaught/);
  },
);

prove("a proxy goes on without its capture when that is shut down", async (stage) => {
  const frontend = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const backend = stage.bind(ZmqPushConnection, {}, place("inproc"));
  const { running, captured } = start(stage, "capturing", frontend, backend);
  const source = stage.connect(ZmqPushConnection, frontend);
  const sink = stage.connect(ZmqPullConnection, backend);
  await source.send("captured");
  assert.deepEqual(await next(sink), ["captured"]);
  assert.deepEqual(await next(captured as ZmqPullConnection), ["captured"]);
  await running.stop();

  for (const inHand of [false, true]) {
    const [from, to] = [stage.bind(ZmqPullConnection), stage.bind(ZmqPushConnection)];
    const capture = stage.bind(ZmqPushConnection); // to nobody
    const goesOn = proxy(from, to, { capture });
    const taken = takes(from);
    const one = stage.connect(ZmqPushConnection, from);
    const other = stage.connect(ZmqPullConnection, to);
    if (inHand) {
      await one.send("in hand");
      await taken;
      assert.deepEqual(await next(other), ["in hand"]);
    }
    await capture.shutdown();
    for (const task of ["1", "2", "3"]) {
      await one.send(task);
      assert.deepEqual(await next(other), [task]);
    }
    assert.equal(await settled(goesOn.ended), false);
    await goesOn.stop();
  }
});

prove("a message that the other side refuses does not end a proxy", async (stage) => {
  const [frontend, backend] = [stage.bind(ZmqPullConnection), stage.bind(ZmqScatterConnection)];
  const errors: Error[] = [];
  frontend.on("error", (error) => errors.push(error));
  const running = proxy(frontend, backend as never);
  const source = stage.connect(ZmqPushConnection, frontend);
  const sink = stage.connect(ZmqGatherConnection, backend);
  await source.send(["two", "frames"]);
  await source.send("one");
  assert.deepEqual(text(await sink.receive()), ["one"]);
  assert.equal(errors.length, 1);
  failure(ZmqArgumentError, /one frame/)(errors[0]);
  await running.stop();
});

prove("a REP whose request a proxy cannot pass on receives the next one", async (stage) => {
  const [frontend, backend] = [stage.bind(ZmqRepConnection), stage.bind(ZmqClientConnection)];
  frontend.on("error", () => undefined);
  const running = proxy(frontend, backend as never);
  const server = stage.connect(ZmqServerConnection, backend);
  const client = stage.connect(ZmqDealerConnection, frontend);
  await client.send(["", "two", "frames"]);
  await client.send(["", "one"]);
  const [request, peer] = await server.receive();
  assert.equal(String(request), "one");
  await server.send(["reply", peer]);
  assert.deepEqual(await next(client), ["", "reply"]);
  await running.stop();
});
