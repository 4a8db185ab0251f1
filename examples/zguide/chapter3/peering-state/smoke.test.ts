import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqSubConnection } from "tx0mq";

test("three brokers hear each other; a dead one falls silent, and is heard again when it returns", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const start = (name: string, ...peers: string[]): Program =>
    stage.start("peering1", ["--period", "50", name, ...peers], { cwd: stage.folder, name });
  const dc1 = start("DC1", "DC2", "DC3");
  const dc2 = start("DC2", "DC1", "DC3");
  const dc3 = start("DC3", "DC1", "DC2");
  for (const broker of [dc1, dc2, dc3]) {
    for (const peer of ["DC1", "DC2", "DC3"]) if (peer !== broker.name) await hears(broker, peer);
  }

  await using factory = new ZmqFactory();
  const statefe = new ZmqSubConnection(factory, { connect: `ipc://${stage.folder}/DC1-state.ipc` });
  statefe.subscribe("");
  const state = await statefe.receive({ timeout: 60_000 });
  assert.match(state.join(), /^DC1,\d$/, "two frames: who has how many");

  dc2.kill("SIGKILL"); // its file DC2-state.ipc stays
  await dc2.exit();
  for (let n = 0; dc1.lines.slice(-5).some(isFromDc2); n++) {
    assert.ok(n < 1000, "it has fallen silent");
    await hears(dc1, "DC3"); // what was on its way comes first
  }
  const before = dc1.lines.filter(isFromDc2).length;
  const dc2Again = start("DC2", "DC1", "DC3");
  await hears(dc1, "DC2", before); // one that the waits above took, and a new one
  await hears(dc3, "DC2");
  for (const peer of ["DC1", "DC3"]) await hears(dc2Again, peer);

  assert.ok(!dc1.lines.some((line) => line.startsWith("DC1")), "it does not hear itself");
  await endsOn("SIGINT", dc1, dc2Again, dc3);
  assert.deepEqual([...dc1.errors, ...dc2Again.errors, ...dc3.errors], []);
});

test("a wrong flag gets one line", (t) =>
  refuses(new Stage(t, import.meta.url).start("peering1", ["--colour"]), /^peering1: .*--colour/));

function isFromDc2(line: string): boolean {
  return line.startsWith("DC2");
}

async function hears(broker: Program, peer: string, times = 1): Promise<void> {
  await broker.count(new RegExp(`^${peer} - \\d workers free$`), times);
}
