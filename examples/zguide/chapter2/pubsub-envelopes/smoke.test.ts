import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

describe("pub-sub envelopes", { concurrency: true, timeout: 120_000 }, () => {
  test("of a publisher's A and B the subscriber sees the B, whoever starts first", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const address = await stage.tcp();
    const subscriber = stage.start("psenvsub", ["--endpoint", address]);
    await subscriber.line(/waits for B/);
    const publisher = stage.start("psenvpub", ["--endpoint", address, "--period", "20"]);
    await subscriber.count(/^\[B\] We would like to see this$/, 10);

    await using factory = new ZmqFactory();
    const all = new ZmqSubConnection(factory, { connect: address });
    all.subscribe("");
    const seen = [];
    for (let n = 0; n < 2; n++) seen.push((await all.receive(LIMIT)).join(": "));
    assert.deepEqual(seen.sort(), ["A: We don't want to see this", "B: We would like to see this"]);

    await endsOn("SIGINT", publisher, subscriber);
    assert.deepEqual(
      new Set(subscriber.lines.slice(1)),
      new Set(["[B] We would like to see this"]),
    );
    assert.deepEqual([...publisher.errors, ...subscriber.errors], []);
  });

  test("the envelope alone is matched, and a wrong flag gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const wrong = stage.start("psenvpub", ["--period", "soon"]);
    await using factory = new ZmqFactory();
    const publisher = new ZmqXPubConnection(factory, { bind: "tcp://127.0.0.1:*" });
    const subscriber = stage.start("psenvsub", ["--endpoint", publisher.address]);
    const [subscription] = await publisher.receive(LIMIT);
    assert.equal(String(subscription), "\u0001B");

    for (const message of [
      ["A", "B"],
      ["", "B"],
      ["B", "A"],
      ["AB", "B"],
      ["B", ""],
    ]) {
      await publisher.send(message);
    }
    await publisher.send(["B", "the end"]);
    await subscriber.line(/the end/);
    assert.deepEqual(subscriber.lines.slice(1), ["[B] A", "[B] ", "[B] the end"]);
    await endsOn("SIGTERM", subscriber);
    await refuses(wrong, /^psenvpub: --period is a whole number/);
  });
});
