import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import { ZmqEndpoint, ZmqFactory, ZmqPubConnection, ZmqSubConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

test("three brokers hear each other; a dead one falls silent, and is heard again when it returns", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const start = (name: string, ...peers: string[]): Program =>
    stage.start("peering1", ["--period", "50", name, ...peers], { cwd: stage.folder, name });
  const dc1 = start("DC1", "DC2", "DC3");
  const dc2 = start("DC2", "DC1", "DC3");
  const dc3 = start("DC3", "DC1", "DC2");
  const brokers = [dc1, dc2, dc3];
  for (const broker of brokers) {
    for (const peer of brokers) if (peer !== broker) await hears(broker, peer.name);
  }

  dc2.kill("SIGKILL"); // its file DC2-state.ipc stays
  await dc2.exit();
  for (const broker of [dc1, dc3]) {
    // What DC2 had said before may still be on its way; then there are only lines of the other one.
    const other = broker === dc1 ? "DC3" : "DC1";
    const silence = () => broker.lines.length - 1 - broker.lines.findLastIndex(isFromDc2);
    while (silence() < 5) {
      await hears(broker, other, broker.lines.filter((line) => line.startsWith(other)).length + 1);
    }
  }

  const heard = [dc1, dc3].map(({ lines }) => lines.filter(isFromDc2).length);
  const dc2Again = start("DC2", "DC1", "DC3");
  for (const peer of ["DC1", "DC3"]) await hears(dc2Again, peer);
  await hears(dc1, "DC2", Number(heard[0]) + 1);
  await hears(dc3, "DC2", Number(heard[1]) + 1);

  for (const broker of [dc1, dc2Again, dc3]) {
    assert.ok(broker.lines.every((line) => /^(I: |DC[123] - \d workers free$)/.test(line)));
    assert.ok(!broker.lines.some((line) => line.startsWith(`${broker.name} - `)), "not itself");
    await endsOn("SIGINT", broker);
    assert.deepEqual(broker.errors, []);
  }
});

test("a broker talks to any peer in two frames, and refuses what is no state", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const broker = stage.start("peering1", ["me", "you"], { cwd: stage.folder });
  await broker.line(/listening on ipc:\/\/me-state.ipc/);

  await using factory = new ZmqFactory();
  const statefe = new ZmqSubConnection(factory, at(stage, "me", ZmqEndpoint.connect));
  statefe.subscribe("");
  const [name, available] = await statefe.receive(LIMIT);
  assert.equal(String(name), "me");
  assert.match(String(available), /^\d$/);

  const you = new ZmqPubConnection(factory);
  const subscribed = once(you, "handshakeSucceeded");
  you.addEndpoints(at(stage, "you", ZmqEndpoint.bind));
  await subscribed;
  const repeat = setInterval(() => you.send(["you", "7"]), 10); // until the subscription is there
  await broker.line(/^you - 7 workers free$/);
  clearInterval(repeat);

  const refused = { from: "stderr" } as const;
  await you.send("");
  await broker.line(/refused a state message of 1 frames/, refused);
  for (const state of [
    ["you", "many"],
    ["", "7"],
    [Buffer.alloc(2048, "y"), "7"],
    ["\n", "7"],
  ]) {
    await you.send(state);
    await broker.line(/refused a state message of 2 frames/, refused);
  }
  await you.send(Array.from({ length: 1000 }, () => "9"));
  await broker.line(/refused a state message of 1000 frames/, refused);
  await you.send(["you", "9"]);
  await broker.line(/^you - 9 workers free$/);
  assert.equal(broker.errors.length, 6);
});

test("wrong arguments get one line of usage", async (t) => {
  const stage = new Stage(t, import.meta.url);
  for (const [args, why] of [
    [[], /^usage: peering1 .*needs a name/],
    [["DC1", "--colour"], /^usage: peering1 .*--colour/],
    [["nowhere/DC1"], /^peering1: bad endpoint "ipc:\/\/nowhere\/DC1-state.ipc"/],
  ] as const) {
    await refuses(stage.start("peering1", args, { cwd: stage.folder }), why);
  }
});

function isFromDc2(line: string): boolean {
  return line.startsWith("DC2");
}

async function hears(broker: Program, peer: string, times = 1): Promise<void> {
  const pattern = new RegExp(`^${peer} - \\d workers free$`);
  const taken = counted.get(broker)?.get(peer) ?? 0;
  if (times > taken) await broker.count(pattern, times - taken);
  const all = counted.get(broker) ?? new Map<string, number>();
  counted.set(broker, all.set(peer, Math.max(times, taken)));
}

/** How many lines of each peer the waits on a broker have taken. */
const counted = new Map<Program, Map<string, number>>();

function at(stage: Stage, name: string, way: (address: string) => ZmqEndpoint): ZmqEndpoint {
  return way(`ipc://${stage.folder}/${name}-state.ipc`);
}
