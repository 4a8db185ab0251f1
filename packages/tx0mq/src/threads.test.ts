import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { ZmqDealerConnection, ZmqPullConnection, ZmqPushConnection } from "./index.js";
import { Child } from "./testing/child.js";
import { next, place, prove, text } from "./testing/stage.js";

const library = new URL("index.ts", import.meta.url).href;
const SHARED = { shared: true };

/** A thread that runs a program in which the library's exports are in `zmq`, and a shared factory. */
const recipe = (program: string): string => `
  import("@tx0mq/smoke/ts").then(async () => {
    const zmq = await import(${JSON.stringify(library)});
    const { parentPort } = await import("node:worker_threads");
    const factory = new zmq.ZmqFactory({ shared: true });
    ${program}
  });`;

function thread(program: string): Worker {
  const worker = new Worker(recipe(program), { eval: true });
  return worker;
}

prove(
  "inproc reaches from thread to thread, and a thread that shuts down ends by itself",
  async (stage) => {
    const requests = stage.bind(ZmqDealerConnection, {}, place("inproc"));
    const results = stage.bind(ZmqPullConnection, {}, place("inproc"));
    const [from, to] = [requests, results].map((c) => JSON.stringify(c.endpoints[0]?.address));
    const workers = [1, 2].map((n) =>
      thread(`const work = new zmq.ZmqRepConnection(factory, zmq.ZmqEndpoint.connect(${from}));
        const results = new zmq.ZmqPushConnection(factory, zmq.ZmqEndpoint.connect(${to}));
        await results.send("ready");
        for await (const [request] of work) {
          await work.send(request);
          if (String(request) === "stop") break;
          await results.send([\`thread ${n}\`, request]);
        }
        await factory.shutdown();`),
    );
    const ends = workers.map((worker) => once(worker, "exit"));
    for (const _ of workers) assert.deepEqual(await next(results), ["ready"]);
    const seen = new Set<string>();
    for (let n = 0; n < 100; n += 1) await requests.send(["", String(n)]);
    const numbers: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      const [who, number] = await next(results);
      seen.add(String(who));
      numbers.push(Number(number));
      await requests.receive();
    }
    assert.equal(seen.size, 2);
    assert.equal(new Set(numbers).size, 100);
    for (const _ of workers) await requests.send(["", "stop"]);
    for (const [code] of await Promise.all(ends)) assert.equal(code, 0);
  },
  SHARED,
);

prove(
  "a thread that is terminated with open connections leaves the others alone",
  async (stage) => {
    const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
    const worker =
      thread(`const push = new zmq.ZmqPushConnection(factory, zmq.ZmqEndpoint.connect(${JSON.stringify(pull.lastEndpoint)}));
      const bound = new zmq.ZmqPullConnection(factory, zmq.ZmqEndpoint.bind("tcp://127.0.0.1:*"));
      const lonely = new zmq.ZmqPushConnection(factory, zmq.ZmqEndpoint.connect("tcp://127.0.0.1:9"));
      await lonely.send("to nobody");
      await push.send("up");
      setInterval(() => undefined, 1_000);
      setTimeout(() => parentPort.postMessage("idle"), 1);`);
    const idle = once(worker, "message");
    assert.deepEqual(await next(pull), ["up"]);
    await idle;
    await worker.terminate();
    await stage.connect(ZmqPushConnection, pull).send("goes on");
    assert.deepEqual(await next(pull), ["goes on"]);
    await pull.shutdown();
  },
  SHARED,
);

prove(
  "threads that exit or throw while they wait do not take the process with them",
  async (stage) => {
    // In a process of its own, as what is to be shown is that it lives.
    const waiting = `
    const pull = new zmq.ZmqPullConnection(factory, zmq.ZmqEndpoint.bind("tcp://127.0.0.1:*"));
    const push = new zmq.ZmqPushConnection(factory, zmq.ZmqEndpoint.bind("tcp://127.0.0.1:*"));
    const ends = ["tcp", "tcp"].map((t) => zmq.ZmqEndpoint.bind(t + "://127.0.0.1:*"));
    zmq.proxy(new zmq.ZmqRouterConnection(factory, ends[0]), new zmq.ZmqDealerConnection(factory, ends[1]));
    pull.on("connected", () => undefined);
    pull.receive();
    push.send("waits");
    await new Promise((resolve) => setImmediate(resolve));`;
    const child = new Child(
      stage.t,
      `import { Worker } from "node:worker_threads";
    for (const program of ${JSON.stringify([recipe(`${waiting} process.exit(4);`), recipe(`${waiting} throw new Error("uncaught");`)])}) {
      const worker = new Worker(program, { eval: true });
      worker.on("error", ({ message }) => console.log(message));
      console.log(await new Promise((resolve) => worker.once("exit", resolve)));
    }
    const factory = new zmq.ZmqFactory({ shared: true });
    const pull = new zmq.ZmqPullConnection(factory, zmq.ZmqEndpoint.bind("inproc://still"));
    await new zmq.ZmqPushConnection(factory, zmq.ZmqEndpoint.connect("inproc://still")).send("alive");
    console.log(String(await pull.receive()));
    await factory.shutdown();`,
    );
    assert.deepEqual(await child.end, { code: 0, signal: null }, child.errors);
    assert.deepEqual(text(child.lines), ["4", "uncaught", "1", "alive"]);
  },
);

const ENDS: Record<string, [program: string, code: number]> = {
  "exits in the midst of things": ["process.exit(3);", 3],
  throws: ['throw new Error("uncaught");', 1],
  "has nothing left to do": ["worker.unref();", 0],
};

for (const [how, [program, code]] of Object.entries(ENDS)) {
  prove(`threads at work let go when the main thread ${how}`, async (stage) => {
    const working = `
      const bind = "tcp://127.0.0.1:*";
      const pull = new zmq.ZmqPullConnection(factory, { bind });
      const push = new zmq.ZmqPushConnection(factory, { bind });
      pull.on("connected", () => undefined);
      zmq.proxy(new zmq.ZmqRouterConnection(factory, { bind }), new zmq.ZmqDealerConnection(factory, { bind }));
      push.send("waits").catch(() => undefined);
      setImmediate(() => parentPort.postMessage("waiting"));
      await pull.receive();`;
    const child = new Child(
      stage.t,
      `import { once } from "node:events";
      import { Worker } from "node:worker_threads";
      const worker = new Worker(${JSON.stringify(recipe(working))}, { eval: true });
      await once(worker, "message");
      console.log("ends");
      ${program}`,
    );
    assert.deepEqual(await child.end, { code, signal: null }, child.errors);
    assert.deepEqual(child.lines, ["ends"]);
  });
}
