import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const LIMIT = { timeout: 60_000 }; // for what never comes
const COUNT = 10;

describe("simple pirate", { concurrency: true }, () => {
  test("clients keep getting replies while workers are killed and replaced", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const queue = stage.start("spqueue", ["--frontend", ANYWHERE, "--backend", ANYWHERE]);
    const [, frontend, backend] = await queue.line(/listening on (\S+), workers on (\S+)/);
    const start = () =>
      stage.start("spworker", ["--endpoint", backend, "--faultless", "--work", "100"]);
    const workers = [start(), start()];
    for (const worker of workers) await worker.line(/worker ready/);
    const patience = ["--timeout", "1500", "--tries", "60"];
    const clients = [1, 2].map(() =>
      stage.start("../lazy-pirate/lpclient", ["--endpoint", frontend, ...patience]),
    );
    for (const victim of workers) {
      await victim.line(/normal reply/);
      victim.kill("SIGKILL"); // while it works
      await start().line(/normal reply/);
    }
    for (const client of clients) {
      await client.line(new RegExp(`^Server replied OK \\(${COUNT - 1}\\)$`));
      await endsOn("SIGINT", client);
      const replies = client.lines.filter((line) => line.startsWith("Server replied"));
      assert.deepEqual(
        replies,
        replies.map((_, n) => `Server replied OK (${n})`),
      );
    }
    assert.deepEqual(queue.errors, []);
    await endsOn("SIGINT", queue);
  });

  test("a request waits for a free worker, one worker gets it, and its client the reply", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const [frontend, backend] = [stage.ipc("frontend"), stage.ipc("backend")];
    const queue = stage.start("spqueue", ["--frontend", frontend, "--backend", backend]);
    await queue.line(/listening/);
    await using factory = new ZmqFactory();
    const workers = [1, 2].map(() => new ZmqDealerConnection(factory, { connect: backend }));
    for (const worker of workers) {
      await worker.send("no envelope");
      await queue.line(/malformed message refused/, { from: "stderr" });
      await worker.send(["", "\x01"]);
    }
    const clients = ["a", "b"].map((name) => {
      return { name, socket: new ZmqDealerConnection(factory, { connect: frontend }) };
    });
    for (const { name, socket } of clients) {
      for (let n = 0; n < COUNT; n++) await socket.send(["", `${name}${n}`]);
    }
    const [slow, fast] = workers as [ZmqDealerConnection, ZmqDealerConnection];
    const held = await slow.receive(LIMIT);
    const taken = [held];
    while (taken.length < 2 * COUNT) {
      const request = await fast.receive(LIMIT); // all others wait for this one
      taken.push(request);
      await fast.send(request);
    }
    await slow.send(held);
    assert.equal(new Set(taken.map(String)).size, 2 * COUNT);
    for (const { name, socket } of clients) {
      const replies: string[] = [];
      while (replies.length < COUNT) replies.push(String((await socket.receive(LIMIT))[1]));
      assert.deepEqual(
        replies.sort(),
        Array.from({ length: COUNT }, (_, n) => `${name}${n}`),
      );
    }

    // With both free, each gets every second request.
    const order: number[] = [];
    for (const [n, worker] of workers.entries()) {
      worker.on("message", (request) => {
        order.push(n);
        worker.send(request);
      });
    }
    for (let n = 0; n < COUNT; n++) {
      await clients[0]?.socket.send(["", "in turn"]);
      await clients[0]?.socket.receive(LIMIT);
    }
    assert.ok(
      order.every((worker, n) => worker !== order[n - 1]),
      `workers ${order}`,
    );
    assert.equal(queue.errors.length, 2);
    await endsOn("SIGINT", queue);
  });

  test("a worker works until it ends as in a crash", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const queue = new ZmqRouterConnection(factory, { bind: stage.ipc("queue") });
    const got: string[] = [];
    queue.on("message", ([name, ...message]) => {
      got.push(String(message));
      queue.send([name, "", "client", "", "request"]);
    });
    const worker = stage.start("spworker", [
      ...["--endpoint", stage.ipc("queue"), "--work", "0", "--overload", "0"],
    ]);
    assert.deepEqual(await worker.exit(), { code: 0, signal: null });
    assert.match(worker.lines.at(-1) ?? "", /simulating a crash$/);
    assert.deepEqual(got.slice(0, 2), [",\x01", ",client,,request"], "READY, and a reply");
  });
});
