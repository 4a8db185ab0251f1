import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPubConnection, ZmqPullConnection, ZmqPushConnection } from "tx0mq";

const DONE = { code: 0, signal: null };

describe("kill signaling", { concurrency: true, timeout: 120_000 }, () => {
  test("when the sink has its 100 results every worker ends by itself", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const ventilator = new ZmqPushConnection(factory);
    const joined = ventilator.peers(3);
    ventilator.addEndpoints({ bind: stage.ipc("tasks") });
    // Workers first: they take no task while there is no sink that could tell them to stop.
    const workers = [1, 2, 3].map(() => stage.start("taskwork2", flags(stage)));
    for (const worker of workers) await worker.line(/waits for the sink/);
    const sink = stage.start("tasksink2", flags(stage).slice(2));
    await joined;

    const starter = new ZmqPushConnection(factory, { connect: stage.ipc("sink") });
    const began = performance.now();
    await starter.send("0");
    for (let n = 0; n < 100; n++) await ventilator.send(String(n % 5));
    const [, elapsed] = await sink.line(/^Total elapsed time: (\d+) msec$/);
    assert.ok(Number(elapsed) < performance.now() - began + 1, "from the start of the batch on");

    for (const program of [...workers, sink]) {
      assert.deepEqual(await program.exit(), DONE);
      assert.deepEqual(program.errors, []);
    }
    const shares = workers.map(({ lines }) => lines.filter((line) => line.startsWith("Task")));
    assert.deepEqual(shares.map(({ length }) => length).sort(), [33, 33, 34]);
    for (const { lines } of workers) assert.match(lines.at(-1) ?? "", /told to stop/);
    assert.equal(sink.lines.at(-2), "100 of 100 results");
  });

  test("a worker that is told to stop finishes its task; a signal, a wrong flag", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const ventilator = new ZmqPushConnection(factory, { bind: stage.ipc("tasks") });
    const results = new ZmqPullConnection(factory, { bind: stage.ipc("sink") });
    const controller = new ZmqPubConnection(factory, { bind: stage.ipc("control") });
    const lonely = stage.start("taskwork2", ["--control", stage.ipc("nowhere")]);
    const worker = stage.start("taskwork2", flags(stage));

    await ventilator.send("300");
    await worker.line(/^Task: 300 ms$/);
    await controller.send("KILL");
    assert.deepEqual(await results.receive({ timeout: 60_000 }), [Buffer.of()]);
    assert.deepEqual(await worker.exit(), DONE);

    await lonely.line(/waits for the sink/);
    await endsOn("SIGINT", lonely);
    await refuses(stage.start("tasksink2", ["--colour", "red"]), /^tasksink2: .*--colour/);
  });
});

/** Where everything is; without the first two, for a sink. */
function flags(stage: Stage): string[] {
  return ["tasks", "sink", "control"].flatMap((name) => [`--${name}`, stage.ipc(name)]);
}
