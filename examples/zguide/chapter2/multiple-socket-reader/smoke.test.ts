import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type Program, Stage } from "@tx0mq/smoke";
import {
  ZmqClosedError,
  ZmqEndpoint,
  ZmqFactory,
  ZmqPushConnection,
  ZmqXPubConnection,
} from "tx0mq";

/** For waits at sockets; those for programs have one of their own. */
const LIMIT = { timeout: 60_000 };

/** Long enough for what was sent meanwhile to arrive. */
const LONG_TASK = "1500";

test("tasks go first, and updates get their turn where tasks never end", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using peers = await start(stage);
  const { program, ventilator, server } = peers;

  // While it works on a long task, both queues fill, the updates' first.
  await ventilator.send(LONG_TASK);
  await program.line(/^Task: 1500/);
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
  let enough = false;
  const flood = async (): Promise<void> => {
    while (!enough) {
      await ventilator.send("1");
      await server.send("10001 0 0");
    }
  };
  const flooded = flood().catch((error) => assert.ok(error instanceof ZmqClosedError));
  await Promise.all([program.count(/^Task: 1 ms$/, 200), program.count(/^Update: 10001 0 0$/, 2)]);
  enough = true;
  await endsOn("SIGINT", program);
  await ventilator.shutdown();
  await flooded;
});

test("nonsense and wrong arguments get one line, and an idle one uses no CPU", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using peers = await start(stage);
  const { program, ventilator, server } = peers;

  for (const task of ["", "soon", "-1", ["1", "2"]]) await ventilator.send(task);
  await program.count(/^msreader: refused a task/, 4, { from: "stderr" });
  for (const update of ["10001 warm", "10001 1 2 3", ["10001 1 2", "3"]]) await server.send(update);
  await program.count(/^msreader: refused an update/, 3, { from: "stderr" });
  await ventilator.send("0");
  await program.line(/^Task: 0 ms/);

  const idle = usage(program);
  const flag = stage.start("msreader", ["--colour", "red"]);
  const typo = stage.start("msreader", ["--tasks", "tpc://127.0.0.1:5557"]);
  assert.deepEqual(await flag.exit(), { code: 2, signal: null });
  assert.deepEqual(await typo.exit(), { code: 2, signal: null });
  assert.equal(flag.errors.length, 1);
  assert.match(flag.errors[0] ?? "", /^usage: msreader .*--colour/);
  assert.equal(typo.errors.length, 1);
  assert.match(typo.errors[0] ?? "", /^msreader: .*unknown transport "tpc"/);
  idle();

  await endsOn("SIGTERM", program);
});

/** The program with its ventilator and its weather server, all connected and subscribed. */
async function start(stage: Stage) {
  const factory = new ZmqFactory();
  const ventilator = new ZmqPushConnection(factory, ZmqEndpoint.bind(stage.ipc("tasks")));
  const server = new ZmqXPubConnection(factory, ZmqEndpoint.bind(stage.ipc("updates")));
  const program = stage.start("msreader", [
    ...["--tasks", stage.ipc("tasks"), "--updates", stage.ipc("updates")],
  ]);
  assert.equal(String(await server.receive()), "\x0110001 ");
  return {
    ...{ program, ventilator, server },
    [Symbol.asyncDispose]: () => factory.shutdown(),
  };
}

/** Begins to watch how much a program does; the function that it returns checks that it was little. */
function usage({ pid }: Program): () => void {
  const file = `/proc/${pid}/schedstat`; // of the main thread: ns on the CPU, ns in wait, runs
  if (!existsSync(file)) return () => undefined;
  const read = () => readFileSync(file, "utf8").split(" ").map(Number) as [number, number, number];
  const [began, [busy, , runs]] = [performance.now(), read()];
  return () => {
    const ms = performance.now() - began;
    const [busyNow, , runsNow] = read();
    assert.ok((busyNow - busy) / 1e6 < ms / 5, `${(busyNow - busy) / 1e6} of ${ms} ms busy`);
    assert.ok(runsNow - runs < ms / 10, `it ran ${runsNow - runs} times in ${ms} ms`);
  };
}

async function endsOn(signal: "SIGINT" | "SIGTERM", program: Program): Promise<void> {
  const refusals = program.errors.length;
  program.kill(signal);
  assert.deepEqual(await program.exit(), { code: null, signal });
  assert.equal(program.errors.length, refusals, "no stack trace");
}
