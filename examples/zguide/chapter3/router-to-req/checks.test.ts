/** What a boss with a ROUTER must do, whether its workers are REQs or DEALERs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqEndpoint, ZmqFactory, ZmqReqConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const LIMIT = { timeout: 60_000 }; // for what never comes

/** Five seconds of work for ten workers, the first of whom is ten times as slow. */
export const ONE_IS_SLOW = [
  ...["--endpoint", ANYWHERE, "--slow", "1", "--work", "100", "--time", "5000"],
];

/** How many tasks each of the ten workers says to have completed: the slow one, and the others. */
export function completed(program: Program): { slow: number; others: number[] } {
  const [slow = Number.NaN, ...others] = Array.from({ length: 10 }, (_, n) => {
    const line = program.lines.find((text) => text.startsWith(`Worker ${n} completed:`));
    return Number(/(\d+) tasks$/.exec(line ?? "")?.[1]);
  });
  return { slow, others };
}

/** The tests that each of them must pass; `testFile` is the smoke test beside the program. */
export function testBoss(testFile: string, name: string): void {
  test("work comes when it was asked for, and a malformed question is refused", async (t) => {
    const stage = new Stage(t, testFile);
    const program = stage.start(name, ["--endpoint", ANYWHERE, "--time", "600000"]);
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
    for (let n = 0; n < 3; n++) assert.equal(`${await greedy.receive(LIMIT)}`, ",Work harder");

    const modest = new ZmqReqConnection(factory, ZmqEndpoint.connect(address));
    for (let n = 0; n < 10; n++) {
      await modest.send("Hi Boss");
      assert.equal(`${await modest.receive(LIMIT)}`, "Work harder");
    }
    assert.ok(!greedy.readable, "nobody gets work without asking");
    assert.equal(program.errors.length, malformed.length);
    await endsOn("SIGINT", program);
  });

  test("a boss alone ends when it has told everybody who has worked for it", async (t) => {
    const stage = new Stage(t, testFile);
    const alone = ["--role", "boss", "--endpoint", ANYWHERE, "--time", "500"];
    const boss = stage.start(name, alone);
    const [, address = ""] = await boss.line(/listening on (\S+)/);
    await using factory = new ZmqFactory();
    const outsider = new ZmqReqConnection(factory, ZmqEndpoint.connect(address));
    await outsider.send("Hi Boss");
    assert.equal(`${await outsider.receive(LIMIT)}`, "Work harder");

    const worker = stage.start(name, ["--role", "worker", "--endpoint", address, "--work", "10"]);
    assert.deepEqual(await worker.exit(), { code: 0, signal: null });
    assert.match(worker.lines.join(), /^Worker \d+ completed: \d+ tasks$/);
    await outsider.send("Hi Boss");
    assert.equal(`${await outsider.receive(LIMIT)}`, "Fired!");
    assert.deepEqual(await boss.exit(), { code: 0, signal: null });
    assert.deepEqual([...boss.errors, ...worker.errors], []);
  });

  test("wrong arguments and addresses get one line", async (t) => {
    const stage = new Stage(t, testFile);
    await using factory = new ZmqFactory();
    const taken = new ZmqDealerConnection(factory, ZmqEndpoint.bind(ANYWHERE)).lastEndpoint ?? "";
    for (const [flag, value, code, why] of [
      ["--colour", "red", 2, `^usage: ${name} .*--colour`],
      ["--role", "chief", 2, `^usage: ${name} .*"chief"`],
      ["--workers", "many", 2, `^usage: ${name} .*"many"`],
      ["--endpoint", "tpc://127.0.0.1:5671", 2, `^${name}: .*unknown transport "tpc"`],
      ["--endpoint", taken, 1, `^${name}: address in use: tcp`],
    ] as const) {
      await refuses(stage.start(name, [flag, value]), new RegExp(why), code);
    }
  });
}
