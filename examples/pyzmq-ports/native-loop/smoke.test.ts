import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

describe("native loop", { concurrency: true, timeout: 120_000 }, () => {
  test("both rates are printed, and the main event loop goes on beside the thread", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("native-loop", ["--url", await stage.tcp(), "--n", "20000"]);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    const [thread, turns, loop, , ratio] = program.lines;
    const rate = (line = "", where: string) => {
      const [, number] = new RegExp(`^${where}: (\\d+) messages/s$`).exec(line) ?? [];
      assert.ok(Number(number) > 0, line);
      return Number(number);
    };
    const expected = rate(thread, "in a thread of its own") / rate(loop, "on the main event loop");
    assert.ok(Math.abs(Number(ratio?.slice("ratio: ".length)) - expected) < 0.02, ratio);
    const [, share] = /^ {3}a timer had (\d+) % of its turns meanwhile$/.exec(turns ?? "") ?? [];
    assert.ok(Number(share) > 0, turns);
  });

  test("on the wire: integers of four bytes, then the seconds", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const pull = new ZmqPullConnection(factory, { bind: stage.ipc("from") });
    stage.start("native-loop", ["--role", "sender", "--url", stage.ipc("from"), "--n", "1000"]);
    for (let n = 0; n < 1000; n++) assert.equal((await pull.receive(LIMIT))[0].readInt32LE(), n);
    const [seconds] = await pull.receive(LIMIT);
    assert.equal(seconds.length, 8);
    assert.ok(seconds.readDoubleLE() > 0);

    const push = new ZmqPushConnection(factory, { connect: stage.ipc("to") });
    const receiver = stage.start("native-loop", [
      ...["--role", "receiver", "--url", stage.ipc("to"), "--n", "2"],
    ]);
    for (const message of [Int32Array.of(0), Int32Array.of(1), Float64Array.of(0.5)]) {
      await push.send(message, LIMIT);
    }
    await receiver.line(/^4 messages\/s$/);

    const other = new ZmqPushConnection(factory, { connect: stage.ipc("other") });
    const mistaken = stage.start("native-loop", [
      ...["--role", "receiver", "--url", stage.ipc("other"), "--n", "1"],
    ]);
    for (const n of [0, 1]) await other.send(Int32Array.of(n), LIMIT);
    assert.deepEqual(await mistaken.exit(), { code: 1, signal: null });
    assert.match(mistaken.errors.join("\n"), /not a double: same --n at both\?/);
  });
});
