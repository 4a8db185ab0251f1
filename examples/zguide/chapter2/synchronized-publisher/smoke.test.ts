import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import {
  ZmqFactory,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqSubConnection,
  ZmqXSubConnection,
} from "tx0mq";

const DONE = { code: 0, signal: null };
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("synchronized publisher", { concurrency: true, timeout: 120_000 }, () => {
  test("ten subscribers, started in any order, get all updates each", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const addresses = ["--publisher", await stage.tcp(), "--sync", await stage.tcp()];
    const subscriber = (): Program => stage.start("syncsub", addresses);
    const subscribers = Array.from({ length: 5 }, subscriber);
    const publisher = stage.start("syncpub", [...addresses, "--updates", "20000"]);
    await publisher.line(/waits for hellos/);
    subscribers.push(...Array.from({ length: 5 }, subscriber));

    for (const program of [publisher, ...subscribers]) {
      assert.deepEqual(await program.exit(), DONE);
      assert.deepEqual(program.errors, []);
    }
    assert.ok(publisher.lines.includes("+1 subscriber (10/10)"));
    for (const { lines } of subscribers) assert.equal(lines.at(-1), "Received 20000 updates");
  });

  test("a publisher that waits loses nothing of what a slow subscriber does not read", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const [address, sync] = [stage.ipc("publisher"), stage.ipc("sync")];
    const publisher = stage.start("syncpub-wait", [
      ...["--publisher", address, "--sync", sync, "--subscribers", "2", "--updates", "50000"],
    ]);
    await using factory = new ZmqFactory();
    const hello = new ZmqReqConnection(factory, { connect: sync });
    await hello.send("");
    assert.equal(String(await hello.receive(LIMIT)), "");

    // What is no subscription does not count.
    const stranger = new ZmqXSubConnection(factory, { connect: address });
    for (const message of ["garbage", ""]) {
      await stranger.send(message);
      const [, there] = await publisher.line(/^(\S+) of 2 subscribers/);
      assert.equal(there, "0", `after "${message}"`);
    }

    // One that comes and leaves does not count.
    const guest = new ZmqSubConnection(factory, { connect: address });
    guest.subscribe("");
    await publisher.line(/^1 of 2 subscribers/);
    await guest.shutdown();
    await publisher.line(/^0 of 2 subscribers/);

    // On the slow one's way there is the system's room alone, which the updates do not fit into.
    const fast = new ZmqSubConnection(factory);
    const slow = new ZmqSubConnection(factory, [], { receiveHighWaterMark: 1 });
    for (const subscriber of [fast, slow]) {
      subscriber.subscribe("");
      subscriber.addEndpoints({ connect: address });
    }
    await count(fast, 500); // while the slow one reads nothing at all
    assert.ok(!publisher.lines.some((line) => line.includes("on their way")), "it waits");
    assert.deepEqual(await Promise.all([count(fast), count(slow)]), [49_500, 50_000]);
    for (const subscriber of [fast, slow]) await subscriber.shutdown();
    assert.deepEqual(await publisher.exit(), DONE);
  });

  test("both end on Ctrl-C while they wait, and a wrong flag gets one line", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const anywhere = ["--publisher", "tcp://127.0.0.1:*", "--sync", "tcp://127.0.0.1:*"];
    const publisher = stage.start("syncpub", anywhere);
    await using factory = new ZmqFactory();
    const service = new ZmqRepConnection(factory, { bind: stage.ipc("sync") });
    const nowhere = ["--publisher", stage.ipc("nowhere"), "--sync", stage.ipc("sync")];
    const subscriber = stage.start("syncsub", nowhere);
    await subscriber.line(/waits/);
    const wrong = stage.start("syncpub", ["--subscribers", "few"]);
    await refuses(wrong, /^syncpub: --subscribers is a whole number/);
    assert.equal(service.readable, false, "no hello before it has subscribed");
    await publisher.line(/syncpub on \S+ waits/);
    await endsOn("SIGINT", publisher, subscriber);
  });
});

/** Reads so many updates, or all until the "END", and says how many there were. */
async function count(subscriber: ZmqSubConnection, most = Number.POSITIVE_INFINITY) {
  for (let updates = 0; ; updates++) {
    if (updates === most) return updates;
    const [update] = await subscriber.receive(LIMIT);
    if (String(update) === "END") return updates;
    assert.equal(String(update), "Rhubarb");
  }
}
