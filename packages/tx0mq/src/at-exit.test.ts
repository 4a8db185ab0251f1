import assert from "node:assert/strict";
import { test } from "node:test";
import { Child } from "./testing/child.js";
import { LIMIT, place } from "./testing/stage.js";

/* What becomes of a process, each time in one of its own. */

function program(rest: string, address = "tcp://127.0.0.1:*"): string {
  return `
    const factory = new zmq.ZmqFactory();
    factory.registerForShutdown();
    const pull = new zmq.ZmqPullConnection(factory, zmq.ZmqEndpoint.bind(${JSON.stringify(address)}));
    const push = new zmq.ZmqPushConnection(factory, zmq.ZmqEndpoint.bind("tcp://127.0.0.1:*"));
    ${rest}
    console.log("up");`;
}

/** Everything that waits when the signal comes, awaited and not. */
const BUSY = `
  (async () => {
    try {
      for await (const message of pull) console.log(String(message));
      console.log("behind the loop");
    } finally {
      await Promise.resolve();
      console.log("finally");
    }
  })();
  pull.receive();
  pull.receive({ timeout: 60_000 });
  push.send("to nobody").then(() => console.log("sent"));
  zmq.poll({ writable: [push] }).then(() => console.log("polled"));
  setInterval(() => undefined, 1_000);`;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  void test(`${signal} ends a busy process by itself, quietly, when all has come to its end`, {
    timeout: LIMIT,
  }, async (t) => {
    const child = new Child(t, program(BUSY));
    await child.printed("up");
    child.kill(signal);
    assert.deepEqual(await child.end, { code: null, signal });
    assert.equal(child.errors, "");
    assert.deepEqual(child.lines.sort(), ["behind the loop", "finally", "polled", "up"]);
  });
}

void test("a process with nothing left to do shuts its factories down and ends", {
  timeout: LIMIT,
}, async (t) => {
  const child = new Child(
    t,
    program(`
      const other = new zmq.ZmqFactory();
      other.registerForShutdown();
      other.registerForShutdown();
      for (const connection of [pull, new zmq.ZmqPullConnection(other)]) {
        connection.on("close", () => console.log("closed"));
      }
      process.on("exit", () => console.log(process.listenerCount("SIGINT")));`),
  );
  assert.deepEqual(await child.end, { code: 0, signal: null });
  assert.deepEqual(child.lines, ["up", "closed", "closed", "0"]);
});

void test("a signal that comes with the end of the last shutdown is heard", {
  timeout: LIMIT,
}, async (t) => {
  const child = new Child(
    t,
    program(`pull.on("close", () => process.kill(process.pid, "SIGTERM"));`),
  );
  assert.deepEqual(await child.end, { code: null, signal: "SIGTERM" });
});

void test("a second signal ends the process at once", { timeout: LIMIT }, async (t) => {
  const child = new Child(
    t,
    program(`
      factory.lingerPeriod = -1;
      const patient = new zmq.ZmqPushConnection(factory, zmq.ZmqEndpoint.bind("inproc://nobody"));
      patient.send("waits for ever");
      pull.on("close", () => console.log("closing"));`),
  );
  await child.printed("up");
  child.kill("SIGINT");
  await child.printed("closing");
  child.kill("SIGINT");
  assert.deepEqual(await child.end, { code: null, signal: "SIGINT" });
});

void test("where the program listens to the signal the end is its own", {
  timeout: LIMIT,
}, async (t) => {
  const child = new Child(
    t,
    program(`
      process.on("SIGINT", async () => {
        await factory.shutdown();
        console.log("own end", pull.closed);
        setTimeout(() => process.exit(7), 10);
      });
      process.on("uncaughtException", (error) => console.log("uncaught", error.code));
      pull.receive().then(() => undefined);
      setInterval(() => undefined, 1_000);`),
  );
  await child.printed("up");
  child.kill("SIGINT");
  assert.deepEqual(await child.end, { code: 7, signal: null });
  assert.deepEqual(child.lines, ["up", "uncaught ERR_ZMQ_CLOSED", "own end true"]);
});

void test("a program's own handlers of what is uncaught see what is news, and only that", {
  timeout: LIMIT,
}, async (t) => {
  const child = new Child(
    t,
    program(`
      process.on("uncaughtException", (error) => console.log("uncaught", error.message));
      process.on("unhandledRejection", (error) => console.log("unhandled", error.message));
      pull.receive();
      pull.receive().catch(() => { throw new Error("news"); });
      pull.on("close", () => setImmediate(() => { throw new Error("more news"); }));
      setInterval(() => undefined, 1_000);`),
  );
  await child.printed("up");
  child.kill("SIGTERM");
  assert.deepEqual(await child.end, { code: null, signal: "SIGTERM" });
  assert.deepEqual(child.lines, ["up", "unhandled news", "uncaught more news"]);
  assert.equal(child.errors, "");
});

