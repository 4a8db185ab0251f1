import assert from "node:assert/strict";
import { test } from "node:test";
import {
  flood,
  keepBusy,
  refusesNonsense,
  start,
  usage,
} from "@tx0mq/example-multiple-socket-reader/smoke.peers.ts";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";

/** For waits at sockets; those for programs have one of their own. */
const LIMIT = { timeout: 60_000 };

test("tasks and updates come in turn, and neither keeps the other waiting", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using peers = await start(stage, "mspoller");
  const { program, ventilator, server } = peers;

  // While it works on a long task, both queues fill.
  await keepBusy(peers);
  for (let n = 0; n < 50; n++) {
    await ventilator.send("0");
    await server.send("10002 99 99"); // of another place: nobody asked
    await server.send(`10001 ${n - 20} 50`);
  }
  await program.line(/^Update: 10001 29 50$/);
  assert.deepEqual(
    program.lines.slice(2),
    Array.from({ length: 50 }, (_, n) => ["Task: 0 ms", `Update: 10001 ${n - 20} 50`]).flat(),
  );

  // Both for ever, the tasks as fast as it can take them.
  const end = flood(peers);
  await Promise.all([
    program.count(/^Task: 1 ms$/, 100),
    program.count(/^Update: 10001 0 0$/, 100),
  ]);
  await endsOn("SIGINT", program);
  await end();
});

test("nonsense and wrong arguments get one line, and an idle one uses no CPU", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using peers = await start(stage, "mspoller");
  const { program } = peers;

  await refusesNonsense(peers);

  const idle = usage(program);
  const flag = stage.start("mspoller", ["--colour", "red"]);
  const typo = stage.start("mspoller", ["--tasks", "tpc://127.0.0.1:5557"]);
  await refuses(flag, /^usage: mspoller .*--colour/);
  await refuses(typo, /^mspoller: .*unknown transport "tpc"/);
  idle();

  await endsOn("SIGTERM", program);
});
