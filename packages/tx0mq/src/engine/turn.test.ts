import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ZmqPullConnection, ZmqPushConnection } from "../index.js";
import { Child } from "../testing/child.js";
import { place, prove, until } from "../testing/stage.js";
import { deferToNextTurn, hasTime } from "./turn.js";

/** A clock that the test moves on. It begins at a whole ms, so that what is added to it is exact. */
function clock(t: TestContext): { now: number } {
  const mocked = { now: Math.ceil(performance.now()) };
  t.mock.method(performance, "now", () => mocked.now);
  return mocked;
}

/** Runs it in a turn of its own, on a budget of its own. */
function inTurn<T>(run: () => T): Promise<T> {
  return new Promise((resolve) => deferToNextTurn(() => resolve(run())));
}

/** How many messages there is time for, where each takes so many ms. */
function messages(time: { now: number }, ms: number): number {
  let count = 1;
  for (time.now += ms; hasTime(); time.now += ms) count += 1;
  return count;
}

void test("a turn has time for 512 messages, or for 10 ms", async (t) => {
  const time = clock(t);
  const reads = (performance.now as typeof performance.now & { mock: { callCount(): number } })
    .mock;
  const before = await inTurn(() => reads.callCount());
  assert.equal(await inTurn(() => messages(time, 0)), 512);
  assert(reads.callCount() - before < 512 / 16 + 10, "fast messages hardly look at the clock");
  assert.equal(await inTurn(() => messages(time, 100)), 1);
  assert.equal(await inTurn(() => messages(time, 3)), 4);
  assert.equal(await inTurn(() => messages(time, 0.5)), 21);
});

void test("the time in which nothing was to be done does not count", async (t) => {
  const time = clock(t);
  let idle = 1000;
  t.mock.method(performance, "eventLoopUtilization", () => ({ idle, active: 0, utilization: 0 }));
  await inTurn(() => {
    for (let n = 0; n < 100; n += 1) {
      time.now += 100;
      idle += 99.95;
      assert(hasTime(), `after ${n} messages`);
    }
    time.now += 10;
    assert(!hasTime());
  });
});

void test("a handler that becomes slow is noticed after 16 messages at most", async (t) => {
  const time = clock(t);
  const count = await inTurn(() => {
    for (let n = 0; n < 200; n += 1) assert(hasTime());
    return messages(time, 100);
  });
  assert(count <= 16, `${count} messages`);
  await turn();
  assert.equal(await inTurn(() => messages(time, 100)), 1);
});

for (const [microtasks, reader] of ["a handler", "an iterator", "a roundabout one"].entries()) {
  void test(`where many are deferred the time is kept too, with ${reader} that is slow`, async (t) => {
    const time = clock(t);
    await inTurn(() => undefined);
    const turns: number[] = [];
    let inThis = 0;
    for (let n = 0; n < 20; n += 1) {
      deferToNextTurn(() => {
        inThis += 1;
        let run = Promise.resolve();
        for (let m = 0; m < microtasks; m += 1) run = run.then(() => undefined);
        void run.then(() => {
          time.now += 100;
        });
      });
    }
    while (turns.length < 20) {
      await turn();
      if (inThis > 0) turns.push(inThis);
      inThis = 0;
    }
    assert.deepEqual(
      turns,
      Array.from({ length: 20 }, () => 1),
    );
  });
}

void test("all that are deferred go on in one turn where there is time, in order", async (t) => {
  clock(t);
  await inTurn(() => undefined);
  const order: number[] = [];
  for (let n = 0; n < 1_000; n += 1) deferToNextTurn(() => order.push(n));
  await turn();
  assert.deepEqual(order, [...Array(1_000).keys()]);
});

void test("one that throws does not keep the others from going on", async (t) => {
  const child = new Child(
    t,
    `import { deferToNextTurn } from ${JSON.stringify(new URL("turn.ts", import.meta.url).href)};
    process.on("uncaughtException", (error) => console.log(error.message));
    deferToNextTurn(() => { throw new Error("thrown"); });
    deferToNextTurn(() => { throw new Error("too"); });
    deferToNextTurn(() => console.log("goes on"));`,
  );
  assert.deepEqual(await child.end, { code: 0, signal: null });
  assert.deepEqual(child.lines.sort(), ["goes on", "thrown", "too"]);
});

prove("handlers that are deferred keep the context they were added in", async (stage) => {
  const storage = new AsyncLocalStorage<string>();
  const names = ["first", "second", "third"];
  const stray: unknown[] = [];
  let handled = 0;
  await Promise.all(
    names.map(async (name) => {
      const pull = stage.bind(ZmqPullConnection, { receiveHighWaterMark: 0 }, place("inproc"));
      const push = stage.connect(ZmqPushConnection, pull, { sendHighWaterMark: 0 });
      for (let n = 0; n < 2_000; n += 1) await push.send("message");
      storage.run(name, () =>
        pull.on("message", () => {
          handled += 1;
          if (storage.getStore() !== name) stray.push(storage.getStore());
        }),
      );
    }),
  );
  await until(() => handled === 2_000 * names.length);
  assert.deepEqual(stray, []);
});
