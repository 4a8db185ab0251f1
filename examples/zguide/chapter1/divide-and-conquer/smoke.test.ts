import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqEndpoint, ZmqFactory, ZmqPushConnection } from "tx0mq";

test("every task is done once, in turn, and the more workers the sooner", async (t) => {
  const stage = new Stage(t, import.meta.url);
  // All three at once: what else the machine has to do then holds all of them up alike, and none of them
  // for the two seconds by which four workers are faster than they need to be.
  const [one, two, four] = await Promise.all([1, 2, 4].map((count) => batch(stage, count)));
  assert.ok(one && two && four);

  for (const { cost, done, workers } of [one, two, four]) {
    assert.deepEqual(
      done.map(({ length }) => length),
      Array(workers).fill(100 / workers),
      "a PUSH deals to all its workers in turn",
    );
    assert.equal(sum(done.flat()), cost, "what was done is what was sent");
  }

  const times = [one, two, four].map(({ elapsed, cost }) => elapsed / cost) as [
    number,
    ...number[],
  ];
  const [alone, halved = 1, quartered = 1] = times;
  assert.ok(halved < 0.9 * alone && quartered < 0.9 * halved, `elapsed / cost: ${times}`);
});

/** Has a batch of tasks done by so many workers, and then stops these. */
async function batch(stage: Stage, count: number) {
  const results = stage.ipc(`results-${count}`);
  const addresses = ["--tasks", stage.ipc(`tasks-${count}`), "--sink", results];
  const workers = Array.from({ length: count }, () => stage.start("taskwork", addresses));
  const sink = stage.start("tasksink", ["--endpoint", results]);
  const vent = stage.start("taskvent", [...addresses, "--longest", "200", "--workers", `${count}`]);
  const [, cost] = await vent.line(/^Total expected cost: (\d+) msec$/);
  const [, elapsed] = await sink.line(/^Total elapsed time: (\d+) msec$/);
  assert.deepEqual(await vent.exit(), { code: 0, signal: null });
  assert.deepEqual(await sink.exit(), { code: 0, signal: null });
  assert.equal(sink.lines[1], ":.........".repeat(10));
  await endsOn("SIGINT", ...workers);
  for (const { errors } of workers) assert.deepEqual(errors, []);
  const done = workers.map(({ lines }) => lines.join("").split(".").slice(0, -1).map(Number));
  return { workers: count, cost: Number(cost), elapsed: Number(elapsed), done };
}

test("malformed messages are refused; a result may be earlier than the start; Enter starts", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const addresses = ["--tasks", stage.ipc("tasks"), "--sink", stage.ipc("results")];
  const worker = stage.start("taskwork", addresses);
  const sink = stage.start("tasksink", ["--endpoint", stage.ipc("results"), "--count", "3"]);

  const tasks = ["ten", "", "-1", "1e3", ["1", "1"], "99999999999", "7"];
  await sendAll(tasks, ZmqEndpoint.bind(stage.ipc("tasks")));
  await worker.count(/^taskwork: refused .*/, 6, { from: "stderr" });
  await sendAll(["1", ["", ""]], ZmqEndpoint.connect(stage.ipc("results")));
  await sink.count(/^tasksink: refused .*/, 2, { from: "stderr" });

  const vent = stage.start("taskvent", [...addresses, "--count", "2", "--longest", "1"]);
  await vent.line(/listening/);
  vent.type("\n");
  assert.deepEqual(await vent.exit(), { code: 0, signal: null });
  assert.deepEqual(await sink.exit(), { code: 0, signal: null });
  assert.equal(sink.lines[1], ":..");
  assert.equal(sink.errors.length, 2);

  await endsOn("SIGTERM", worker);
  assert.deepEqual(worker.lines, ["7.1.1."]);
  assert.equal(worker.errors.length, 6);
});

test("Ctrl-C ends what waits, and wrong arguments get one line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const sink = stage.start("tasksink", ["--endpoint", "tcp://127.0.0.1:*"]);
  const [, address = ""] = await sink.line(/listening on (\S+)/);
  const vents = [["--workers", "1"], []].map((wait) =>
    stage.start("taskvent", ["--tasks", "tcp://127.0.0.1:*", "--sink", address, ...wait]),
  );
  const wrong = [
    [stage.start("taskvent", ["--workers", "-1"]), /^usage: taskvent .*--workers/, 2],
    [stage.start("taskwork", ["--colour", "red"]), /^usage: taskwork .*--colour/, 2],
    [stage.start("tasksink", ["--count", "some"]), /^usage: tasksink .*"some"/, 2],
    [stage.start("taskwork", ["--sink", "tpc://sink:1"]), /^taskwork: .*transport "tpc"/, 2],
    [stage.start("taskvent", ["--tasks", address]), /^taskvent: address in use: tcp:/, 1],
  ] as const;
  for (const [program, why, code] of wrong) await refuses(program, why, code);

  for (const vent of vents) await vent.line(/listening/);
  await endsOn("SIGINT", ...vents, sink);
  for (const { errors } of [...vents, sink]) assert.deepEqual(errors, []);
});

async function sendAll(messages: (string | string[])[], endpoint: ZmqEndpoint): Promise<void> {
  await using factory = new ZmqFactory({ lingerPeriod: -1 });
  const sender = new ZmqPushConnection(factory, endpoint);
  for (const message of messages) await sender.send(message);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
