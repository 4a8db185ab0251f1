import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import {
  poll,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
  ZmqXREQConnection,
} from "../index.js";
import { next, prove, type Stage, text } from "../testing/stage.js";

/** In ms: the scene is set long before it is over. */
const timeout = 1000;

/** A PUSH and its PULL, both there. */
async function pair(stage: Stage): Promise<[ZmqPushConnection, ZmqPullConnection]> {
  const pull = stage.bind(ZmqPullConnection);
  const push = stage.connect(ZmqPushConnection, pull);
  await push.send("first");
  assert.deepEqual(await next(pull), ["first"]);
  return [push, pull];
}

prove("what came in time counts, though the process computed for longer", async (stage) => {
  const [push, pull] = await pair(stage);
  const [otherPush, polled] = await pair(stage);
  const router = stage.bind(ZmqRouterConnection);
  const client = stage.connect(ZmqXREQConnection, router);
  const reply = client.sendMsg("request", { timeout });
  const [from, id = "", empty = ""] = await router.receive();

  await turn(); // the next thing that Node looks at is its timers
  const received = pull.receive({ timeout });
  const ready = poll({ readable: [polled] }, { timeout });
  for (const sender of [push, otherPush]) void sender.send("message");
  void router.send([from, id, empty, "reply"]);
  process.nextTick(() => block(timeout + 100)); // all this has left; nothing is read before the time is over

  assert.deepEqual(text(await received), ["message"]);
  assert.deepEqual((await ready).readable, new Set([polled]));
  assert.deepEqual(text(await reply), ["reply"]);
  assert.equal(client.lateReplies, 0);
});

prove("what came in time counts, however many others go before it", async (stage) => {
  const pushes: ZmqPushConnection[] = [];
  for (let n = 0; n < 10; n += 1) {
    const [push, pull] = await pair(stage);
    pull.on("message", () => block(12)); // longer than sockets are read in one turn
    pushes.push(push);
  }
  const router = stage.bind(ZmqRouterConnection);
  const client = stage.connect(ZmqXREQConnection, router);
  const reply = client.sendMsg("request", { timeout });
  const [from, id = "", empty = ""] = await router.receive();

  await turn();
  for (const push of pushes) void push.send("message");
  void router.send([from, id, empty, "reply"]);
  process.nextTick(() => block(timeout + 100));
  assert.deepEqual(text(await reply), ["reply"]);
});

/** Keeps the process from doing anything else. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
