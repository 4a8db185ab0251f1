import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection, ZmqXSubConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const TOPICS = Array.from({ length: 1000 }, (_, n) => `${n}`.padStart(3, "0"));

test("a late subscriber has the last value at once, and nobody else gets it for that", async (t) => {
  const stage = new Stage(t, import.meta.url);
  await using factory = new ZmqFactory();
  const publisher = new ZmqXPubConnection(factory, { bind: ANYWHERE }, { sendHighWaterMark: 0 });
  const cache = stage.start("lvcache", ["--frontend", publisher.address, "--backend", ANYWHERE]);
  const [, address] = await cache.line(/listening on (\S+),/);
  assert.equal(await next(publisher), "\x01", "the cache wants every topic");
  const subscribe = (to: string, ...topics: readonly string[]): ZmqSubConnection => {
    const socket = new ZmqSubConnection(factory, { connect: to });
    for (const topic of topics) socket.subscribe(topic);
    return socket;
  };

  for (const topic of TOPICS) await publisher.send([topic, "old"]);
  for (const topic of TOPICS) await publisher.send([topic, `value ${topic}`]);
  const watcher = subscribe(address, "999");
  while ((await next(watcher)) !== "999,value 999"); // the cache has them all

  const all = subscribe(address, ...TOPICS);
  for (const topic of TOPICS) assert.equal(await next(all), `${topic},value ${topic}`);

  // Without the cache, the same subscriber waits until there is another update.
  const direct = subscribe(publisher.address, "123");
  assert.equal(await next(publisher), "\x01123");
  // What is no subscription, and no update of a topic, does no harm. (An XSUB takes all that it is sent.)
  const late = new ZmqXSubConnection(factory, { connect: address });
  for (const nonsense of ["nonsense", ""]) await late.send(nonsense);
  await publisher.send("a frame alone");
  await late.subscribe("123");
  assert.equal(await next(late), "123,value 123");
  await publisher.send(["123", "update"]);
  for (const socket of [direct, late, all]) assert.equal(await next(socket), "123,update");

  // One that has left and returns gets the value, although another has been there all the time.
  await late.unsubscribe("123");
  await late.subscribe("456");
  assert.equal(await next(late), "456,value 456");
  for (const topic of ["123", "456"]) await publisher.send([topic, "last"]);
  assert.equal(await next(late), "456,last", "it has left the other topic");
  await late.subscribe("123");
  assert.equal(await next(late), "123,last");
  // If one leaves with subscriptions at that moment, libzmq sends the next answer to all.
  for (const topic of ["123", "456"]) await late.unsubscribe(topic);
  await late.shutdown();
  assert.equal(await next(subscribe(address, "123")), "123,last");

  // The values that the others have asked for have not come to this one.
  await publisher.send(["123", "end"]);
  for (const update of ["123,last", "456,last", "123,end"]) assert.equal(await next(all), update);
  await endsOn("SIGINT", cache);
  assert.deepEqual(cache.errors, []);
});

async function next(socket: ZmqSubConnection | ZmqXPubConnection | ZmqXSubConnection) {
  return String(await socket.receive({ timeout: 60_000 }));
}
