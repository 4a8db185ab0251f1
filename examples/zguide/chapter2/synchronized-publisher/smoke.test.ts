import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import {
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqFactory,
  ZmqReqConnection,
  ZmqSubConnection,
  ZmqXSubConnection,
} from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";

test("ten subscribers, started in any order, get all updates each", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const addresses = ["--publisher", await stage.tcp(), "--sync", await stage.tcp()];
  const subscriber = (): Program => stage.start("syncsub", addresses);
  const subscribers = Array.from({ length: 5 }, subscriber);
  const publisher = stage.start("syncpub", [...addresses, "--updates", "20000"]);
  await publisher.line(/listening/);
  subscribers.push(...Array.from({ length: 5 }, subscriber));

  for (const subscriber of subscribers) {
    assert.deepEqual(await subscriber.exit(), { code: 0, signal: null });
    assert.equal(subscriber.lines.length, 1);
    assert.match(subscriber.lines[0] ?? "", /^Received 20000 updates, \d+ a second$/);
  }
  assert.deepEqual(await publisher.exit(), { code: 0, signal: null });
  assert.deepEqual(publisher.errors, []);
});

const limited = { timeout: 120_000 }; // what is lost is waited for in vain
test(
  "the publisher waits for subscriptions, not just hellos, and for the slowest",
  limited,
  async (t) => {
    const stage = new Stage(t, import.meta.url);
    const [address, sync] = [stage.ipc("publisher"), stage.ipc("sync")];
    const publisher = stage.start("syncpub", [
      ...["--publisher", address, "--sync", sync, "--subscribers", "2", "--updates", "50000"],
    ]);
    await publisher.line(/listening/);
    await using factory = new ZmqFactory();

    // What is malformed is refused: a request without an envelope, a message that is no subscription.
    await new ZmqDealerConnection(factory, ZmqEndpoint.connect(sync)).send("no envelope");
    await new ZmqXSubConnection(factory, ZmqEndpoint.connect(address)).send("hi there");

    // Both say hello before either has subscribed.
    const client = new ZmqReqConnection(factory, ZmqEndpoint.connect(sync));
    for (const _ of ["fast", "slow"]) {
      await client.send("");
      assert.deepEqual((await client.receive()).map(String), [""]);
    }
    await publisher.line(/Hello from subscriber 2 of 2/);
    await publisher.line(/refused .* no subscription: "hi there"$/, { from: "stderr" });

    const [fast, slow] = [new ZmqSubConnection(factory), new ZmqSubConnection(factory)];
    for (const subscriber of [fast, slow]) {
      subscriber.subscribe("");
      subscriber.addEndpoints(ZmqEndpoint.connect(address));
    }
    await count(fast, 500); // while the slow one reads nothing at all
    assert.deepEqual(await Promise.all([count(fast), count(slow)]), [49_500, 50_000]);

    await fast.shutdown();
    await slow.shutdown();
    assert.deepEqual(await publisher.exit(), { code: 0, signal: null });
    assert.match(publisher.lines.at(-1) ?? "", /^Sent 50000 updates, \d+ a second$/);
  },
);

test("Ctrl-C ends both, whatever they wait for", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const publisher = stage.start("syncpub", [
    ...[
      "--publisher",
      ANYWHERE,
      "--sync",
      ANYWHERE,
      "--subscribers",
      "1",
      "--updates",
      "1000000000",
    ],
  ]);
  const [, address = "", sync = ""] = await publisher.line(/listening on (\S+), hellos on (\S+)/);
  const waiting = stage.start("syncsub", [
    ...["--publisher", address, "--sync", stage.ipc("nowhere")],
  ]);

  // A subscriber that has stopped holds up the publisher, but not its end.
  const stopped = stage.start("syncsub", ["--publisher", address, "--sync", sync]);
  await publisher.line(/Broadcasting/);
  stopped.kill("SIGSTOP");
  await endsOn("SIGINT", publisher, waiting);
  stopped.kill("SIGCONT");
  await endsOn("SIGINT", stopped);
  for (const { errors } of [publisher, waiting, stopped]) assert.deepEqual(errors, []);
  assert.deepEqual(stopped.lines, [], "it does not take the break for the end");
});

test("wrong arguments get one line of usage", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const few = stage.start("syncpub", ["--subscribers", "few"]);
  const colour = stage.start("syncsub", ["--colour", "red"]);
  await refuses(few, /^usage: syncpub .*few/);
  await refuses(colour, /^usage: syncsub .*--colour/);
});

/** Reads so many updates, or all until the "END", and says how many there were. */
async function count(subscriber: ZmqSubConnection, most = Number.POSITIVE_INFINITY) {
  for (let updates = 0; ; updates++) {
    if (updates === most) return updates;
    const [update] = await subscriber.receive();
    if (String(update) === "END") return updates;
    assert.equal(String(update), "Rhubarb");
  }
}
