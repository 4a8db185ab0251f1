import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { flood, keepBusy, refusesNonsense, start, usage } from "./smoke.peers.ts";

/** For waits at sockets; those for programs have one of their own. */
const LIMIT = { timeout: 60_000 };

test("tasks go first, and updates get their turn where tasks never end", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using peers = await start(stage, "msreader");
  const { program, ventilator, server } = peers;

  // While it works on a long task, both queues fill, the updates' first.
  await keepBusy(peers);
  for (let n = 0; n < 5; n++) {
    await server.send("10002 99 99"); // of another place: nobody asked
    await server.send(`10001 ${n - 2} 50`);
  }
  for (let n = 0; n < 250; n++) await ventilator.send("0");
  await program.line(/^Update: 10001 2 50$/);
  const tasks = (count: number) => Array.from({ length: count }, () => "Task: 0 ms");
  assert.deepEqual(program.lines.slice(2), [
    ...[...tasks(99), "Update: 10001 -2 50"], // the long one was the hundredth
    ...[...tasks(100), "Update: 10001 -1 50"],
    ...[...tasks(51), "Update: 10001 0 50", "Update: 10001 1 50", "Update: 10001 2 50"],
  ]);

  // Both for ever, the tasks as fast as it can take them.
  const end = flood(peers);
  await Promise.all([program.count(/^Task: 1 ms$/, 200), program.count(/^Update: 10001 0 0$/, 2)]);
  await endsOn("SIGINT", program);
  await end();
});

test("nonsense and wrong arguments get one line, and an idle one uses no CPU", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using peers = await start(stage, "msreader");
  const { program } = peers;

  await refusesNonsense(peers);

  const idle = usage(program);
  const flag = stage.start("msreader", ["--colour", "red"]);
  const typo = stage.start("msreader", ["--tasks", "tpc://127.0.0.1:5557"]);
  await refuses(flag, /^usage: msreader .*--colour/);
  await refuses(typo, /^msreader: .*unknown transport "tpc"/);
  idle();

  await endsOn("SIGTERM", program);
});
