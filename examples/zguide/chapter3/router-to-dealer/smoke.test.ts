import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqDealerConnection, ZmqFactory } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";

describe("rtdealer", { concurrency: true, timeout: 120_000 }, () => {
  test("ten workers are all told to stop, and a slow one has done less", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("rtdealer", [
      ...["--bind", ANYWHERE, "--slow", "1", "--work", "100", "--time", "5000"],
    ]);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.errors, []);
    const [slow = 0, ...others] = Array.from({ length: 10 }, (_, n) => {
      const line = program.lines.find((text) => text.startsWith(`Worker ${n} completed:`));
      return Number(/(\d+) tasks$/.exec(line ?? "")?.[1]);
    });
    const mean = others.reduce((sum, total) => sum + total, 0) / others.length;
    assert.ok(slow >= 1 && slow < mean / 2, `${slow} tasks, while the others did ${others}`);
  });

  test("workers from outside get work when they ask, and the broker ends when all are fired", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const broker = stage.start("rtdealer", [
      ...["--role", "broker", "--bind", ANYWHERE, "--workers", "2", "--time", "1000"],
    ]);
    const [, address] = await broker.line(/listening on (\S+),/);
    const worker = stage.start("rtdealer", [
      "--role",
      "worker",
      "--connect",
      address,
      "--work",
      "10",
    ]);
    await using factory = new ZmqFactory();
    const outsider = new ZmqDealerConnection(factory, { connect: address });
    let order = "";
    while (order !== ",Fired!") {
      await outsider.send(["", "Hi Boss"]);
      order = String(await outsider.receive());
      if (order !== ",Fired!") assert.equal(order, ",Work harder");
    }
    assert.deepEqual(await worker.exit(), { code: 0, signal: null });
    assert.match(String(worker.lines), /^Worker \d+ completed: \d+ tasks$/);
    assert.deepEqual(await broker.exit(), { code: 0, signal: null });
  });

  test("Ctrl-C ends it, and a wrong role gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("rtdealer", ["--bind", ANYWHERE, "--work", "1", "--time", "60000"]);
    await refuses(
      stage.start("rtdealer", ["--role", "boss"]),
      /^rtdealer: --role is all, broker or worker/,
    );
    await program.line(/50 tasks given out/);
    await endsOn("SIGINT", program);
    assert.deepEqual(program.errors, []);
  });
});
