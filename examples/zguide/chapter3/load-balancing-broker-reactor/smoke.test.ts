import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory, ZmqReqConnection, ZmqRouterConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes
const ANYWHERE = ["--frontend", "tcp://127.0.0.1:*", "--backend", "tcp://127.0.0.1:*"];

test("ten clients and three workers: every client gets its replies, again and again", async (t) => {
  const all = new Stage(t, import.meta.url).start("lbbroker3", [...ANYWHERE, "--pause", "0"]);
  for (let n = 0; n < 10; n++) await all.count(new RegExp(`^Client-${n}: OK$`), 3);
  for (let n = 0; n < 3; n++) await all.line(new RegExp(`^Worker-${n}: HELLO$`));
  await endsOn("SIGINT", all);
  assert.deepEqual(all.errors, []);
});

test("a request waits in ZeroMQ until a worker is free; what is malformed costs a line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const broker = stage.start("lbbroker3", ["--role", "broker", ...ANYWHERE]);
  const [, frontend = "", backend = ""] = await broker.line(/listening on (\S+), workers on (\S+)/);
  const refused = (bound: string) => new RegExp(`^tx0mq: .*${bound}.* an empty frame and a body$`);
  await using factory = new ZmqFactory();
  const stranger = new ZmqDealerConnection(factory);
  const clients = ["A", "B"].map(() => new ZmqReqConnection(factory, { connect: frontend }));
  const join = () => new ZmqDealerConnection(factory, { connect: backend });
  const worker = join();
  /** When this line is there, the broker has read all that the worker sent before. */
  const refusal = async (from: ZmqDealerConnection) => {
    await from.send(["no", "delimiter"]);
    await broker.line(refused(backend), { from: "stderr" });
  };

  const there = stranger.peers(1, LIMIT);
  stranger.addEndpoints({ connect: frontend });
  await there;
  await stranger.send("no delimiter");
  for (const [n, client] of clients.entries()) await client.send(`request ${n}`);
  for (const lines of [1, 2]) {
    await refusal(worker);
    assert.equal(broker.errors.length, lines, "no client has been read yet");
  }

  await worker.send(["", "READY"]);
  const ofClients = () => broker.errors.filter((line) => refused(frontend).test(line)).length;
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
  await broker.count(refused(frontend), 3, { from: "stderr" });

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
  await broker.line(refused(backend), { from: "stderr" });
  assert.equal(broker.errors.length, 18);
  await client.shutdown();
  const last = new ZmqReqConnection(factory, { connect: frontend });
  await last.send("request");
  assert.equal(String((await fourth.receive(LIMIT)).at(-1)), "request");
  await endsOn("SIGINT", broker);
});

test("any number of requests whose workers have gone wait for one that comes", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const broker = stage.start("lbbroker3", ["--role", "broker", ...ANYWHERE]);
  const [, frontend = "", backend = ""] = await broker.line(/listening on (\S+), workers on (\S+)/);
  await using factory = new ZmqFactory();
  const join = () => new ZmqDealerConnection(factory, { connect: backend });
  const refused = new RegExp(`^tx0mq: .*${backend}.* an empty frame and a body$`);
  const refusal = async (from: ZmqDealerConnection) => {
    await from.send(["no", "delimiter"]);
    await broker.line(refused, { from: "stderr" });
  };

  const workers = Array.from({ length: 30 }, join);
  for (const worker of workers) {
    await worker.send(["", "READY"]);
    await refusal(worker);
  }
  await Promise.all(workers.map((worker) => worker.shutdown()));
  const last = join();
  for (const _ of [1, 2]) await refusal(last);
  const client = new ZmqDealerConnection(factory, { connect: frontend });
  await Promise.all([...workers.keys()].map((n) => client.send(["", `request ${n}`])));
  for (const _ of [1, 2]) await refusal(last);
  await last.send(["", "READY"]);
  const requests = new Set<string>();
  for (const _ of workers) {
    const [, from = "", , request] = await last.receive(LIMIT);
    requests.add(String(request));
    await last.send(["", from, "", "reply"]);
    assert.equal(String(await client.receive(LIMIT)), ",reply");
  }
  assert.equal(requests.size, workers.length);
  await endsOn("SIGINT", broker);
  const others = broker.errors.filter((line) => !refused.test(line));
  assert.deepEqual(others, []);
});

test("a worker goes on when a broker that checks nothing, as the guide's, lets something malformed through", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const broker = new ZmqRouterConnection(factory, { bind: stage.ipc("backend") });
  const one = ["--role", "worker", "--workers", "1", "--backend", stage.ipc("backend")];
  const worker = stage.start("lbbroker3", one);
  const [name, , ready] = await broker.receive(LIMIT);
  assert.equal(String(ready), "READY");
  for (const request of [["no delimiter"], ["client", "", "several", "frames"]]) {
    await broker.send([name, "", ...request]);
    const [, , ...reply] = await broker.receive(LIMIT);
    assert.deepEqual(reply.map(String), [...request.slice(0, -1), "OK"]);
  }
  await endsOn("SIGINT", worker);
});

test("a wrong flag gets one line", (t) =>
  refuses(
    new Stage(t, import.meta.url).start("lbbroker3", ["--role", "boss"]),
    /^lbbroker3: --role is all/,
  ));
