import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { type Program, Stage } from "@tx0mq/smoke";
import {
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqFactory,
  ZmqPubConnection,
  ZmqPushConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes
const ALONE = ["--clients", "0", "--workers", "0", "--heartbeat", "50"];

const STATISTIC = /^[0-9A-F]{4}$/;
const SUMMARY = /^I: (\d+) requests sent, (\d+) answered, (\d+) lost; to peers: (\d+)$/;

test("work moves to a peer when the cluster is full and the peer has told of a free worker", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const dc1 = start(stage, [...ALONE, "DC1", "DC2"]);
  const dc2 = start(stage, [...ALONE, "DC2", "DC1"]);
  await using factory = new ZmqFactory();
  const local = await ready(factory, stage, dc1, "DC1");
  const remote = await ready(factory, stage, dc2, "DC2");

  const a = await ask(factory, stage, "DC1", "a");
  assert.deepEqual(await local.work(), ["", "a"], "a local worker is free: it gets the request");
  const b = await ask(factory, stage, "DC1", "b");
  assert.deepEqual(await remote.work(), ["DC1", "", "b"], "the cluster is full: a peer gets it");
  const c = await ask(factory, stage, "DC1", "c"); // both clusters are full
  await local.reply("A");
  assert.equal(String(await a.receive(LIMIT)), "A");
  assert.deepEqual(await local.work(), ["", "c"], "a full peer was not given it");
  await remote.reply("B");
  assert.equal(String(await b.receive(LIMIT)), "B", "back through both brokers");

  const d = await ask(factory, stage, "DC1", "d"); // its own cluster is full, the peer is not
  assert.deepEqual(
    await remote.work(),
    ["DC1", "", "d"],
    "the peer has told that it is free again",
  );
  await remote.reply("D");
  await local.reply("C");
  assert.deepEqual([await c.receive(LIMIT), await d.receive(LIMIT)].map(String), ["C", "D"]);

  const e = await ask(factory, stage, "DC1", "e"); // both are free
  assert.deepEqual(await local.work(), ["", "e"], "never to a peer while a local worker is free");
  await local.reply("E");
  assert.equal(String(await e.receive(LIMIT)), "E");
});

test("three clusters under bursts; one is killed and comes back: only what it had is lost", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const cluster = (self: string, clients: number, workers: number, ...peers: string[]): Program =>
    start(stage, [
      ...["--clients", String(clients), "--workers", String(workers), "--requests", "40"],
      ...["--burst", "10", "--pause", "50", "--work", "40", "--patience", "4000"],
      ...["--heartbeat", "100", self, ...peers],
    ]);
  const dc2 = cluster("DC2", 2, 4, "DC1", "DC3");
  const dc3 = cluster("DC3", 4, 3, "DC1", "DC2");
  for (const broker of [dc2, dc3]) await broker.line(/listening/);
  const dc1 = cluster("DC1", 6, 2, "DC2", "DC3"); // far more clients than workers
  await dc3.count(STATISTIC, 15);
  dc3.kill("SIGKILL");
  await dc3.exit();
  const dc3Again = cluster("DC3", 4, 3, "DC1", "DC2");

  const moved: number[] = [];
  for (const [broker, total] of [
    [dc1, 240],
    [dc2, 80],
    [dc3Again, 160],
  ] as const) {
    const [, sent, answered, lost, toPeers] = (await broker.line(SUMMARY)).map(Number);
    assert.equal(sent, total);
    assert.equal(Number(answered) + Number(lost), total);
    await broker.count(STATISTIC, Number(answered));
    await broker.count(/^E: CLIENT EXIT - lost task [0-9A-F]{4}$/, Number(lost));
    const had = broker.errors.map((line) => Number(/ with (\d+) of our/.exec(line)?.[1] ?? 0));
    assert.ok(Number(lost) <= had.reduce((sum, n) => sum + n, 0), "only what DC3 had is lost");
    moved.push(Number(toPeers));
  }
  assert.ok(Number(moved[0]) > 0, "DC1 needs its peers");

  for (const broker of [dc1, dc2, dc3Again]) {
    broker.kill("SIGINT");
    assert.deepEqual(await broker.exit(), { code: null, signal: "SIGINT" });
    const known = /^(E: DC\d is gone, with \d+ of our requests|peering3: cloudbe refused .*)$/;
    for (const line of broker.errors) assert.match(line, known);
  }
});

