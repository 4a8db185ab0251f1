import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Heartbeat, type HeartbeatOptions } from "./heartbeat.js";
import { TimeoutError } from "./protocol/message.js";

/** Heartbeats whose time is the test's. */
function begin(t: TestContext, options: Partial<HeartbeatOptions>) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "setImmediate"] });
  const seen: (number | string)[] = [];
  const state = { answerable: true };
  const heartbeat = new Heartbeat(
    { heartbeatInterval: 0, heartbeatTimeout: -1, heartbeatTimeToLive: 0, ...options },
    {
      ping(timeToLive) {
        seen.push(timeToLive);
        return state.answerable;
      },
      gone(error) {
        assert.ok(error instanceof TimeoutError);
        assert.equal(error.code, "ETIMEDOUT");
        seen.push(error.message);
        heartbeat.stop();
      },
    },
  );
  /** Lets ms pass. @returns what happened */
  const pass = (ms: number) => {
    t.mock.timers.tick(ms);
    return seen.splice(0);
  };
  return { heartbeat, state, pass };
}

const gone = (ms: number) => `nothing came from the peer for ${ms} ms`;

test("without an interval nothing is sent, and nothing is waited for", (t) => {
  const { heartbeat, pass } = begin(t, {});
  heartbeat.start();
  assert.deepEqual(pass(1e6), []);
});

test("a PING goes out at each interval, with the time to live in tenths of a second", (t) => {
  const { heartbeat, pass } = begin(t, { heartbeatInterval: 100, heartbeatTimeToLive: 1999 });
  heartbeat.start();
  assert.deepEqual(pass(99), []);
  assert.deepEqual(pass(1), [19]);
  heartbeat.heard();
  assert.deepEqual(pass(100), [19]);
  heartbeat.stop();
  assert.deepEqual(pass(1000), []);
});

test("no time runs before a PING was sent", (t) => {
  const { heartbeat, pass } = begin(t, { heartbeatInterval: 1000, heartbeatTimeout: 10 });
  heartbeat.start();
  assert.deepEqual(pass(999), []);
  assert.deepEqual(pass(1), [0]);
  heartbeat.heard();
  assert.deepEqual(pass(999), []);
  assert.deepEqual(pass(1), [0]);
  assert.deepEqual(pass(10), [gone(10)]);
});

test("further PINGs do not lengthen the time for the answer to the first", (t) => {
  const { heartbeat, pass } = begin(t, { heartbeatInterval: 100, heartbeatTimeout: 250 });
  heartbeat.start();
  for (let n = 0; n < 3; n += 1) assert.deepEqual(pass(100), [0]);
  assert.deepEqual(pass(49), []);
  assert.deepEqual(pass(1), [gone(250)]);
});

test("-1 waits for as long as the interval, 0 for ever", (t) => {
  const { heartbeat, pass } = begin(t, { heartbeatInterval: 100, heartbeatTimeout: 0 });
  heartbeat.start();
  for (let n = 0; n < 20; n += 1) assert.deepEqual(pass(100), [0]);
  heartbeat.stop();
  t.mock.timers.reset();
  const other = begin(t, { heartbeatInterval: 100 });
  other.heartbeat.start();
  assert.deepEqual(other.pass(100), [0]);
  assert.ok(other.pass(100).includes(gone(100)));
});

test("where nothing can be sent or read, no answer is waited for", (t) => {
  const { heartbeat, state, pass } = begin(t, { heartbeatInterval: 100, heartbeatTimeout: 30 });
  heartbeat.start();
  state.answerable = false;
  for (let n = 0; n < 5; n += 1) assert.deepEqual(pass(100), [0]);
  state.answerable = true;
  assert.deepEqual(pass(100), [0]);
  assert.deepEqual(pass(30), [gone(30)]);
});

test("a peer's time to live runs from its PING to whatever comes next", (t) => {
  const { heartbeat, pass } = begin(t, {});
  heartbeat.pinged(10);
  assert.deepEqual(pass(999), []);
  heartbeat.heard();
  assert.deepEqual(pass(1e6), []);
  heartbeat.pinged(10);
  pass(500);
  heartbeat.pinged(20);
  assert.deepEqual(pass(1999), []);
  heartbeat.pinged(0);
  assert.deepEqual(pass(1e6), []);
  heartbeat.pinged(65_535);
  assert.deepEqual(pass(6_553_499), []);
  assert.deepEqual(pass(1), [gone(6_553_500)]);
});
