import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { format } from "node:util";
import { runInNewContext } from "node:vm";
import {
  type Message,
  poll,
  ZmqAbortError,
  ZmqClosedError,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqOptionError,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRouterConnection,
  ZmqStateError,
  ZmqTimeoutError,
} from "../index.js";
import { onZmtp, SMALL_RECEIVE_BUFFER, SMALL_SEND_BUFFER } from "../testing/engine.js";
import {
  at,
  failure,
  next,
  place,
  prove,
  type Stage,
  settled,
  TRANSPORTS,
  text,
  told,
  until,
} from "../testing/stage.js";

class Overriding extends ZmqPullConnection {
  readonly messages: string[] = [];

  override messageReceived(message: Message): void {
    this.messages.push(String(message[0]));
  }
}

/** A PULL and a PUSH that is connected to it. */
function pair(
  stage: Stage,
  address: string = place("inproc"),
): [ZmqPullConnection, ZmqPushConnection] {
  const pull = stage.bind(ZmqPullConnection, {}, address);
  return [pull, stage.connect(ZmqPushConnection, pull)];
}

async function sendNumbers(push: ZmqPushConnection, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 1) await push.send(String(n));
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, n) => String(from + n));
}

function collect(pull: ZmqPullConnection): string[] {
  const messages: string[] = [];
  pull.on("message", ([frame]) => messages.push(String(frame)));
  return messages;
}

// Three ways to read -------------------------------------------------------------------------

for (const transport of TRANSPORTS) {
  prove(`a class that overrides messageReceived gets all in order over ${transport}`, async (s) => {
    const pull = s.bind(Overriding, {}, place(transport));
    await sendNumbers(s.connect(ZmqPushConnection, pull), 0, 100);
    await until(() => pull.messages.length === 100);
    assert.deepEqual(pull.messages, numbers(0, 100));
  });

  prove(`a "message" listener gets all in order over ${transport}`, async (stage) => {
    const [pull, push] = pair(stage, place(transport));
    const messages = collect(pull);
    await sendNumbers(push, 0, 100);
    await until(() => messages.length === 100);
    assert.deepEqual(messages, numbers(0, 100));
  });

  prove(`for await gets all in order over ${transport}`, async (stage) => {
    const [pull, push] = pair(stage, place(transport));
    const sent = sendNumbers(push, 0, 100);
    const messages: string[] = [];
    for await (const [frame] of pull) {
      messages.push(String(frame));
      if (messages.length === 100) break;
    }
    assert.deepEqual(messages, numbers(0, 100));
    await sent;
  });

  prove(
    `receive() gets all in order over ${transport}, one frame or many, small or large`,
    async (stage) => {
      const [pull, push] = pair(stage, place(transport));
      const large = "x".repeat(100_000);
      await push.send(["a", "", Buffer.from("b"), new Uint16Array([0x6363])]);
      await push.send(new Uint8Array([100]).buffer);
      await push.send([large, large]);
      assert.deepEqual(await next(pull), ["a", "", "b", "cc"]);
      assert.deepEqual(await next(pull), ["d"]);
      assert.deepEqual(await next(pull), [large, large]);
    },
  );
}

prove("pulls go before handlers, in the order in which they were made", async (stage) => {
  const [pull, push] = pair(stage);
  const handled = collect(pull);
  const first = next(pull);
  const second = pull[Symbol.asyncIterator]().next();
  const third = pull.receive({ timeout: 60_000 });
  await sendNumbers(push, 0, 5);
  assert.deepEqual(await first, ["0"]);
  assert.deepEqual(text((await second).value), ["1"]);
  assert.deepEqual(text(await third), ["2"]);
  await until(() => handled.length === 2);
  assert.deepEqual(handled, ["3", "4"]);
});

// Who does not read takes nothing ---------------------------------------------------------------

