import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { endsOn, type Program, Stage } from "@tx0mq/smoke";
import {
  type Message,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const HEARTBEATS = ["--heartbeat", "200", "--liveness", "5"];
const LIMIT = { timeout: 60_000 }; // for what never comes
const READY = Buffer.of(1);
const HEARTBEAT = Buffer.of(2);

describe("paranoid pirate", { concurrency: true }, () => {
  test("a worker freezes, the queue dies and comes back: clients lose nothing", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const addresses = ["--frontend", await stage.tcp(), "--backend", await stage.tcp()];
    const startQueue = () => stage.start("ppqueue", [...addresses, ...HEARTBEATS]);
    const startWorker = () =>
      stage.start("ppworker", [
        ...["--endpoint", addresses[3] ?? "", ...HEARTBEATS, "--faultless", "--work", "50"],
        ...["--shortest", "100", "--longest", "400"],
      ]);
    const queue = startQueue();
    await queue.line(/listening/);
    const frozen = startWorker();
    await frozen.line(/^\w+: ready/);
    const client = stage.start("../lazy-pirate/lpclient", [
      ...["--endpoint", addresses[1] ?? "", "--timeout", "1500", "--tries", "60"],
    ]);
    await client.line(/OK \(2\)/);
    const other = startWorker();
    await other.line(/normal reply/);
    frozen.kill("SIGSTOP");
    const name = frozen.lines.findLast((line) => line.endsWith(": ready"))?.split(":")[0]; // of its last connection
    await queue.line(new RegExp(`worker ${name} expired`));
    await client.line(new RegExp(`OK \\(${said(client, "OK") + 5}\\)`)); // the other gets them all
    frozen.kill("SIGCONT");
    await frozen.count(/normal reply/, said(frozen, "normal reply") + 3);

    queue.kill("SIGKILL");
    for (const worker of [frozen, other]) await worker.line(/connecting anew/);
    const second = startQueue();
    await client.line(new RegExp(`OK \\(${said(client, "OK") + 5}\\)`));

    await endsOn("SIGINT", client, frozen, other, second);
    const replies = client.lines.filter((line) => line.includes("OK"));
    assert.deepEqual(
      replies,
      replies.map((_, n) => `Server replied OK (${n})`),
    );
    const names = [...frozen.lines, ...other.lines].filter((line) => line.endsWith(": ready"));
    assert.equal(new Set(names).size, names.length, "each connection has a name of its own");
  });

  test("a worker beats while it works", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const queue = new ZmqRouterConnection(factory, { bind: stage.ipc("queue") });
    const worker = stage.start("ppworker", [
      ...["--endpoint", stage.ipc("queue"), "--heartbeat", "50", "--liveness", "6000"],
      ...["--work", "3000", "--faultless"], // of which it may get no time for a while
    ]);
    const [name, ready] = await queue.receive(LIMIT);
    assert.deepEqual([ready, (await queue.receive(LIMIT))[1]], [READY, HEARTBEAT]);
    await queue.send([name, "proxy", "client", "", "request"]);
    await queue.send([name, "nonsense"]);
    let reply = await queue.receive(LIMIT);
    let beats = 0;
    for (; reply.length === 2; beats++) {
      assert.ok(beats < 600, "it gets heartbeats and no reply");
      reply = await queue.receive(LIMIT);
    }
    assert.deepEqual(reply.slice(1).map(String), ["proxy", "client", "", "request"]);
    assert.ok(beats >= 3, `${beats} heartbeats while it works`);
    await worker.line(/invalid message/, { from: "stderr" });
    await endsOn("SIGTERM", worker);
  });

  test("a worker that is told to end replies to the request in hand first", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const queue = new ZmqRouterConnection(factory, { bind: stage.ipc("queue") });
    const worker = stage.start("ppworker", [
      ...["--endpoint", stage.ipc("queue"), "--heartbeat", "600000"],
      ...["--work", "500", "--faultless"],
    ]);
    const [name] = await queue.receive(LIMIT);
    await queue.send([name, "client", "", "request"]);
    await worker.line(/normal reply/); // in half a second
    const [reply] = await Promise.all([queue.receive(LIMIT), endsOn("SIGINT", worker)]);
    assert.deepEqual(reply.slice(1).map(String), ["client", "", "request"]);
    assert.equal(said(worker, "connecting anew"), 0);
  });

  test("a worker whose connection has broken says READY anew, under the same name", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const [frontend, backend] = [stage.ipc("frontend"), stage.ipc("backend")];
    const quiet = ["--heartbeat", "600000"]; // nobody knows of the other by that
    const worker = stage.start("ppworker", [
      ...["--endpoint", backend, ...quiet, "--work", "0", "--faultless"],
    ]);
    await using factory = new ZmqFactory();
    for (let n = 0; n < 2; n++) {
      const addresses = ["--frontend", frontend, "--backend", backend];
      const queue = stage.start("ppqueue", [...addresses, ...quiet]);
      await using client = new ZmqReqConnection(factory, { connect: frontend });
      await client.send("request");
      assert.equal(String(await client.receive(LIMIT)), "request");
      queue.kill("SIGKILL");
      await queue.exit();
    }
    assert.equal(said(worker, "ready"), 1);
    await endsOn("SIGTERM", worker);
  });

  test("a worker that cannot connect says READY once", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const address = await stage.tcp();
    const start = () => new ZmqRouterConnection(factory, { bind: address });
    const first = start();
    stage.start("ppworker", [
      ...["--endpoint", address, "--heartbeat", "600000", "--work", "0", "--faultless"],
    ]);
    await first.receive(LIMIT);
    await first.shutdown();
    const closed = createServer((socket) => socket.destroy());
    const { hostname, port } = new URL(address);
    closed.listen(Number(port), hostname);
    const signal = { signal: AbortSignal.timeout(60_000) };
    for (let n = 0; n < 4; n++) await once(closed, "connection", signal);
    await once(closed.close(), "close");
    const queue = start();
    const [name, ready] = await queue.receive(LIMIT);
    assert.deepEqual(ready, READY);
    await queue.send([name, "client", "", "request"]);
    const reply = await queue.receive(LIMIT);
    assert.deepEqual(reply.slice(1).map(String), ["client", "", "request"]);
  });

  test("a worker leaves a silent queue, and comes back after pauses that double", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const queue = new ZmqRouterConnection(factory, { bind: stage.ipc("queue") });
    const worker = stage.start("ppworker", [
      ...["--endpoint", stage.ipc("queue"), "--heartbeat", "50", "--liveness", "6"],
      ...["--shortest", "20", "--longest", "80", "--faultless"],
    ]);
    for (const pause of [20, 40, 80, 80]) {
      await worker.line(new RegExp(`connecting anew in ${pause} ms`));
    }
    const names: string[] = [];
    while (names.length < 2) {
      const [name, signal] = await queue.receive(LIMIT);
      if (!signal?.equals(HEARTBEAT)) names.push(String(name));
    }
    assert.notEqual(names[0], names[1], "a name for each connection");
    queue.on("message", ([name, signal]) => {
      if (signal?.equals(READY)) queue.send([name, HEARTBEAT]); // one, and no more
    });
    await worker.line(/connecting anew in 20 ms/);
    await endsOn("SIGTERM", worker);
  });

  test("a worker works until it ends as in a crash", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const queue = new ZmqRouterConnection(factory, { bind: stage.ipc("queue") });
    queue.on("message", ([name, what]) => {
      if (!what?.equals(HEARTBEAT)) queue.send([name, "client", "", "request"]);
    });
    const worker = stage.start("ppworker", [
      ...["--endpoint", stage.ipc("queue"), "--work", "0", "--overload", "0"],
    ]);
    assert.deepEqual(await worker.exit(), { code: 0, signal: null });
    assert.equal(worker.lines.at(-1), "Simulating a crash");
  });

  test("the queue beats, forgets who is silent, and gives a request to each who is free", async (t) => {
    const stage = new Stage(t, import.meta.url);
    // On a busy machine this test's own beats may pause for seconds.
    const queue = stage.start("ppqueue", [
      ...["--frontend", ANYWHERE, "--backend", ANYWHERE, "--heartbeat", "100", "--liveness", "80"],
    ]);
    const [, frontend, backend] = await queue.line(/listening on (\S+), workers on (\S+)/);
    await using factory = new ZmqFactory();
    const [silent, one, two] = ["silent", "one", "two"].map(
      (routingId) => new ZmqDealerConnection(factory, { connect: backend }, { routingId }),
    ) as [ZmqDealerConnection, ZmqDealerConnection, ZmqDealerConnection];
    const nameless = new ZmqDealerConnection(factory, { connect: backend }); // as the guide's in C
    await one.send("nonsense");
    await queue.line(/invalid message from a worker/, { from: "stderr" });
    for (const [worker, signal] of [
      [silent, READY],
      [one, HEARTBEAT], // the queue has forgotten it
      [two, READY],
    ] as const) {
      await worker.send(signal);
      assert.deepEqual(await worker.receive(LIMIT), [HEARTBEAT]);
    }
    await nameless.send(HEARTBEAT);
    const beats = setInterval(() => {
      for (const worker of [one, two]) worker.send(HEARTBEAT).catch(() => {}); // the test is over
    }, 100);
    t.after(() => clearInterval(beats));
    await queue.line(/worker silent expired/);
    const [named] = await queue.line(/^ppqueue: worker 00[0-9a-f]{8} expired$/);
    let heard = 1;
    for (; silent.readable; heard++) await silent.receive();
    assert.ok(heard <= 80, `it has heard ${heard} heartbeats`);

    const proxy = new ZmqDealerConnection(factory, { connect: frontend }, { routingId: "proxy" });
    await proxy.send("no envelope");
    await queue.line(/invalid message from a client/, { from: "stderr" });
    const [a, b, c] = ["a", "b", "c"].map(
      (routingId) => new ZmqReqConnection(factory, { connect: frontend }, { routingId }),
    ) as [ZmqReqConnection, ZmqReqConnection, ZmqReqConnection];
    await a.send("request of a");
    const first = await request(one, "a"); // it is free for longest
    await b.send("request of b");
    const second = await request(two, "b");
    await c.send("request of c");
    for (const worker of [one, two]) {
      for (const _ of [1, 2])
        assert.deepEqual(await worker.receive(LIMIT), [HEARTBEAT], "it is busy");
    }
    await two.send(second);
    const third = await request(two, "c");
    await one.send(first);
    assert.equal(String(await a.receive(LIMIT)), "request of a"); // so it is free before the other one
    await two.send(third);
    for (const [name, client] of Object.entries({ b, c })) {
      assert.equal(String(await client.receive(LIMIT)), `request of ${name}`);
    }
    for (let n = 0; n < 20; n++) {
      const worker = n % 2 === 0 ? one : two;
      await a.send("request of a");
      await worker.send(await request(worker, "a"));
      assert.equal(String(await a.receive(LIMIT)), "request of a");
    }

    await proxy.send(["client", "", "request of proxy"]);
    await one.send(await request(one, "proxy", "client"));
    const reply = await proxy.receive(LIMIT);
    assert.deepEqual(reply.map(String), ["client", "", "request of proxy"]);

    // One that is busy says READY: the request was lost on its way.
    await a.send("request of a");
    await request(two, "a");
    await b.send("request of b");
    await request(one, "b");
    await two.send(READY);
    await c.send("request of c");
    await two.send(await request(two, "c"));
    assert.equal(String(await c.receive(LIMIT)), "request of c");

    // One whose connection has gone is forgotten before it expires.
    await two.send(HEARTBEAT);
    await two.shutdown();
    await queue.line(/worker two is gone/);
    assert.deepEqual(queue.lines.slice(1, -1), ["ppqueue: worker silent expired", named]);
    assert.equal(queue.errors.length, 2);
    await endsOn("SIGINT", queue);
  });
});

/** The request that a worker gets next. */
async function request(
  worker: ZmqDealerConnection,
  client: string,
  ...behind: string[]
): Promise<Message> {
  let message = await worker.receive(LIMIT);
  for (let beats = 1; message.length === 1; beats++) {
    assert.ok(beats < 300, "it gets heartbeats and no request");
    message = await worker.receive(LIMIT);
  }
  assert.deepEqual(message.map(String), [client, ...behind, "", `request of ${client}`]);
  return message;
}

function said({ lines }: Program, what: string): number {
  return lines.filter((line) => line.includes(what)).length;
}
