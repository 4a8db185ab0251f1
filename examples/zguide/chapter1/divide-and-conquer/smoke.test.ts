import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPullConnection } from "tx0mq";

const DONE = { code: 0, signal: null };
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("divide and conquer", { concurrency: true, timeout: 120_000 }, () => {
  test("every task is done once, all share them, and the more workers the sooner", async (t) => {
    const stage = new Stage(t, import.meta.url);
    // All at once: what else the machine has to do holds all of them up alike.
    const pace = await Promise.all([1, 2, 4].map((workers) => batch(stage, workers)));
    const [alone = 0, halved = 0, quartered = 0] = pace;
    assert.ok(quartered < halved && halved < alone, `elapsed time for each ms of work: ${pace}`);
    assert.ok(alone > 0.5, `a ms of work takes one worker ${alone} ms`);
  });

  test("Enter starts the batch, and then the sink is told first", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const [tasks, results] = [stage.ipc("tasks"), stage.ipc("results")];
    const vent = stage.start("taskvent", ["--tasks", tasks, "--sink", results, "--count", "10"]);
    const worker = new ZmqPullConnection(factory, { connect: tasks });
    await vent.line(/Press Enter/);
    vent.type("\n");
    await vent.line(/^Waiting for the sink at ipc:/);
    assert.equal(vent.lines.length, 2, "it sends nothing yet");
    const sink = new ZmqPullConnection(factory, { bind: results });
    assert.equal(String(await sink.receive(LIMIT)), "0");
    let cost = 0;
    for (let task = 0; task < 10; task++) cost += Number((await worker.receive(LIMIT))[0]);
    assert.deepEqual(await vent.exit(), DONE);
    assert.equal(vent.lines.at(-1), `Total expected cost: ${cost} msec`);
  });

  test("Ctrl-C ends what waits, and a wrong flag gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const addresses = ["--tasks", stage.ipc("tasks"), "--sink", stage.ipc("results")];
    const vent = stage.start("taskvent", addresses);
    await refuses(stage.start("taskwork", ["--colour", "red"]), /^taskwork: .*--colour/);
    await vent.line(/Press Enter/);
    await endsOn("SIGINT", vent);
  });
});

/** Has a batch done by so many workers. @returns how long that took, for each ms of work */
async function batch(stage: Stage, count: number): Promise<number> {
  const results = stage.ipc(`results-${count}`);
  const addresses = ["--tasks", stage.ipc(`tasks-${count}`), "--sink", results];
  const sink = stage.start("tasksink", ["--endpoint", results]);
  await sink.line(/listening/);
  const workers = Array.from({ length: count }, () => stage.start("taskwork", addresses));
  for (const worker of workers) await worker.line(/^taskwork waits for tasks at ipc:/);
  const began = performance.now();
  const vent = stage.start("taskvent", [...addresses, "--workers", `${count}`]);
  await vent.line(new RegExp(`^Waiting for ${count} workers$`));
  const [, cost] = await vent.line(/^Total expected cost: (\d+) msec$/);
  const [, elapsed] = await sink.line(/^Total elapsed time: (\d+) msec$/);
  assert.ok(Number(elapsed) < performance.now() - began + 1, "from the ventilator's word on");
  assert.deepEqual(await vent.exit(), DONE);
  assert.deepEqual(await sink.exit(), DONE);
  assert.equal(sink.lines[1], ":.........".repeat(10));
  await endsOn("SIGINT", ...workers);

  const done = workers.map(({ lines }) =>
    lines.slice(1).join("").split(".").slice(0, -1).map(Number),
  );
  assert.ok(done.every(({ length }) => length === 100 / count));
  assert.equal(sum(done.flat()), Number(cost), "what was done is what was sent");
  return Number(elapsed) / Number(cost);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
