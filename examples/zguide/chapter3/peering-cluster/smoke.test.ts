import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import {
  addressOf,
  ask,
  LIMIT,
  PlayedPeer,
  refusesWrongArguments,
  rolesStandAlone,
  sharesWork,
  starter,
} from "@tx0mq/example-peering-flow/checks.test.ts";
import { endsOn, type Program, Stage } from "@tx0mq/smoke";
import { ZmqEndpoint, ZmqFactory, ZmqPubConnection, ZmqPushConnection } from "tx0mq";

const start = starter("peering3");
const ALONE = ["--role", "broker", "--heartbeat", "50"];

const STATISTIC = /^[0-9A-F]{4}$/;
const SUMMARY = /^I: (\d+) requests sent, (\d+) answered, (\d+) lost; to peers: (\d+)$/;

test("work moves to a peer when the cluster is full and the peer has told of a free worker", async (t) => {
  const stage = new Stage(t, import.meta.url);
  // What a broker tells again is old when it arrives, and is for those who come late alone.
  const seldom = ["--heartbeat", "2000"];
  const dc1 = start(stage, [...ALONE, ...seldom, "DC1", "DC2"]);
  const dc2 = start(stage, [...ALONE, ...seldom, "DC2", "DC1"]);
  await using factory = new ZmqFactory();
  const { local, remote, third } = await sharesWork(factory, stage, dc1, dc2);

  const d = await ask(factory, stage, "DC1", "d"); // its own cluster is full, the peer is not
  assert.deepEqual(
    await remote.work(),
    ["DC1", "", "d"],
    "the peer has told that it is free again",
  );
  await remote.reply("D");
  await local.reply("C");
  assert.deepEqual([await third.receive(LIMIT), await d.receive(LIMIT)].map(String), ["C", "D"]);

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
      ...["--burst", "10", "--pause", "50", "--work", "40", "--patience", "10000"],
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

test("each role can be started alone, in any order", async (t) => {
  const few = ["--requests", "3", "--pause", "0", "--patience", "60000"];
  const { broker, worker, client } = await rolesStandAlone(
    new Stage(t, import.meta.url),
    "peering3",
    few,
  );
  await broker.count(STATISTIC, 3);
  await endsOn("SIGINT", worker, broker);
  assert.deepEqual([...broker.errors, ...worker.errors, ...client.errors], []);
});

test("malformed messages are refused at every socket, and the broker goes on", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const broker = start(stage, [...ALONE, "--patience", "0", "DC1", "DC3"]); // every reply is late
  await using factory = new ZmqFactory();
  const dc3 = await PlayedPeer.meets(factory, stage, broker);
  await dc3.misbehaves();

  const statebe = new ZmqPubConnection(factory);
  const subscribed = once(statebe, "handshakeSucceeded");
  statebe.addEndpoints(ZmqEndpoint.bind(addressOf(stage, "DC3", "state")));
  await subscribed;
  const told = setInterval(() => statebe.publish("1", "DC3"), 10); // whenever it is heard
  try {
    await dc3.sharesWork(async () => {
      await statebe.publish("many", "DC3");
      await dc3.refused("statefe", 2);
      await statebe.publish("1", "DC4");
      await dc3.refused("statefe", 2);
    });
    await dc3.isLate();
  } finally {
    clearInterval(told);
  }
  // The last that it says is that it has a worker free; when what follows is refused, DC1 has heard it.
  for (const free of ["1", "none"]) await statebe.publish(free, "DC3");
  await dc3.refused("statefe", 2);
  await dc3.leaves();

  const statistics = new ZmqPushConnection(
    factory,
    ZmqEndpoint.connect(addressOf(stage, "DC1", "monitor")),
  );
  await statistics.send(["two", "frames"]);
  await dc3.refused("monitor", 2);
  await statistics.send(Buffer.alloc(64 * 1024 * 1024));
  await dc3.refused("monitor", 1);
  await statistics.send("from outside");
  await broker.line(/^from outside$/);
  assert.equal(broker.errors.length, dc3.complaints);
});

test("wrong arguments get one line of usage", (t) =>
  refusesWrongArguments(new Stage(t, import.meta.url), "peering3"));
