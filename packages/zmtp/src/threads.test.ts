import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { type TestContext, test } from "node:test";
import { zmtp } from "./engine.js";
import type { SocketTypeName } from "./sockets/types.js";
import { Probe } from "./testing/probe.js";
import { Thread } from "./testing/worker.js";

const context = zmtp.createContext({ shared: true });
let names = 0;

/** A name that nobody has used. */
function place(): string {
  names += 1;
  return `inproc://name ${names}`;
}

function socket(t: TestContext, type: SocketTypeName, options = {}): Probe {
  const probe = new Probe(context, type, options);
  t.after(() => probe.close());
  return probe;
}

function thread(t: TestContext, program: string): Thread {
  const started = new Thread(program);
  t.after(() => started.worker.terminate());
  return started;
}

/** The folders of this process. If the folder for temporary files has a long name, they are in /tmp. */
const own = (): string[] => {
  const name = new RegExp(`^tx0mq-${process.getuid?.()}-${process.pid}(-|$)`);
  return [...new Set([tmpdir(), "/tmp"])].flatMap((folder) =>
    readdirSync(folder).filter((file) => name.test(file)),
  );
};

test("a thread reaches who is bound in another", async (t) => {
  const name = place();
  const pull = socket(t, "PULL");
  pull.bind(name);
  thread(
    t,
    `const push = socket("PUSH");
    push.connect(${JSON.stringify(name)});
    await push.send("from", "a thread");`,
  );
  assert.deepEqual(await pull.next(), ["from", "a thread"]);
});

test("who connects first waits for a thread that binds", async (t) => {
  const name = place();
  const req = socket(t, "REQ");
  req.connect(name);
  await req.send("early");
  thread(
    t,
    `const rep = socket("REP");
    rep.bind(${JSON.stringify(name)});
    await rep.send("answer to " + (await rep.next()));`,
  );
  assert.deepEqual(await req.next(), ["answer to early"]);
});

test("who connects first waits for its own thread, too", async (t) => {
  const name = place();
  const [push, pull] = [socket(t, "PUSH"), socket(t, "PULL")];
  push.connect(name);
  await push.send("early");
  pull.bind(name);
  assert.deepEqual(await pull.next(), ["early"]);
});

test("threads reach each other without the main thread, by names of any length", async (t) => {
  const name = JSON.stringify(`inproc://${"long ".repeat(50)}`);
  thread(
    t,
    `const rep = socket("REP");
    rep.bind(${name});
    for (;;) await rep.send(...(await rep.next()));`,
  );
  const asking = thread(
    t,
    `const req = socket("REQ");
    req.connect(${name});
    for (let n = 0; n < 100; n += 1) {
      await req.send(String(n));
      const [answer] = await req.next();
      if (answer !== String(n)) throw new Error(answer);
    }
    tell("done");`,
  );
  assert.equal(await asking.next(), "done");
});

test("a name is one thread's, until it unbinds or is terminated", async (t) => {
  const name = place();
  const bound = thread(
    t,
    `const pull = socket("PULL");
    pull.bind(${JSON.stringify(name)});
    tell("bound");
    await order();
    pull.socket.remove(${JSON.stringify(name)});
    tell("unbound");
    await order();
    pull.bind(${JSON.stringify(name)});
    tell("bound");
    setInterval(() => undefined, 1000);`,
  );
  assert.equal(await bound.next(), "bound");
  const pull = socket(t, "PULL");
  assert.throws(() => pull.bind(name), { code: "EADDRINUSE" });
  bound.order("unbind");
  assert.equal(await bound.next(), "unbound");
  pull.bind(name);
  pull.socket.remove(name);
  bound.order("bind");
  assert.equal(await bound.next(), "bound");
  assert.throws(() => pull.bind(name), { code: "EADDRINUSE" });
  await bound.worker.terminate();
  pull.bind(name);
});