test("malformed messages are refused at every socket, and the broker goes on", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const broker = start(stage, [...ALONE, "DC1", "DC3"]);
  await using factory = new ZmqFactory();
  const worker = await ready(factory, stage, broker, "DC1");
  const dealer = (flow: string, routingId: string): ZmqDealerConnection =>
    new ZmqDealerConnection(factory, at(stage, "DC1", flow), { routingId });
  const refused = (socket: string, frames: number): Promise<unknown> =>
    broker.line(new RegExp(`${socket} refused a message of ${frames} frames`), { from: "stderr" });
  const peer = dealer("cloud", "DC3");

  let count = 0;
  for (const [socket, rogue] of [
    ["localfe", dealer("localfe", "rogue")],
    ["localbe", dealer("localbe", "rogue")],
    ["cloudfe", peer],
  ] as const) {
    for (const message of [
      [""],
      ["one frame"],
      ["no delimiter", "request"],
      Array.from({ length: 1000 }, () => "part"),
      ["", Buffer.alloc(64 * 1024 * 1024)],
    ]) {
      await rogue.send(message);
      await refused(socket, message.length + 1);
      count += 1;
    }
  }
  await dealer("localbe", "idler").send(["", "nobody", "", "a reply that nobody asked for"]);
  await refused("localbe", 5);
  await dealer("cloud", "DC4").send(["client", "", "a request of an unknown broker"]);
  await refused("cloudfe", 4);
  const cloud = new ZmqRouterConnection(
    factory,
    ZmqEndpoint.bind(`ipc://${stage.folder}/DC3-cloud.ipc`),
    { routingId: "DC3", mandatory: true },
  );
  const statebe = new ZmqPubConnection(factory);
  const subscribed = once(statebe, "handshakeSucceeded");
  statebe.addEndpoints(ZmqEndpoint.bind(`ipc://${stage.folder}/DC3-state.ipc`));
  await subscribed;
  const client = await ask(factory, stage, "DC1", "first");
  assert.deepEqual(await worker.work(), ["", "first"]);
  const forCloud = await ask(factory, stage, "DC1", "second");
  const told = setInterval(() => statebe.publish("1", "DC3"), 10); // until it is heard
  const [, identity] = await cloud.receive(LIMIT);
  clearInterval(told);
  await statebe.publish("many", "DC3");
  await refused("statefe", 2);
  await statebe.publish("1", "DC4");
  await refused("statefe", 2);
  await cloud.send(["DC1", "nobody", "", "a reply that nobody asked for"]);
  await refused("cloudbe", 4);
  await cloud.send(["DC1", "", identity ?? "", "", "done"]); // as Python's brokers frame it
  assert.equal(String(await forCloud.receive(LIMIT)), "done");

  await worker.reply("and here");
  assert.equal(String(await client.receive(LIMIT)), "and here");
  await peer.send(["client", "", "a request of DC3"]);
  assert.deepEqual(await worker.work(), ["DC3", "", "a request of DC3"]);
  await worker.reply("for DC3");
  assert.deepEqual((await peer.receive(LIMIT)).map(String), ["client", "", "for DC3"]);

  const statistics = new ZmqPushConnection(factory, at(stage, "DC1", "monitor"));
  await statistics.send(["two", "frames"]);
  await refused("monitor", 2);
  await statistics.send(Buffer.alloc(64 * 1024 * 1024));
  await refused("monitor", 1);
  await statistics.send("from outside");
  await broker.line(/^from outside$/);
  assert.equal(broker.errors.length, count + 7);
});

test("wrong arguments get one line of usage", async (t) => {
  const stage = new Stage(t, import.meta.url);
  for (const [args, why] of [
    [[], /^usage: peering3 .*needs a name/],
    [["DC1", "DC2", "--workers", "few"], /^usage: peering3 .*--workers/],
    [["nowhere/DC1"], /^peering3: bad endpoint "ipc:\/\/nowhere\/DC1-/],
  ] as const) {
    const program = start(stage, args);
    assert.deepEqual(await program.exit(), { code: 2, signal: null });
    assert.equal(program.errors.length, 1);
    assert.match(program.errors[0] ?? "", why);
  }
});

function start(stage: Stage, args: readonly string[]): Program {
  return stage.start("peering3", args, { cwd: stage.folder });
}

function at(stage: Stage, name: string, flow: string): ZmqEndpoint {
  return ZmqEndpoint.connect(`ipc://${stage.folder}/${name}-${flow}.ipc`);
}

/** A worker of the test's own, which takes as long as the test likes. */
class HeldWorker extends ZmqReqConnection {
  #envelope: Buffer[] = [];

  /** The next request: its frames as strings, the client's identity left out. */
  async work(): Promise<string[]> {
    const request = await this.receive(LIMIT);
    this.#envelope = request.slice(0, -1);
    return request.filter((_, i) => i !== request.length - 3).map(String);
  }

  reply(body: string): Promise<void> {
    return this.send([...this.#envelope, body]);
  }
}

async function ready(factory: ZmqFactory, stage: Stage, broker: Program, name: string) {
  const worker = new HeldWorker(factory, at(stage, name, "localbe"));
  await worker.send("\x01");
  await broker.line(/is ready$/);
  return worker;
}

async function ask(factory: ZmqFactory, stage: Stage, name: string, request: string) {
  const client = new ZmqReqConnection(factory, at(stage, name, "localfe"));
  await client.send(request);
  return client;
}
