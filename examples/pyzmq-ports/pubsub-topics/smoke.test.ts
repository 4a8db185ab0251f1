import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqXPubConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

test("a subscriber sees only its topics, whoever starts first", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = await stage.tcp();
  const early = stage.start("topics-sub", [address, "stocks.", "weather"]);
  await early.line(/^Receiving messages on stocks\., weather/);
  const publisher = stage.start("topics-pub", [address, "--period", "10"]);
  await publisher.line(/^Broadcasting on/);
  const late = stage.start("topics-sub", [address, "s"]);
  const all = stage.start("topics-sub", [address]);
  for (const [subscriber, topics, kinds] of [
    [early, /^(stocks\..*|weather)$/, 4],
    [late, /^(sports|stocks)\..*$/, 6],
    [all, /./, 7],
  ] as const) {
    const seen = await subscriber.count(/^ {3}Topic: (\S+), msg:(\d+)$/, 21);
    for (const [, topic] of seen) assert.match(topic, topics);
    const numbers = seen.map(([, , number]) => Number(number));
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(seen.map(([, topic]) => topic)).size, kinds, "and all of them");
  }
  await endsOn("SIGINT", early, late, all, publisher);
});

test("a topic without a message gets a line, and the subscriber goes on", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const publisher = new ZmqXPubConnection(factory, { bind: stage.ipc("topics") });
  const subscriber = stage.start("topics-sub", [stage.ipc("topics"), "weather"]);
  await publisher.receive(LIMIT); // the subscription
  await publisher.send("weather");
  await subscriber.line(/^topics-sub: invalid message$/, { from: "stderr" });
  await publisher.send(["weather", "1"]);
  await subscriber.line(/^ {3}Topic: weather, msg:1$/);
  await endsOn("SIGINT", subscriber);
});