for (const transport of TRANSPORTS) {
  prove(
    `a connection that nobody reads leaves messages to others over ${transport}`,
    async (stage) => {
      const options = { receiveHighWaterMark: 1, ...SMALL_RECEIVE_BUFFER };
      const push = stage.bind(
        ZmqPushConnection,
        { sendHighWaterMark: 1, ...SMALL_SEND_BUFFER },
        place(transport),
      );
      const lazy = stage.make(ZmqPullConnection, options);
      const eager = stage.make(ZmqPullConnection, options);
      // Have both connected before the first message goes to one of them.
      const connected = [lazy, eager].map((pull) => told(pull, "handshakeSucceeded"));
      for (const pull of [lazy, eager]) pull.addEndpoints(ZmqEndpoint.connect(at(push)));
      if (transport !== "inproc") await Promise.all(connected);
      let read = 0;
      eager.on("message", () => {
        read += 1;
      });
      // What was there in equal shares, had the lazy one taken its messages.
      const total = 200;
      const large = Buffer.alloc(65_536);
      for (let n = 0; n < total; n += 1) await push.send(large);
      let left = 0;
      while (read + left < total) {
        await lazy.receive({ timeout: 50 }).then(
          () => {
            left += 1;
          },
          () => undefined,
        );
      }
      assert.equal(read + left, total);
      assert(left < total / 4, `the lazy one was sent ${left} of ${total}`);
    },
    { skip: transport === "tcp" && onZmtp("what the system's buffers hold cannot be set") },
  );
}

prove(
  "high-water marks hold for a connection that nobody reads, and one receive makes room for one",
  async (stage) => {
    const pull = stage.bind(ZmqPullConnection, { receiveHighWaterMark: 2 }, place("inproc"));
    const push = stage.connect(ZmqPushConnection, pull, { sendHighWaterMark: 3 });
    let taken = 0;
    for (; push.writable; taken += 1) await push.send(String(taken));
    assert.equal(taken, 5);
    const sent = push.send("5");
    for (let n = 0; n < 20; n += 1) await turn();
    assert.equal(await settled(sent), false);
    // libzmq tells its peer of what was read when half of the marks is.
    for (let n = 0; n < 6; n += 1) assert.deepEqual(await next(pull), [String(n)]);
    await sent;
  },
);

prove("a broker that does not receive leaves requests where they are", async (stage) => {
  const frontend = stage.bind(ZmqRouterConnection, { receiveHighWaterMark: 1 }, place("inproc"));
  const client = stage.connect(ZmqDealerConnection, frontend, { sendHighWaterMark: 1 });
  let taken = 0;
  for (; client.writable; taken += 1) await client.send(String(taken));
  assert.equal(taken, 2);
  assert(frontend.readable);
  // A worker is free: one request is taken, and no more.
  assert.deepEqual(text((await frontend.receive()).slice(1)), ["0"]);
  for (let n = 0; n < 20; n += 1) await turn();
  assert(frontend.readable);
});

prove("peers are read in turn", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const left = stage.connect(ZmqPushConnection, pull);
  const right = stage.connect(ZmqPushConnection, pull);
  for (let n = 0; n < 50; n += 1) await Promise.all([left.send("left"), right.send("right")]);
  const messages: string[] = [];
  for (let n = 0; n < 20; n += 1) messages.push(...(await next(pull)));
  assert.equal(messages.filter((name) => name === "left").length, 10);
});

// Handlers that come and go ---------------------------------------------------------------------

prove(
  "paused handlers get nothing, pulls do, and after resume() handlers get the rest",
  async (stage) => {
    const [pull, push] = pair(stage);
    const handled = collect(pull);
    await sendNumbers(push, 0, 2);
    await until(() => handled.length === 2);
    pull.pause();
    assert.equal(pull.paused, true);
    await sendNumbers(push, 2, 10);
    for (let n = 0; n < 20; n += 1) await turn();
    assert.deepEqual(handled, ["0", "1"]);
    assert.deepEqual(await next(pull), ["2"]);
    pull.resume();
    assert.equal(pull.paused, false);
    await until(() => handled.length === 9);
    assert.deepEqual(handled, ["0", "1", ...numbers(3, 10)]);
  },
);

prove("a handler that pauses in the midst of a burst gets no further message", async (stage) => {
  const [pull, push] = pair(stage);
  await sendNumbers(push, 0, 50);
  const handled: string[] = [];
  pull.on("message", ([frame]) => {
    handled.push(String(frame));
    pull.pause();
  });
  for (let n = 0; n < 50; n += 1) {
    await until(() => handled.length === n + 1);
    await turn();
    assert.equal(handled.length, n + 1);
    for (let i = 0; i < 5; i += 1) await turn();
    pull.resume();
  }
  assert.deepEqual(handled, numbers(0, 50));
});

prove("a handler that comes later gets what is there", async (stage) => {
  const [pull, push] = pair(stage);
  await sendNumbers(push, 0, 10);
  const handled = collect(pull);
  await until(() => handled.length === 10);
  assert.deepEqual(handled, numbers(0, 10));
});