test("terminate() of a worker leaves the peers that it has to others", async (t) => {
  const name = place();
  const push = socket(t, "PUSH");
  push.bind(name);
  const program = `const pull = socket("PULL");
    pull.connect(${JSON.stringify(name)});
    for (;;) tell(await pull.next());`;
  const first = thread(t, program);
  await push.send("first");
  assert.deepEqual(await first.next(), ["first"]);
  await first.worker.terminate();
  const second = thread(t, program);
  // What was sent before its end was seen is lost with it.
  while (second.told.length === 0) {
    await push.send("again");
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(await second.next(), ["again"]);
});

test("a connection that has ended is not tried again, as over inproc", async (t) => {
  const name = place();
  const push = socket(t, "PUSH");
  push.connect(name);
  const program = `const pull = socket("PULL");
    pull.bind(${JSON.stringify(name)});
    for (;;) tell(await pull.next());`;
  const first = thread(t, program);
  await push.send("first");
  assert.deepEqual(await first.next(), ["first"]);
  await first.worker.terminate();
  const gone = (): boolean => !push.socket.writable;
  while (!gone()) await new Promise((resolve) => setImmediate(resolve));
  push.connect(name);
  assert.equal(push.socket.writable, true);
});

test("no monitor, no mechanism and no ZAP handler sees it", async (t) => {
  const name = place();
  const asked = socket(t, "REP");
  asked.bind("inproc://zeromq.zap.01");
  const server = socket(t, "PULL", { plainServer: true, zapDomain: "all", maxMessageSize: 1 });
  server.socket.monitor();
  server.bind(name);
  const client = thread(
    t,
    `const push = socket("PUSH", { plainUsername: "a", plainPassword: "b", handshakeInterval: 1 });
    push.socket.monitor();
    push.connect(${JSON.stringify(name)});
    await push.send("more than one");
    await order();
    tell(push.events);
    await push.close();`,
  );
  assert.deepEqual(await server.next(), ["more than one"]);
  client.order("events");
  assert.deepEqual(await client.next(), []);
  assert.deepEqual(server.events, []);
  assert.equal(asked.socket.readable, false);
});

test("a ZAP handler is found in another thread, and missed when it is gone", async (t) => {
  const handler = thread(
    t,
    `const rep = socket("REP");
    rep.bind("inproc://zeromq.zap.01");
    tell("bound");
    for (;;) {
      const [version, id, domain, address, , mechanism, user] = await rep.next();
      tell([domain, address, mechanism, user]);
      await rep.send(version, id, user === "friend" ? "200" : "400", "", user, "");
    }`,
  );
  await handler.next();
  const server = socket(t, "PULL", { plainServer: true, zapDomain: "all" });
  server.socket.monitor();
  const address = server.bind("tcp://127.0.0.1:*");
  const client = (plainUsername: string): Probe => {
    const push = socket(t, "PUSH", { plainUsername, plainPassword: "b", reconnectInterval: -1 });
    push.connect(address);
    return push;
  };
  await client("friend").send("let in");
  assert.deepEqual(await server.next(), ["let in"]);
  assert.deepEqual(await handler.next(), ["all", "127.0.0.1", "PLAIN", "friend"]);
  client("foe");
  await server.until(() => server.types().includes("handshake:error:auth"));
  await handler.worker.terminate();
  client("friend");
  await server.until(() => server.types().includes("handshake:error:other"));
});

test("high-water marks hold between threads", async (t) => {
  const name = place();
  const push = socket(t, "PUSH", { sendHighWaterMark: 10 });
  push.bind(name);
  const slow = thread(
    t,
    `const pull = socket("PULL", { receiveHighWaterMark: 10 });
    pull.connect(${JSON.stringify(name)});
    await order();
    let count = 0;
    for (; (await pull.next())[0] !== "end"; count += 1);
    tell(count);
    setInterval(() => undefined, 1000);`,
  );
  await push.socket.whenWritable();
  const large = "x".repeat(100_000);
  let count = 0;
  while (push.socket.writable && count < 10_000) {
    await push.send(large);
    count += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(count < 10_000);
  slow.order("read");
  await push.send("end");
  assert.equal(await slow.next(), count);
});

test("a thread whose sockets wait for nothing ends, and its folder with the last who listens", async (t) => {
  const name = place();
  const ending = thread(
    t,
    `const pull = socket("PULL");
    pull.bind(${JSON.stringify(name)});
    pull.bind("inproc://another of its names");
    const push = socket("PUSH");
    push.connect("inproc://nobody is ever there");`,
  );
  assert.deepEqual(await ending.end, [0]);
  assert.deepEqual(own(), []);
  const pull = socket(t, "PULL");
  pull.bind(name);
  assert.equal(own().length, 1);
  await pull.close();
  assert.deepEqual(own(), []);
  assert.equal(existsSync(name), false);
});