void test("a program hears at the end, too, whether an error is a rejection", {
  timeout: LIMIT,
}, async (t) => {
  const child = new Child(
    t,
    program(`
      process.on("uncaughtException", ({ message }, origin) => console.log(message, origin));
      pull.receive().catch(() => { throw new Error("news"); });
      pull.on("close", () => setImmediate(() => { throw new Error("more news"); }));
      setInterval(() => undefined, 1_000);`),
  );
  await child.printed("up");
  child.kill("SIGTERM");
  assert.deepEqual(await child.end, { code: null, signal: "SIGTERM" });
  assert.deepEqual(child.lines, ["up", "news unhandledRejection", "more news uncaughtException"]);
});

for (const [what, news, end] of [
  ["quietly", "", { code: null, signal: "SIGINT" }],
  ["with an error that is news", "news", { code: 1, signal: null }],
] as const) {
  void test(`a process in which node:domain is in use ends ${what}`, {
    timeout: LIMIT,
  }, async (t) => {
    const child = new Child(
      t,
      program(`
        await import("node:domain");
        (async () => pull.receive())();
        if ("${news}") pull.receive().catch(() => { throw new Error("news"); });
        setInterval(() => undefined, 1_000);`),
    );
    await child.printed("up");
    child.kill("SIGINT");
    assert.deepEqual(await child.end, end);
    assert.match(child.errors, news ? /^Error: news\n +at / : /^$/);
  });
}

void test("an error in the midst of the end is printed, and the exit code tells", {
  timeout: LIMIT,
}, async (t) => {
  const child = new Child(
    t,
    program(`
      pull.receive().catch(() => { throw new Error("not to be hidden"); });
      setInterval(() => undefined, 1_000);`),
  );
  await child.printed("up");
  child.kill("SIGINT");
  assert.deepEqual(await child.end, { code: 1, signal: null });
  assert.match(child.errors, /Error: not to be hidden\n +at /);
});

void test("a factory that is shut down leaves nothing that keeps the process", {
  timeout: LIMIT,
}, async (t) => {
  const child = new Child(
    t,
    `import { subscribe } from "node:diagnostics_channel";
    const factory = new zmq.ZmqFactory();
    factory.registerForShutdown();
    const pull = new zmq.ZmqPullConnection(factory);
    pull.on("connected", () => undefined);
    pull.addEndpoints(zmq.ZmqEndpoint.bind(${JSON.stringify(place("ipc"))}));
    const push = new zmq.ZmqPushConnection(factory, zmq.ZmqEndpoint.connect(pull.lastEndpoint));
    const lonely = new zmq.ZmqPushConnection(factory, zmq.ZmqEndpoint.connect("tcp://127.0.0.1:9"));
    const waits = new zmq.ZmqDealerConnection(factory, zmq.ZmqEndpoint.connect("inproc://nobody"));
    await Promise.all([lonely.send("to nobody"), waits.send("to nobody")]);
    await pull.receive({ timeout: 1 }).catch(() => undefined);
    await pull.receive({ signal: AbortSignal.timeout(1) }).catch(() => undefined);
    await zmq.poll({ readable: [pull], writable: [new zmq.ZmqPushConnection(factory)] }, { timeout: 1 });
    pull.on("message", () => undefined);
    // What a subscriber throws is an uncaught exception, as Node has it, and harms nothing here.
    process.on("uncaughtException", ({ message }) => console.log(message));
    subscribe("tx0mq:receive", () => { throw new Error("subscriber"); });
    await push.send("message");
    await new Promise((resolve) => pull.once("message", resolve));
    await factory.shutdown();
    await factory.shutdown();
    console.log(process.listenerCount("SIGINT"));`,
  );
  assert.deepEqual(await child.end, { code: 0, signal: null });
  assert.deepEqual(child.lines, ["subscriber", "0"]);
  assert.equal(child.errors, "");
});

void test("without a shutdown, connections that nobody uses do not keep the process", {
  timeout: LIMIT,
}, async (t) => {
  const child = new Child(
    t,
    `const factory = new zmq.ZmqFactory();
    const pull = new zmq.ZmqPullConnection(factory, zmq.ZmqEndpoint.bind("tcp://127.0.0.1:*"));
    const push = new zmq.ZmqPushConnection(factory, zmq.ZmqEndpoint.connect(pull.lastEndpoint));
    await push.send("message");
    console.log(String(await pull.receive({ timeout: 60_000 })));`,
  );
  assert.deepEqual(await child.end, { code: 0, signal: null });
  assert.deepEqual(child.lines, ["message"]);
});
