import assert from "node:assert/strict";
import { test } from "node:test";
import { type Program, Stage } from "@tx0mq/smoke";
import {
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes
const ALONE = ["--go", "--clients", "0", "--workers", "0", "--share", "1"];

test("local workers first, then a peer's; replies find back; a lost peer costs what it had", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const dc1 = start(stage, [...ALONE, "DC1", "DC2"]);
  const dc2 = start(stage, [...ALONE, "DC2", "DC1"]);
  await using factory = new ZmqFactory();
  const local = await ready(factory, stage, dc1, "DC1");
  const remote = await ready(factory, stage, dc2, "DC2");

  const a = await ask(factory, stage, "DC1", "a");
  assert.deepEqual(await local.work(), ["", "a"], "a local worker is free: it gets the request");
  const b = await ask(factory, stage, "DC1", "b");
  assert.deepEqual(await remote.work(), ["DC1", "", "b"], "none is free: a peer's gets it");
  const c = await ask(factory, stage, "DC1", "c"); // now nobody is free
  await local.reply("A");
  assert.equal(String(await a.receive(LIMIT)), "A");
  assert.deepEqual(await local.work(), ["", "c"], "whoever is free first gets it");
  await remote.reply("B");
  assert.equal(String(await b.receive(LIMIT)), "B", "back through both brokers");

  const lost = await ask(factory, stage, "DC1", "lost");
  assert.deepEqual(await remote.work(), ["DC1", "", "lost"]);
  dc2.kill("SIGKILL"); // its files stay
  await dc1.line(/^E: DC2 is gone, with 1 of our requests$/, { from: "stderr" });
  const d = await ask(factory, stage, "DC1", "d"); // the local worker is busy, and no peer is there
  start(stage, ["--go", "--clients", "0", "--workers", "1", "DC2", "DC1"]);
  assert.equal(String(await d.receive(LIMIT)), "OK", "it waited until DC2 was back");
  await local.reply("C");
  assert.equal(String(await c.receive(LIMIT)), "C");
  assert.equal(lost.readable, false);
});

test("a cluster lives on its peer's workers, whom Enter starts", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const dc1 = start(stage, [
    ...["--go", "--clients", "5", "--workers", "0", "--requests", "4", "--interval", "0"],
    ...["DC1", "DC2"],
  ]);
  const dc2 = start(stage, ["--clients", "0", "--work", "1", "DC2", "DC1"]);
  await dc2.line(/Press Enter/);
  dc2.type("\n");
  await dc1.line(/^I: all 20 requests are answered/);
  assert.equal(dc1.lines.filter((line) => /^Client-DC1-\d: OK$/.test(line)).length, 20);
  await dc2.count(/^Worker-DC2-\d: HELLO from DC1$/, 20);

  for (const broker of [dc1, dc2]) {
    broker.kill("SIGINT");
    assert.deepEqual(await broker.exit(), { code: null, signal: "SIGINT" });
  }
  // DC2 may not even have met DC1's cloud frontend: its own requests stayed at home.
  const errors = [...dc1.errors, ...dc2.errors];
  assert.deepEqual(
    errors.filter((line) => line !== "E: DC1 is gone, with 0 of our requests"),
    [],
  );
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
  const client = await ask(factory, stage, "DC1", "first");
  assert.deepEqual(await worker.work(), ["", "first"]);
  const forCloud = await ask(factory, stage, "DC1", "second");
  const [, identity] = await cloud.receive(LIMIT);
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
  assert.equal(broker.errors.length, count + 3);
});

test("wrong arguments get one line of usage", async (t) => {
  const stage = new Stage(t, import.meta.url);
  for (const [args, why] of [
    [[], /^usage: peering2 .*needs a name/],
    [["DC1", "DC2", "--workers", "few"], /^usage: peering2 .*--workers/],
    [["nowhere/DC1"], /^peering2: bad endpoint "ipc:\/\/nowhere\/DC1-/],
  ] as const) {
    const program = start(stage, args);
    assert.deepEqual(await program.exit(), { code: 2, signal: null });
    assert.equal(program.errors.length, 1);
    assert.match(program.errors[0] ?? "", why);
  }
});

function start(stage: Stage, args: readonly string[]): Program {
  return stage.start("peering2", args, { cwd: stage.folder });
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
