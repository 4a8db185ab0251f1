import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPushConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

describe("coroutines with time-outs", { concurrency: true }, () => {
  test("messages come, and a timer ticks meanwhile", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const all = stage.start("coroutines", ["--endpoint", await stage.tcp(), "--period", "200"]);
    await all.count(/^received [\d.]+$/, 3);
    const kinds = all.lines.map((line) => line.split(" ")[0]);
    const between = kinds.slice(kinds.indexOf("received"), kinds.lastIndexOf("received"));
    for (const kind of ["sending", "."]) assert.ok(between.includes(kind), `"${kind}" in between`);
    await endsOn("SIGINT", all);
  });

  test("a receiver says when nothing comes, and what was late is not lost", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const receiver = stage.start("coroutines", [
      ...["--role", "receiver", "--endpoint", stage.ipc("push"), "--period", "50"],
    ]);
    await receiver.count(/^nothing to receive$/, 3);
    await using factory = new ZmqFactory();
    const push = new ZmqPushConnection(factory, { bind: stage.ipc("push") });
    for (let n = 0; n < 100; n++) await push.send(String(n), LIMIT);
    const received = await receiver.count(/^received (\d+)$/, 100);
    assert.deepEqual(
      received.map(([, n]) => n),
      Array.from({ length: 100 }, (_, n) => String(n)),
    );
    await receiver.count(/^nothing to receive$/, 2);
    await endsOn("SIGTERM", receiver);
  });
});
