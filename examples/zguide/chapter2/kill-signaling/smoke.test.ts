import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import {
  ZmqEndpoint,
  ZmqFactory,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqSubConnection,
  ZmqXPubConnection,
  ZmqXSubConnection,
} from "tx0mq";

/** For waits at sockets; those for programs have one of their own. */
const LIMIT = { timeout: 60_000 };

const DONE = { code: 0, signal: null };

test("with 100 results in the sink every worker ends by itself", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const ventilator = new ZmqPushConnection(factory);
  let joined = 0;
  const allJoined = new Promise<void>((resolve) => {
    ventilator.on("handshakeSucceeded", () => ++joined === 3 && resolve());
  });
  ventilator.addEndpoints(ZmqEndpoint.bind(stage.ipc("tasks")));
  const workers = [1, 2, 3].map(() => stage.start("taskwork2", flags(stage)));
  for (const worker of workers) await worker.line(/waits for the sink/);
  const sink = stage.start("tasksink2", flags(stage).slice(2));
  await allJoined;

  const starter = new ZmqPushConnection(factory, ZmqEndpoint.connect(stage.ipc("sink")));
  await starter.send("0");
  for (const nonsense of ["", "soon", ["1", "2"]]) await ventilator.send(nonsense);
  for (let n = 0; n < 100; n++) await ventilator.send(String(n % 5));

  for (const program of [...workers, sink]) assert.deepEqual(await program.exit(), DONE);
  const shares = workers.map(({ lines }) => lines.filter((line) => line.startsWith("Task")).length);
  assert.deepEqual(shares.sort(), [33, 33, 34], "the three share the hundred");
  for (const { errors } of workers) {
    assert.deepEqual(errors, ["taskwork2: refused a task that is not a number of ms"]);
  }
  assert.ok(sink.lines.includes("100 of 100 results"));
  assert.match(sink.lines.at(-2) ?? "", /^Total elapsed time: \d+ msec$/);
  assert.deepEqual(sink.errors, []);
});

test("a late worker is told too, and the sink waits for the last to go", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const sink = stage.start("tasksink2", flags(stage).slice(2));
  await sink.line(/listening/);
  const other = new ZmqSubConnection(factory);
  other.subscribe();
  const joined = once(other, "handshakeSucceeded");
  other.addEndpoints(ZmqEndpoint.connect(stage.ipc("control")));
  await joined;
  const odd = new ZmqXSubConnection(factory, ZmqEndpoint.connect(stage.ipc("control")));
  await odd.send("no subscription");
  const results = new ZmqPushConnection(factory, ZmqEndpoint.connect(stage.ipc("sink")));
  await results.send(["several", "frames"]);
  for (let n = 0; n < 101; n++) await results.send("");

  assert.equal(String(await other.receive()), "KILL");
  await sink.line(/^tasksink2: refused a message that is no subscription$/, { from: "stderr" });
  const late = stage.start("taskwork2", flags(stage));
  assert.deepEqual(await late.exit(), DONE);
  assert.ok(!sink.lines.includes("tasksink2 is done"), "one worker is still there");
  await other.shutdown();
  assert.deepEqual(await sink.exit(), DONE);
  assert.equal(sink.errors[0], "tasksink2: refused a result of several frames");
  assert.equal(sink.errors.length, 2);
});

test("a worker that is told to stop finishes its task", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const ventilator = new ZmqPushConnection(factory, ZmqEndpoint.bind(stage.ipc("tasks")));
  const results = new ZmqPullConnection(factory, ZmqEndpoint.bind(stage.ipc("sink")));
  const controller = new ZmqXPubConnection(factory, ZmqEndpoint.bind(stage.ipc("control")));
  const worker = stage.start("taskwork2", flags(stage));
  assert.equal(String(await controller.receive()), "\x01");

  await ventilator.send("500");
  await worker.line(/^Task: 500 ms$/);
  await controller.send("KILL");
  assert.deepEqual(await results.receive(), [Buffer.of()]);
  assert.deepEqual(await worker.exit(), DONE);
});

test("all end on Ctrl-C, and wrong arguments get one line", LIMIT, async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const ventilator = new ZmqPushConnection(factory, ZmqEndpoint.bind(stage.ipc("tasks")));
  const programs = ["taskwork2", "tasksink2"];
  const wrong = programs.map((name) => stage.start(name, ["--colour", "red"]));
  const typo = stage.start("taskwork2", ["--tasks", "tpc://127.0.0.1:5557"]);
  const lonely = stage.start("taskwork2", ["--control", stage.ipc("nowhere")]);
  const sink = stage.start("tasksink2", [
    ...["--sink", "tcp://127.0.0.1:*", "--control", stage.ipc("control")],
  ]);
  const [, address = ""] = await sink.line(/listening on (\S+),/);
  const second = stage.start("tasksink2", ["--sink", address]);
  const busy = stage.start("taskwork2", flags(stage));

  await ventilator.send("100000");
  await busy.line(/^Task: 100000 ms$/);
  await endsOn("SIGINT", busy);
  await lonely.line(/waits for the sink/);
  await endsOn("SIGTERM", lonely);
  for (const [index, program] of wrong.entries()) {
    await refuses(program, new RegExp(`^usage: ${programs[index]} .*--colour`));
  }
  await refuses(typo, /^taskwork2: .*unknown transport "tpc"/);
  await refuses(second, new RegExp(`^tasksink2: address in use: ${address} `), 1);
  await endsOn("SIGINT", sink);
  for (const { errors } of [busy, lonely, sink]) assert.deepEqual(errors, []);
});

/** Where everything is; without the first two, for a sink. */
function flags(stage: Stage): string[] {
  return ["tasks", "sink", "control"].flatMap((name) => [`--${name}`, stage.ipc(name)]);
}
