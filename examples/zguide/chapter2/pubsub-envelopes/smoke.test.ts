import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqEndpoint, ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";

test("of a publisher's A and B the subscriber sees the B, whoever starts first", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const address = await stage.tcp();
  const subscriber = stage.start("psenvsub", ["--endpoint", address]);
  const publisher = stage.start("psenvpub", ["--endpoint", address, "--period", "20"]);
  await subscriber.count(/^\[B\] We would like to see this$/, 10);

  await using factory = new ZmqFactory();
  const all = new ZmqSubConnection(factory, ZmqEndpoint.connect(address));
  all.subscribe("");
  const seen = new Set<string>();
  while (seen.size < 2) seen.add((await all.receive()).join(": "));
  assert.deepEqual([...seen].sort(), [
    "A: We don't want to see this",
    "B: We would like to see this",
  ]);

  await endsOn("SIGINT", publisher, subscriber);
  for (const { errors } of [publisher, subscriber]) assert.deepEqual(errors, []);
  assert.deepEqual(new Set(subscriber.lines), new Set(["[B] We would like to see this"]));
});

test("the envelope alone is matched, and what has not two frames is refused", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const publisher = new ZmqXPubConnection(factory, ZmqEndpoint.bind(ANYWHERE));
  const subscriber = stage.start("psenvsub", ["--endpoint", publisher.lastEndpoint ?? ""]);
  const [subscription] = await publisher.receive();
  assert.equal(String(subscription), "\u0001B");

  for (const message of [["A", "B"], ["", "B"], ["B", "A"], ["B"], ["B", "1", "2"], ["B", ""]]) {
    await publisher.send(message);
  }
  await publisher.send(["B", "the end"]);
  await subscriber.line(/the end/);
  await subscriber.count(/^psenvsub: refused a message/, 2, { from: "stderr" });
  assert.deepEqual(subscriber.lines, ["[B] A", "[B] ", "[B] the end"]);
  assert.deepEqual(subscriber.errors, [
    "psenvsub: refused a message of 1 frame(s) instead of 2",
    "psenvsub: refused a message of 3 frame(s) instead of 2",
  ]);
});

test("wrong arguments and an address in use get one line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const soon = stage.start("psenvpub", ["--period", "soon"]);
  const colour = stage.start("psenvsub", ["--colour", "red"]);
  await refuses(soon, /^usage: psenvpub .*soon/);
  await refuses(colour, /^usage: psenvsub .*--colour/);

  await using factory = new ZmqFactory();
  const owner = new ZmqXPubConnection(factory, ZmqEndpoint.bind(ANYWHERE));
  const address = owner.lastEndpoint ?? "";
  const second = stage.start("psenvpub", ["--endpoint", address]);
  await refuses(second, new RegExp(`^psenvpub: address in use: ${address} `), 1);
});
