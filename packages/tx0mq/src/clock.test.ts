import assert from "node:assert/strict";
import {
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
  ZmqTimeoutError,
  ZmqXREPConnection,
  ZmqXREQConnection,
} from "./index.js";
import { at, failure, LIMIT, next, place, prove } from "./testing/stage.js";

/** A factory with its own linger period ends only if timers do. */
prove(
  "in a test that fakes timers, messages come and go, and all can be shut down",
  async (stage) => {
    const { t } = stage;
    t.mock.timers.enable();
    const microtasks = t.mock.method(globalThis, "queueMicrotask", () => undefined);
    const { performance } = globalThis;
    t.after(() => {
      Object.assign(globalThis, { performance });
    });
    Object.assign(globalThis, { performance: { now: () => 0 } });
    for (const transport of ["tcp", "inproc"] as const) {
      const server = stage.bind(ZmqXREPConnection, {}, place(transport));
      server.on("message", ([id, request]) => server.reply(id, request ?? ""));
      const client = stage.connect(ZmqXREQConnection, server);
      for (let n = 0; n < 1_000; n += 1) await client.sendMsg("hello"); // more than one turn may receive
      const pull = stage.bind(ZmqPullConnection, {}, place(transport));
      const push = stage.connect(ZmqPushConnection, pull);
      await push.send("one");
      assert.deepEqual(await next(pull), ["one"]);
      await push.shutdown();
      await client.shutdown();
    }
    await stage.factory.shutdown();
    assert.equal(microtasks.mock.callCount(), 0);
  },
);

prove("time-outs follow the timers that a test fakes", async (stage) => {
  const { timers } = stage.t.mock;
  timers.enable();
  const pull = stage.bind(ZmqPullConnection);
  const silent = stage.bind(ZmqRouterConnection);
  const client = stage.connect(ZmqXREQConnection, silent);
  const waits = [
    pull.receive({ timeout: LIMIT }),
    pull.peers(2, { timeout: LIMIT }),
    client.sendMsg("hello", { timeout: LIMIT }),
  ];
  const ends = waits.map((wait) => assert.rejects(wait, failure(ZmqTimeoutError)));
  timers.tick(LIMIT);
  await Promise.all(ends);
  assert(at(pull));
});
