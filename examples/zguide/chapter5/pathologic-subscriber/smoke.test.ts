import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const LIMIT = { timeout: 60_000 }; // for what never comes

describe("pathologic subscriber", { concurrency: true }, () => {
  test("who joins late misses the value, and waits for the next", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const publish = async (wait: number) => {
      const options = ["--topics", "2", "--wait", `${wait}`, "--period", "20"];
      const publisher = stage.start("pathopub", [ANYWHERE, ...options]);
      const [, address] = await publisher.line(/listening on (\S+)/);
      const early = new ZmqSubConnection(factory, { connect: address });
      early.subscribe();
      const values = [await early.receive(LIMIT), await early.receive(LIMIT)].map(String);
      await early.shutdown();
      return { publisher, address, values: values.join(" ") };
    };
    // On a busy machine, who is there in time may be too late all the same.
    const saved = "000,Save Roger 001,Save Roger";
    let first = await publish(100);
    for (let wait = 400; wait < 20_000 && first.values !== saved; wait *= 4) {
      first = await publish(wait);
    }
    const { publisher, address, values } = first;
    assert.equal(values, saved, "who was there in time has them");
    await publisher.line(/^Saved Roger in 2 topics$/);
    const subscriber = stage.start("pathosub", [address, "--topics", "2", "--count", "3"]);
    assert.deepEqual(await subscriber.exit(), { code: 0, signal: null });
    const [, topic] = await subscriber.line(/^Subscribed to topic (00[01])$/);
    assert.deepEqual(subscriber.lines.slice(1), Array(3).fill(`${topic}: Off with his head!`));
    await endsOn("SIGINT", publisher);
  });

  test("with a last value cache between them, it has the value at once", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const publisher = new ZmqXPubConnection(factory, { bind: ANYWHERE });
    const cache = stage.start("../last-value-cache/lvcache", [
      ...["--frontend", publisher.address, "--backend", ANYWHERE],
    ]);
    const [, address] = await cache.line(/listening on (\S+),/);
    await publisher.receive(LIMIT); // the cache has subscribed
    await publisher.send(["000", "Save Roger"]);
    const early = new ZmqSubConnection(factory, { connect: address });
    early.subscribe("000");
    assert.equal(String(await early.receive(LIMIT)), "000,Save Roger"); // and has the value

    const late = stage.start("pathosub", [address, "--topics", "1", "--count", "1"]);
    assert.deepEqual(await late.exit(), { code: 0, signal: null });
    assert.deepEqual(late.lines, ["Subscribed to topic 000", "000: Save Roger"]);
    await endsOn("SIGINT", cache);
  });
});
