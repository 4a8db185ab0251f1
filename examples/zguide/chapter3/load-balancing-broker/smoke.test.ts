import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqReqConnection, ZmqRouterConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes
const ANYWHERE = ["--frontend", "tcp://127.0.0.1:*", "--backend", "tcp://127.0.0.1:*"];

test("ten clients and three workers: every client gets its reply, and all of it ends", async (t) => {
  const all = new Stage(t, import.meta.url).start("lbbroker", ANYWHERE);
  assert.deepEqual(await all.exit(), { code: 0, signal: null });
  const lines = all.lines.slice(1).sort();
  assert.deepEqual(
    lines.slice(0, 10),
    Array.from({ length: 10 }, (_, n) => `Client-${n}: OK`),
  );
  assert.equal(lines.length, 20);
  for (let n = 0; n < 3; n++) assert.ok(lines.includes(`Worker-${n}: HELLO`), `Worker-${n} works`);
  assert.deepEqual(all.errors, []);
});

test("a request waits in ZeroMQ until a worker is free; what is malformed costs a line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const broker = stage.start("lbbroker", ["--role", "broker", ...ANYWHERE]);
  const [, frontend = "", backend = ""] = await broker.line(/listening on (\S+), workers on (\S+)/);
  await using factory = new ZmqFactory();
  const stranger = new ZmqDealerConnection(factory);
  const clients = ["A", "B"].map(() => new ZmqReqConnection(factory, { connect: frontend }));
  const join = () => new ZmqDealerConnection(factory, { connect: backend });
  const worker = join();
  /** When this line is there, the broker has read all that the worker sent before. */
  const refusal = async (from: ZmqDealerConnection) => {
    await from.send(["no", "delimiter"]);
    await broker.line(/refused a malformed message of a worker$/, { from: "stderr" });
  };

  const there = stranger.peers(1, LIMIT);
  stranger.addEndpoints({ connect: frontend });
  await there;
  await stranger.send("no delimiter");
  for (const [n, client] of clients.entries()) await client.send(`request ${n}`);
  for (const refused of [1, 2]) {
    await refusal(worker);
    assert.equal(broker.errors.length, refused, "no client has been read yet");
  }

  await worker.send(["", "READY"]);
  const ofClients = () =>
    broker.errors.filter((line) => /refused a malformed message of a client$/.test(line)).length;
  for (const n of clients.keys()) {
    const [, client = "", , request] = await worker.receive(LIMIT);
    await stranger.send("no delimiter");
    for (const _ of [1, 2]) await refusal(worker);
    assert.ok(ofClients() <= n + 1, "while the worker is busy no client is read");
    await worker.send(["", client, "", `reply to ${request}`]);
  }
  for (const [n, client] of clients.entries()) {
    assert.equal(String(await client.receive(LIMIT)), `reply to request ${n}`);
  }
  await broker.count(/refused a malformed message of a client$/, 3, { from: "stderr" });

  // The worker that has been free for longest gets a request, if it has not gone.
  const client = new ZmqReqConnection(factory, { connect: frontend });
  const [second, third, fourth] = [join(), join(), join()];
  const serve = async (next: ZmqDealerConnection) => {
    const [, from = "", , request] = await next.receive(LIMIT);
    await next.send(["", from, "", `reply to ${request}`]);
    assert.equal(String(await client.receive(LIMIT)), "reply to request");
  };
  for (const next of [second, third]) {
    await next.send(["", "READY"]);
    await refusal(next);
  }
  await worker.shutdown();
  for (const _ of [1, 2]) await refusal(third);
  for (const next of [second, third]) {
    await client.send("request");
    await serve(next);
  }

  // When all that were free have gone, the one that comes next gets it.
  for (const next of [second, third]) await next.shutdown();
  for (const _ of [1, 2]) await refusal(fourth);
  await client.send("request");
  for (const _ of [1, 2]) await refusal(fourth);
  await fourth.send(["", "READY"]);
  await serve(fourth);

  // A reply without an empty frame of its own goes to nobody. Its worker is free.
  await client.send("request");
  const [, from = ""] = await fourth.receive(LIMIT);
  await fourth.send(["", from, "no delimiter"]);
  await broker.line(/refused a malformed message of a worker$/, { from: "stderr" });
  assert.equal(broker.errors.length, 18);
  await client.shutdown();
  const last = new ZmqReqConnection(factory, { connect: frontend });
  await last.send("request");
  assert.equal(String((await fourth.receive(LIMIT)).at(-1)), "request");
  await endsOn("SIGINT", broker);
});

test("addresses are text, since the broker in C reads them as strings", async (t) => {
  await using factory = new ZmqFactory();
  for (const [role, flag, says] of [
    ["client", "--frontend", "HELLO"],
    ["worker", "--backend", "READY"],
  ] as const) {
    const broker = new ZmqRouterConnection(factory, { bind: "tcp://127.0.0.1:*" });
    new Stage(t, import.meta.url).start("lbbroker", ["--role", role, flag, broker.address]);
    const [address, , said] = await broker.receive(LIMIT);
    assert.match(String(address), /^[ -~]+$/);
    assert.equal(String(said), says);
  }
});

test("a wrong flag gets one line", (t) =>
  refuses(
    new Stage(t, import.meta.url).start("lbbroker", ["--role", "boss"]),
    /^lbbroker: --role is all/,
  ));