prove("handlers can be removed and attached again", async (stage) => {
  const [pull, push] = pair(stage);
  const handled: string[] = [];
  const handler = ([frame]: Message): void => {
    handled.push(String(frame));
    if (handled.length === 3) pull.removeListener("message", handler);
  };
  pull.on("message", handler);
  await sendNumbers(push, 0, 10);
  await until(() => handled.length === 3);
  for (let n = 0; n < 20; n += 1) await turn();
  assert.deepEqual(handled, ["0", "1", "2"]);
  assert.deepEqual(await next(pull), ["3"]);
  pull.on("message", handler);
  await until(() => handled.length === 9);
  pull.removeAllListeners();
  assert.deepEqual(handled, ["0", "1", "2", ...numbers(4, 10)]);
  await push.send("10");
  for (let n = 0; n < 20; n += 1) await turn();
  assert.equal(handled.length, 9);
  assert.deepEqual(text(await told<Message>(pull, "message")), ["10"]);
  await sendNumbers(push, 11, 13);
  assert.deepEqual(text(await told<Message>(pull, "message")), ["11"]);
  assert.deepEqual(await next(pull), ["12"]);
});

prove("a derived class is complete before its first message", async (stage) => {
  const address = place("inproc");
  const push = stage.bind(ZmqPushConnection, {}, address);
  void push.send("first");
  class Late extends ZmqPullConnection {
    readonly when = "complete";
    readonly seen = new Promise<string>((resolve) => {
      this.resolve = resolve;
    });
    declare resolve: (when: string) => void;
    override messageReceived(): void {
      this.resolve(this.when);
    }
  }
  assert.equal(await stage.connect(Late, address).seen, "complete");
});

// Iterators ----------------------------------------------------------------------------------------

prove(
  "to break out of an iteration takes no further message, and one can iterate again",
  async (stage) => {
    const [pull, push] = pair(stage);
    await sendNumbers(push, 0, 10);
    for await (const message of pull) {
      if (String(message) === "3") break;
    }
    assert.deepEqual(await next(pull), ["4"]);
    await assert.rejects(async () => {
      for await (const message of pull) throw new Error(String(message));
    }, /^Error: 5$/);
    for await (const message of pull) {
      assert.equal(String(message), "6");
      break;
    }
    const handled = collect(pull);
    await until(() => handled.length === 3);
    assert.deepEqual(handled, ["7", "8", "9"]);
  },
);

prove("return() ends what the iterator waits for, and takes no message with it", async (stage) => {
  const [pull, push] = pair(stage);
  const iterator = pull[Symbol.asyncIterator]();
  const other = pull[Symbol.asyncIterator]();
  const waiting = [iterator.next(), iterator.next()];
  const others = other.next();
  assert.deepEqual(await iterator.return?.(), { done: true, value: undefined });
  for (const result of waiting) assert.deepEqual(await result, { done: true, value: undefined });
  assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  await sendNumbers(push, 0, 2);
  assert.deepEqual(text((await others).value), ["0"]);
  assert.deepEqual(await next(pull), ["1"]);
});

prove("two iterators share: each message goes to one of them", async (stage) => {
  const [pull, push] = pair(stage);
  const shares: string[][] = [[], []];
  const reading = shares.map(async (share) => {
    for await (const message of pull) share.push(String(message));
  });
  await sendNumbers(push, 0, 100);
  await until(() => shares.flat().length === 100);
  await pull.shutdown();
  await Promise.all(reading);
  assert(shares.every((share) => share.length > 0));
  const all = shares.flat().sort((a, b) => Number(a) - Number(b));
  assert.deepEqual(all, numbers(0, 100));
});

prove("what only sends is not read", async (stage) => {
  for (const Kind of [ZmqPushConnection, ZmqPubConnection]) {
    const connection = stage.bind(Kind, {}, place("inproc"));
    const wrong = failure(ZmqStateError, /do not receive/);
    await assert.rejects(connection.receive(), wrong);
    await assert.rejects(connection.receive({ timeout: 1 }), wrong);
    await assert.rejects(connection[Symbol.asyncIterator]().next(), wrong);
  }
});

// Time-outs and signals ----------------------------------------------------------------------------

