import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory } from "tx0mq";
import {
  ask,
  LIMIT,
  PlayedPeer,
  ready,
  refusesWrongArguments,
  rolesStandAlone,
  sharesWork,
  starter,
} from "./checks.test.ts";

const start = starter("peering2");
const ALONE = ["--role", "broker", "--share", "1"];

test("local workers first, then a peer's; replies find back; a lost peer costs what it had", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const dc1 = start(stage, [...ALONE, "DC1", "DC2"]);
  const dc2 = start(stage, [...ALONE, "DC2", "DC1"]);
  await using factory = new ZmqFactory();
  const { local, remote, third } = await sharesWork(factory, stage, dc1, dc2);

  const lost = await ask(factory, stage, "DC1", "lost");
  assert.deepEqual(await remote.work(), ["DC1", "", "lost"]);
  dc2.kill("SIGKILL"); // its files stay
  await dc1.line(/^E: DC2 is gone, with 1 of our requests$/, { from: "stderr" });
  const d = await ask(factory, stage, "DC1", "d"); // the local worker is busy, and no peer is there
  start(stage, ["--go", "--clients", "0", "--workers", "1", "DC2", "DC1"]);
  assert.equal(String(await d.receive(LIMIT)), "OK", "it waited until DC2 was back");
  await local.reply("C");
  assert.equal(String(await third.receive(LIMIT)), "C");
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

test("a peer that loses a request of ours, but not itself, gets another one", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const dc1 = start(stage, [...ALONE, "--patience", "5000", "DC1", "DC2"]);
  const dc2 = start(stage, [...ALONE, "DC2", "DC1"]);
  await dc1.line(/listening/);
  await using factory = new ZmqFactory();
  const mortal = await ready(factory, stage, dc2, "DC2");
  await ask(factory, stage, "DC1", "lost");
  assert.deepEqual(await mortal.work(), ["DC1", "", "lost"]);
  await mortal.shutdown();
  const client = await ask(factory, stage, "DC1", "next"); // DC2 has its share in hand already
  const worker = await ready(factory, stage, dc2, "DC2");
  assert.deepEqual(await worker.work(), ["DC1", "", "next"]);
  await worker.reply("done");
  assert.equal(String(await client.receive(LIMIT)), "done");
});

test("each role can be started alone, in any order", async (t) => {
  const few = ["--requests", "3", "--interval", "0"];
  const { broker, worker, client } = await rolesStandAlone(
    new Stage(t, import.meta.url),
    "peering2",
    few,
  );
  assert.equal(client.lines.filter((line) => /^Client-DC1-\d+: OK$/.test(line)).length, 3);
  await worker.count(/^Worker-DC1-\d+: HELLO$/, 3);
  await endsOn("SIGINT", worker, broker);
  assert.deepEqual([...broker.errors, ...worker.errors, ...client.errors], []);
});

test("malformed messages are refused at every socket, and the broker goes on", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const broker = start(stage, [...ALONE, "DC1", "DC3"]);
  await using factory = new ZmqFactory();
  const dc3 = await PlayedPeer.meets(factory, stage, broker);
  await dc3.misbehaves();
  await dc3.sharesWork();
  await dc3.leaves();
  assert.equal(broker.errors.length, dc3.complaints);
});

test("a reply that is late finds its client all the same, once", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const broker = start(stage, [...ALONE, "--patience", "100", "DC1", "DC3"]);
  await using factory = new ZmqFactory();
  await (await PlayedPeer.meets(factory, stage, broker)).isLate();
});

test("wrong arguments get one line of usage", (t) =>
  refusesWrongArguments(new Stage(t, import.meta.url), "peering2"));
