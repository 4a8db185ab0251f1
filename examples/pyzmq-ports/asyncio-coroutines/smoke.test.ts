import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqPushConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

describe("coroutines", { concurrency: true }, () => {
  test("sending, receiving and idling interleave on one event loop", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const all = stage.start("coroutines", ["--endpoint", await stage.tcp(), "--period", "50"]);
    const received = await all.count(/^received ([\d.]+)$/, 10);
    const times = received.map(([, seconds]) => Number(seconds));
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    const kinds = all.lines.map((line) => line.split(" ")[0]);
    const between = kinds.slice(kinds.indexOf("received"), kinds.lastIndexOf("received"));
    for (const kind of ["sending", "."]) assert.ok(between.includes(kind), `"${kind}" in between`);
    await endsOn("SIGINT", all);
  });

  test("the receiver takes from any sender", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const push = new ZmqPushConnection(factory, { bind: stage.ipc("push") });
    const receiver = stage.start("coroutines", [
      ...["--role", "receiver", "--endpoint", stage.ipc("push")],
    ]);
    await push.send(["one", "two"], LIMIT);
    await receiver.line(/^received one,two$/);
    await receiver.line(/^\.$/); // and idles while nothing comes
    await endsOn("SIGTERM", receiver);
  });
});
