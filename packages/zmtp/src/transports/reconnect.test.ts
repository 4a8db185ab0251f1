import assert from "node:assert/strict";
import { test } from "node:test";
import { Facts, Listening, Recorder } from "../testing/streams.js";
import { failure } from "./failure.js";
import { Dialer, type DialerOptions } from "./reconnect.js";
import { tcp } from "./tcp.js";
import type { AttemptSink, Stream, Transport } from "./transport.js";

/** A transport whose attempts end as the test wants. */
class Fake extends Facts implements Transport {
  readonly attempts: AttemptSink[] = [];
  cancelled = 0;
  broken = false;

  listen(): never {
    throw new Error("nobody listens here");
  }

  connect(_place: string, _options: object, sink: AttemptSink) {
    if (this.broken) throw failure("ENODEV", "no such place");
    this.attempts.push(sink);
    this.changed();
    return {
      cancel: () => {
        this.cancelled += 1;
      },
    };
  }

  /** The attempt of that number. */
  async nth(n: number): Promise<AttemptSink> {
    await this.until(() => this.attempts.length > n);
    return this.attempts[n] as AttemptSink;
  }
}

function dialer(transport: Transport, options: DialerOptions, place = "there", random = 0.5) {
  const told: (string | number)[] = [];
  const facts = new Facts();
  const streams: Stream[] = [];
  const tell = (...what: (string | number)[]) => {
    told.push(...what);
    facts.changed();
  };
  const one = new Dialer(
    transport,
    place,
    options,
    {
      connected(stream) {
        streams.push(stream);
        tell("connected");
      },
      delayed: () => tell("delayed"),
      closed: ({ code = "" }) => tell("closed", code),
      refused: ({ message }) => tell("refused", message),
      retried: (interval) => tell("retried", interval),
      gaveUp: () => tell("gave up"),
    },
    () => random,
  );
  return { one, told, facts, streams };
}

const refused = failure("ECONNREFUSED", "nobody is there");
const stream = {} as Stream;

test("tries again after the interval and a random part of it", async () => {
  const fake = new Fake();
  const { one, told } = dialer(fake, { reconnectInterval: 4 });
  one.start();
  for (let n = 0; n < 3; n += 1) {
    const attempt = await fake.nth(n);
    attempt.delayed?.();
    attempt.failed(refused);
  }
  const once = ["delayed", "closed", "ECONNREFUSED", "retried", 6];
  assert.deepEqual(told, [...once, ...once, ...once]);
  (await fake.nth(3)).connected(stream);
  assert.equal(told.at(-1), "connected");
  one.lost();
  assert.deepEqual(told.slice(-2), ["retried", 6]);
  one.close();
});

test("doubles the interval up to the longest, and begins anew after a connection", async () => {
  const fake = new Fake();
  const { one, told } = dialer(fake, { reconnectInterval: 1, reconnectMaxInterval: 5 });
  one.start();
  const intervals = () => told.filter((what) => typeof what === "number");
  for (let n = 0; n < 5; n += 1) (await fake.nth(n)).failed(refused);
  assert.deepEqual(intervals(), [1, 2, 4, 5, 5]);
  (await fake.nth(5)).connected(stream);
  one.lost();
  (await fake.nth(6)).failed(refused);
  assert.deepEqual(intervals().slice(5), [1, 2]);
  one.close();
});

test("waits 100 to 199 ms by default, and never longer than a timer can", () => {
  for (const [random, options, interval] of [
    [0, {}, 100],
    [0.999_999, {}, 199],
    [0.999_999, { reconnectInterval: 2 ** 31 - 1 }, 2 ** 31 - 1],
    [0, { reconnectInterval: 100, reconnectMaxInterval: 30 }, 30],
  ] as const) {
    const { one, told } = dialer(new Fake(), options, "there", random);
    one.lost();
    assert.deepEqual(told, ["retried", interval]);
    one.close();
  }
});

test("does not try again where it is told so", async () => {
  for (const reconnectInterval of [-1, 0]) {
    const fake = new Fake();
    const { one, told } = dialer(fake, { reconnectInterval });
    one.start();
    (await fake.nth(0)).failed(refused);
    assert.deepEqual(told, ["closed", "ECONNREFUSED", "gave up"]);
    one.close();
  }
});

test("tells of no socket where the host has no address", async () => {
  const fake = new Fake();
  const { one, told } = dialer(fake, { reconnectInterval: 1 });
  one.start();
  const unknown = Object.assign(failure("ENOTFOUND", "no such host"), { syscall: "getaddrinfo" });
  (await fake.nth(0)).failed(unknown);
  assert.deepEqual(told, ["retried", 1]);
  one.close();
});

test("goes on when the place cannot be connected to for a while", async () => {
  const fake = new Fake();
  const { one, told, facts } = dialer(fake, { reconnectInterval: 1 });
  one.start();
  fake.broken = true;
  (await fake.nth(0)).failed(refused);
  await facts.until(() => told.includes("ENODEV"));
  fake.broken = false;
  await fake.nth(1);
  one.close();
  assert.equal(fake.cancelled, 1);
  assert.throws(() => dialer(tcp, {}, "nowhere").one.start(), { code: "EINVAL" });
});

test("tells nothing after it was closed", async () => {
  const fake = new Fake();
  const { one, told } = dialer(fake, { reconnectInterval: 1 });
  one.lost();
  one.close();
  one.lost();
  const other = dialer(fake, { reconnectInterval: 1 });
  other.one.lost();
  await fake.nth(0);
  assert.equal(fake.attempts.length, 1);
  assert.deepEqual(told, ["retried", 1]);
  other.one.close();
});

test("finds a listener that comes later, and again when it comes back", async () => {
  const first = new Listening(tcp, "127.0.0.1:*");
  const { place } = first;
  await first.stop();
  const { one, told, facts, streams } = dialer(tcp, { reconnectInterval: 5 }, place);
  one.start();
  await facts.until(() => told.includes("retried"));
  assert.deepEqual(told.slice(0, 5), ["delayed", "closed", "ECONNREFUSED", "retried", 7]);
  for (let n = 0; n < 2; n += 1) {
    const listening = new Listening(tcp, place);
    await facts.until(() => streams.length > n);
    const client = new Recorder(streams[n] as Stream);
    await listening.nth(0);
    await listening.stop();
    await client.until(() => client.ends > 0);
    one.lost();
  }
  one.close();
});