prove("a receive gives up when its time is over, or its signal aborted", async (stage) => {
  const [pull, push] = pair(stage);
  await assert.rejects(pull.receive({ timeout: 2 }), (error) => {
    assert(error instanceof ZmqTimeoutError);
    assert.equal(error.timeout, 2);
    return true;
  });
  await assert.rejects(pull.receive({ timeout: 0 }), failure(ZmqTimeoutError));
  const reason = new Error("enough");
  const controller = new AbortController();
  const received = pull.receive({ timeout: -1, signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(received, (error) => {
    assert(error instanceof ZmqAbortError);
    assert.equal(error.cause, reason);
    assert.equal(error.name, "AbortError");
    return true;
  });
  await assert.rejects(pull.receive({ signal: controller.signal }), failure(ZmqAbortError));
  const ended = pull.receive({ signal: AbortSignal.timeout(2) });
  await assert.rejects(ended, failure(ZmqAbortError));
  await push.send("still here");
  assert.deepEqual(text(await pull.receive({ timeout: 60_000 })), ["still here"]);
});

prove("a time-out of 0 takes what is there", async (stage) => {
  const [pull, push] = pair(stage);
  await sendNumbers(push, 0, 600);
  for (let n = 0; n < 600; n += 1) {
    assert.deepEqual(text(await pull.receive({ timeout: 0 })), [String(n)]);
  }
  // Where the binding still waits for a receive that was given up, too.
  await assert.rejects(pull.receive({ signal: AbortSignal.timeout(1) }), failure(ZmqAbortError));
  await push.send("600");
  assert.deepEqual(text(await pull.receive({ timeout: 0 })), ["600"]);
});

prove("time-outs longer than any timer are no reason to fail", async (stage) => {
  const [pull, push] = pair(stage);
  for (const timeout of [2 ** 31 - 1, 2 ** 31, 2 ** 40, Number.MAX_VALUE]) {
    const received = pull.receive({ timeout });
    assert.equal(await settled(received), false);
    await push.send("in time");
    assert.deepEqual(text(await received), ["in time"]);
  }
});

prove("what are no options of a wait are refused, instead of waiting for ever", async (stage) => {
  const [pull, push] = pair(stage);
  const wrong: [unknown, RegExp][] = [
    [500, /options are an object, as \{ timeout: 500 \}, not 500/],
    ["500", /options are an object, as \{ timeout: 500 \}, not "500"/],
    [null, /options are an object/],
    [{ timeout: "500" }, /option timeout: is a number of ms, or -1 for ever, not "500"/],
    [{ timeuot: 500 }, /option timeuot: there is no such option/],
    [{ signal: 500 }, /option signal: is an AbortSignal/],
  ];
  for (const [given, why] of wrong) {
    const options = given as { timeout?: number };
    for (const wait of [
      () => pull.receive(options),
      () => push.send("message", options),
      () => pull.peers(2, options),
      () => poll({ readable: [pull] }, options),
    ])
      await assert.rejects(wait(), why);
  }
});

prove("what is no time-out is refused", async (stage) => {
  const [pull] = pair(stage);
  for (const timeout of [Number.NaN, -2, Number.POSITIVE_INFINITY, "1" as never, null as never]) {
    await assert.rejects(pull.receive({ timeout }), failure(ZmqOptionError, /timeout/));
  }
  await assert.rejects(pull.receive({ timeout: 1 }), failure(ZmqTimeoutError));
});

/** Numbers that look like chance and are the same each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

for (const transport of TRANSPORTS) {
  prove(`a storm of receives that give up loses nothing over ${transport}`, async (stage) => {
    const total = 2_000;
    const [pull, push] = pair(stage, place(transport));
    const throwOne = dice(1);
    const received: string[] = [];
    let givenUp = 0;
    const take = async (): Promise<void> => {
      const controller = new AbortController();
      const kind = throwOne(4);
      const options = { timeout: throwOne(4), signal: controller.signal };
      const taken = pull.receive(kind === 0 ? { signal: controller.signal } : options);
      if (kind <= 1) {
        const abort = (): void => controller.abort();
        if (throwOne(2) === 0) setImmediate(abort);
        else setTimeout(abort, throwOne(3));
      }
      try {
        received.push(String(await taken));
      } catch (error) {
        assert(error instanceof ZmqTimeoutError || error instanceof ZmqAbortError);
        givenUp += 1;
      }
    };
    const sending = (async () => {
      for (let n = 0; n < total; n += 1) {
        await push.send(String(n));
        if (throwOne(3) === 0) await turn();
        if (throwOne(20) === 0) await new Promise((resolve) => setTimeout(resolve, throwOne(4)));
      }
    })();
    while (received.length < total) {
      await Promise.all(Array.from({ length: 1 + throwOne(5) }, take));
    }
    await sending;
    assert.deepEqual(received, numbers(0, total));
    assert(givenUp > 100, `only ${givenUp} receives were given up`);
    await assert.rejects(pull.receive({ timeout: 0 }), failure(ZmqTimeoutError));
  });
}

prove("pulls that are given up leave their messages to the handler", async (stage) => {
  const [pull, push] = pair(stage);
  const givenUp = assert.rejects(pull.receive({ timeout: 1 }), failure(ZmqTimeoutError));
  const aborted = pull.receive({ signal: AbortSignal.timeout(1) });
  await assert.rejects(aborted, failure(ZmqAbortError));
  await givenUp;
  await push.send("parked");
  await until(() => pull.readable);
  const [message] = await Promise.all([told<Message>(pull, "message"), push.send("next")]);
  assert.deepEqual(text(message), ["parked"]);
  assert.deepEqual(await next(pull), ["next"]);
});

// Exceptions -----------------------------------------------------------------------------------------

prove(
  "what a handler throws, now or later, is an error event, and the connection goes on",
  async (stage) => {
    const [pull, push] = pair(stage);
    const errors: string[] = [];
    const handled = collect(pull);
    pull.on("error", ({ message }) => errors.push(message));
    pull.on("message", (message) => {
      if (String(message) === "0") throw new Error("thrown");
      if (String(message) === "1") throw "no error at all";
    });
    pull.on("message", async (message) => {
      await turn();
      if (String(message) === "2") throw new Error("rejected");
    });
    await sendNumbers(push, 0, 5);
    await until(() => handled.length === 5 && errors.length === 3);
    assert.deepEqual(errors, ["thrown", "no error at all", "rejected"]);
    assert.deepEqual(handled, numbers(0, 5));
  },
);

prove("what a handler of another realm throws, now or later, is an error event", async (stage) => {
  const [pull, push] = pair(stage);
  const codes: unknown[] = [];
  pull.on("error", (error) => codes.push("code" in error && error.code));
  const failing = "Object.assign(new TypeError(), { code: 'ESTRANGE' })";
  pull.on("message", runInNewContext(`() => { throw ${failing} }`));
  pull.on("message", runInNewContext(`async () => { throw ${failing} }`));
  await push.send("message");
  await until(() => codes.length === 2);
  assert.deepEqual(codes, ["ESTRANGE", "ESTRANGE"]);
});

prove("each of several listeners that fail is reported", async (stage) => {
  const [pull, push] = pair(stage);
  const errors: string[] = [];
  pull.on("error", ({ message }) => errors.push(message));
  for (const name of ["one", "two", "three"]) {
    pull.on("message", async () => {
      await turn();
      throw new Error(name);
    });
  }
  await push.send("message");
  await until(() => errors.length === 3);
  assert.deepEqual(errors, ["one", "two", "three"]);
});

prove("what an override throws, now or later, is an error event too", async (stage) => {
  class Throwing extends ZmqPullConnection {
    override messageReceived(message: Message): unknown {
      if (String(message) === "0") throw new Error("thrown");
      return turn().then(() => {
        throw new Error("rejected");
      });
    }
  }
  const pull = stage.bind(Throwing, {}, place("inproc"));
  const errors: string[] = [];
  pull.on("error", ({ message }) => errors.push(message));
  await sendNumbers(stage.connect(ZmqPushConnection, pull), 0, 3);
  await until(() => errors.length === 3);
  assert.deepEqual(errors, ["thrown", "rejected", "rejected"]);
});

prove(
  "errors are printed where nobody listens, and where the listener throws or rejects",
  async (stage) => {
    const printed = stage.t.mock.method(console, "error", () => undefined);
    const [pull, push] = pair(stage);
    const handled = collect(pull);
    pull.on("message", (message) => {
      throw new Error(`handler ${message}`);
    });
    await push.send("0");
    await until(() => printed.mock.callCount() === 1);
    assert.match(String(printed.mock.calls[0]?.arguments), /goes on.*Error: handler 0/);
    pull.once("error", () => {
      throw new Error("listener");
    });
    await push.send("1");
    await until(() => printed.mock.callCount() === 2);
    assert.match(
      String(printed.mock.calls[1]?.arguments),
      /"error" listener.*threw.*Error: listener/,
    );
    pull.once("error", async () => {
      throw new Error("later");
    });
    await push.send("2");
    await until(() => printed.mock.callCount() === 3);
    assert.match(String(printed.mock.calls[2]?.arguments), /"error" listener.*threw.*Error: later/);
    assert.deepEqual(handled, ["0", "1", "2"]);
  },
);

prove("a peer that a handler cannot reach any more costs one line", async (stage) => {
  const printed = stage.t.mock.method(console, "error", () => undefined);
  const [pull, push] = pair(stage);
  const router = stage.bind(ZmqRouterConnection, { mandatory: true });
  pull.on("message", () => router.send(["nobody", "hello"]));
  await push.send("go");
  await until(() => printed.mock.callCount() === 1);
  assert.match(format(...(printed.mock.calls[0]?.arguments ?? [])), /^tx0mq: .*nobody.*$/);
});

prove("a burst does not keep the event loop from other work", async (stage) => {
  const [pull, push] = pair(stage, place("inproc"));
  const endless = { on: true };
  pull.on("message", () => endless.on && void push.send("again"));
  for (let n = 0; n < 100; n += 1) await push.send("begin");
  for (let n = 0; n < 10; n += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  endless.on = false;
});

/** Queues so many messages for each of so many connections, and tells how to wait until all are handled. */
async function queued(stage: Stage, connections: number, messages: number, handle: () => void) {
  let left = connections * messages;
  const pairs = Array.from({ length: connections }, () => pair(stage, place("inproc")));
  for (const [, push] of pairs) for (let n = 0; n < messages; n += 1) await push.send(`${n}`);
  for (const [pull] of pairs) {
    pull.on("message", () => {
      left -= 1;
      handle();
    });
  }
  return () => until(() => left === 0);
}

prove("many connections that have messages share a turn of the event loop", async (stage) => {
  let handled = 0;
  let inFirstTurn = 0;
  const all = await queued(stage, 20, 200, () => {
    if (handled === 0) {
      setImmediate(() => {
        inFirstTurn = handled;
      });
    }
    handled += 1;
  });
  await all();
  assert.ok(
    inFirstTurn > 0 && inFirstTurn < 1000,
    `${inFirstTurn} of ${handled} messages in one turn`,
  );
});

prove("a slow handler does not keep the event loop from other work", async (stage) => {
  let handled = 0;
  let atTimer = 0;
  const all = await queued(stage, 1, 200, () => {
    if (handled === 0) {
      setTimeout(() => {
        atTimer = handled;
      }, 1);
    }
    handled += 1;
    for (const end = performance.now() + 2; performance.now() < end; ); // is at work
  });
  await all();
  assert.ok(atTimer > 0 && atTimer < 100, `the timer had its turn after ${atTimer} messages`);
});

prove("receives after the end are refused, iterations are over", async (stage) => {
  const [pull] = pair(stage);
  await pull.shutdown();
  await assert.rejects(pull.receive(), failure(ZmqClosedError, /PULL connection.*shut down/));
  await assert.rejects(pull.receive({ timeout: 0 }), failure(ZmqClosedError));
  for await (const message of pull) assert.fail(String(message));
});

prove("a connection that is paused in the midst of many messages is readable", async (stage) => {
  const [pull, push] = pair(stage);
  await sendNumbers(push, 0, 1_000);
  let handled = 0;
  await new Promise<void>((resolve) => {
    pull.on("message", () => {
      handled += 1;
      if (handled === 1) setImmediate(resolve); // when the time for messages is over
    });
  });
  assert(handled < 1_000);
  pull.pause();
  assert(pull.readable);
  assert.deepEqual((await poll({ readable: [pull] }, { timeout: 0 })).readable, new Set([pull]));
  assert.deepEqual(await next(pull), [String(handled)]);
});

prove("a receive that does not wait gets what is there, however busy others are", async (stage) => {
  const busy = Array.from({ length: 20 }, () => pair(stage));
  const [pull, push] = pair(stage);
  for (const [, source] of busy) await sendNumbers(source, 0, 10);
  await push.send("there");
  let handled = 0;
  let received: Promise<string> | undefined;
  for (const [sink] of busy) {
    sink.on("message", () => {
      handled += 1;
      for (const end = performance.now() + 11; performance.now() < end; );
      // By now the others are deferred to the next turn, so this one is the last of them.
      if (handled === 30) received = pull.receive({ timeout: 0 }).then(String);
    });
  }
  await until(() => received !== undefined);
  assert.equal(await received, "there");
});
