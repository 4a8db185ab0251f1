import assert from "node:assert/strict";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqEndpoint, ZmqFactory, ZmqReqConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";

test("ten workers are all told to stop, and a slow one has done less", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const args = ["--endpoint", ANYWHERE, "--slow", "1", "--work", "100", "--time", "2000"];
  const program = stage.start("rtdealer", args);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.deepEqual(program.errors, []);

  const totals = Array.from({ length: 10 }, (_, n) => {
    const line = program.lines.find((text) => text.startsWith(`Worker ${n} completed:`));
    return Number(/(\d+) tasks$/.exec(line ?? "")?.[1]);
  });
  const [slow = Number.NaN, ...others] = totals;
  const mean = others.reduce((sum, total) => sum + total, 0) / others.length;
  assert.ok(slow >= 1 && slow < mean / 2, `${slow} tasks, while the others did ${others}`);
});

test("work comes when it was asked for, and a malformed question is refused", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("rtdealer", ["--endpoint", ANYWHERE, "--time", "600000"]);
  const [, address = ""] = await program.line(/listening on (\S+)/);
  const factory = new ZmqFactory();
  t.after(() => factory.shutdown());

  const greedy = new ZmqDealerConnection(factory, ZmqEndpoint.connect(address));
  const malformed = [
    [""],
    ["x"],
    ["no", "delimiter"],
    ["", "two", "frames"],
    Array.from({ length: 1000 }, (_, n) => `${n || ""}`),
    ["", Buffer.alloc(64 * 1024 * 1024)],
  ];
  for (const frames of malformed) await greedy.send(frames);
  await program.count(/refused a malformed message/, malformed.length, { from: "stderr" });
  for (let n = 0; n < 3; n++) await greedy.send(["", "Hi Boss"]);
  for (let n = 0; n < 3; n++) assert.equal(`${await greedy.receive()}`, ",Work harder");

  const modest = new ZmqReqConnection(factory, ZmqEndpoint.connect(address));
  for (let n = 0; n < 10; n++) {
    await modest.send("Hi Boss");
    assert.equal(`${await modest.receive()}`, "Work harder");
  }
  assert.ok(!greedy.readable, "nobody gets work without asking");
  assert.equal(program.errors.length, malformed.length);

  program.kill("SIGINT");
  assert.deepEqual(await program.exit(), { code: null, signal: "SIGINT" });
  assert.equal(program.errors.length, malformed.length, "no stack trace");
});

test("wrong arguments and addresses get one line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const taken = new ZmqDealerConnection(factory, ZmqEndpoint.bind(ANYWHERE)).lastEndpoint ?? "";
  for (const [flag, value, code, why] of [
    ["--colour", "red", 2, /^usage: rtdealer .*--colour/],
    ["--workers", "many", 2, /^usage: rtdealer .*"many"/],
    ["--endpoint", "tpc://127.0.0.1:5671", 2, /^rtdealer: .*unknown transport "tpc"/],
    ["--endpoint", taken, 1, /^rtdealer: address in use: tcp/],
  ] as const) {
    const program = stage.start("rtdealer", [flag, value]);
    assert.deepEqual(await program.exit(), { code, signal: null });
    assert.equal(program.errors.length, 1);
    assert.match(program.errors[0] ?? "", why);
  }
});
