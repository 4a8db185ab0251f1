import assert from "node:assert/strict";
import { on, once } from "node:events";
import { addAbortSignal, Readable, Transform, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import {
  duplex,
  type Frames,
  type Message,
  poll,
  webStreams,
  ZmqArgumentError,
  ZmqClosedError,
  ZmqDealerConnection,
  type ZmqDuplex,
  ZmqPairConnection,
  ZmqProtocolError,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqStateError,
  ZmqSubConnection,
  ZmqUnroutableError,
} from "./index.js";
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
  until,
} from "./testing/stage.js";

/** What a stream holds back at most, on each of its sides. */
const BUFFER = 16;
/** So little room is in ZeroMQ: one message in each of the two sockets, and what the pipe between rounds up. */
const MOST = 8;

function numbers(to: number): string[] {
  return Array.from({ length: to }, (_, n) => String(n));
}

function tight(stage: Stage): [ZmqPullConnection, ZmqPushConnection] {
  const pull = stage.bind(ZmqPullConnection, { receiveHighWaterMark: 1 }, place("inproc"));
  return [pull, stage.connect(ZmqPushConnection, pull, { sendHighWaterMark: 1 })];
}

/** Long enough for whatever does not wait for anything. */
async function turns(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await turn();
}

async function ends(of: Readable): Promise<void> {
  for await (const _ of of);
}

/** A transform that holds every message back until it is told to go on. */
function gate(): { transform: Transform; held: () => number; open: () => void } {
  const waiting: (() => void)[] = [];
  let isOpen = false;
  const transform = new Transform({
    objectMode: true,
    transform(message, _encoding, done) {
      const pass = (): void => done(null, message);
      if (isOpen) pass();
      else waiting.push(pass);
    },
  });
  const open = (): void => {
    isOpen = true;
    for (const pass of waiting.splice(0)) pass();
  };
  return { transform, held: () => transform.writableLength, open };
}

// Messages ------------------------------------------------------------------------------------

for (const transport of TRANSPORTS) {
  prove(`a pipeline echoes messages of any number of frames over ${transport}`, async (stage) => {
    const stream = duplex(stage.bind(ZmqRouterConnection, {}, place(transport)));
    const echo = pipeline(stream, stream);
    const dealer = stage.connect(ZmqDealerConnection, addressOf(stage));
    const messages = numbers(200).map((n) => Array.from({ length: 1 + (+n % 4) }, () => n));
    const sent = Promise.all(messages.map((message) => dealer.send(message)));
    for (const message of messages) assert.deepEqual(await next(dealer), message);
    await sent;
    await stage.factory.shutdown();
    await echo;
  });
}

/** Where the first connection of a stage is. */
function addressOf(stage: Stage): string {
  const [first] = stage.factory.connections;
  assert(first !== undefined);
  return at(first);
}

prove("a chunk is a frame or a list of frames, strings or bytes", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const stream = duplex(stage.connect(ZmqPushConnection, pull));
  stream.write("text");
  stream.write(["a", "", Buffer.from("b"), new Uint16Array([0x6363])]);
  stream.write(Buffer.alloc(0));
  stream.end(new Uint8Array([100]).buffer);
  assert.deepEqual(await next(pull), ["text"]);
  assert.deepEqual(await next(pull), ["a", "", "b", "cc"]);
  assert.deepEqual(await next(pull), [""]);
  assert.deepEqual(await next(pull), ["d"]);
});

prove("REQ and REP take turns as streams", async (stage) => {
  const rep = stage.bind(ZmqRepConnection, {}, place("inproc"));
  const req = duplex(stage.connect(ZmqReqConnection, rep));
  const server = duplex(rep);
  const served = pipeline(
    server,
    async function* (requests: AsyncIterable<Message>) {
      for await (const [request] of requests) yield `${request}!`;
    },
    server,
  );
  const replies = on(req, "data");
  for (let n = 0; n < 3; n += 1) {
    req.write(String(n));
    assert.deepEqual(String((await replies.next()).value), `${n}!`);
  }
  await stage.factory.shutdown();
  await served;
});

prove("a SUB has a readable side alone, a PUB a writable one", async (stage) => {
  const pub = stage.bind(ZmqPubConnection, {}, place("inproc"));
  const sub = stage.connect(ZmqSubConnection, pub);
  sub.subscribe("");
  const [subscriber, publisher] = [duplex(sub), duplex(pub)];
  assert.deepEqual([subscriber.readable, subscriber.writable], [true, false]);
  assert.deepEqual([publisher.readable, publisher.writable], [false, true]);
  const data = once(subscriber, "data");
  await until(() => {
    publisher.write(["tag", "message"]);
    return subscriber.readableDidRead && subscriber.readableLength === 0;
  });
  assert.deepEqual(text((await data)[0]), ["tag", "message"]);
  await Promise.all([ends(subscriber), finished(publisher), stage.factory.shutdown()]);
});

// Back-pressure -------------------------------------------------------------------------------

prove(
  "takes nothing out of ZeroMQ before somebody reads, and little while nobody does",
  async (s) => {
    const [pull, push] = tight(s);
    const stream = duplex(pull);
    const fill = async (): Promise<number> => {
      let sent = 0;
      while ((await poll({ writable: [push] }, { timeout: 20 })).writable.size > 0) {
        await push.send(String(total + sent));
        sent += 1;
      }
      return sent;
    };
    let total = 0;
    total += await fill();
    assert.ok(total <= MOST, `${total} messages before anybody reads`);
    const messages: string[] = [];
    await once(
      stream.once("readable", () => undefined),
      "readable",
    );
    messages.push(String(stream.read()));
    total += await fill();
    assert.ok(total <= MOST + BUFFER + 2, `${total} messages for one that was read`);
    stream.on("data", (message: Message) => messages.push(String(message)));
    await until(() => messages.length === total);
    assert.deepEqual(messages, numbers(total));
    await push.send("after");
    await until(() => messages.length === total + 1);
  },
);

prove("write() says when ZeroMQ takes no more, and drain when it does again", async (stage) => {
  const [pull, push] = tight(stage);
  const stream = duplex(push);
  let written = 0;
  const write = (): boolean => {
    written += 1;
    return stream.write(String(written - 1));
  };
  while (stream.writableLength < BUFFER) {
    assert.ok(written < MOST + BUFFER);
    write();
    if (written % 4 === 0) await turn();
  }
  assert.equal(write(), false);
  assert.equal(stream.writableNeedDrain, true);
  const drained = once(stream, "drain");
  assert.equal(await settled(drained), false);
  for (const n of numbers(written)) assert.deepEqual(await next(pull), [n]);
  await drained;
  assert.equal(write(), true);
});

prove("a slow reader holds up a whole pipeline, and nothing is lost", async (stage) => {
  const [pull, push] = tight(stage);
  let made = 0;
  function* source(): Generator<string> {
    while (made < 500) yield String(made++);
  }
  const sent = pipeline(Readable.from(source()), duplex(push));
  const read: string[] = [];
  for await (const [frame] of duplex(pull)) {
    read.push(String(frame));
    assert.ok(made - read.length <= MOST + 4 * BUFFER, `${made} made, ${read.length} read`);
    if (read.length === 500) break;
    if (read.length % 20 === 0) await turn();
  }
  await sent;
  assert.deepEqual(read, numbers(500));
});

// The end -------------------------------------------------------------------------------------

prove("end() ends what is sent; finish says that ZeroMQ has taken all of it", async (stage) => {
  const rep = stage.bind(ZmqPairConnection, { receiveHighWaterMark: 1 }, place("inproc"));
  const pair = stage.connect(ZmqPairConnection, rep, { sendHighWaterMark: 1 });
  const stream = duplex(pair);
  for (const n of numbers(12)) stream.write(n);
  const done = once(stream.end("last"), "finish");
  assert.equal(await settled(done), false);
  for (const n of numbers(12)) assert.deepEqual(await next(rep), [n]);
  assert.deepEqual(await next(rep), ["last"]);
  await done;
  assert.equal(pair.closed, false);
  const data = once(stream, "data");
  await rep.send("a reply, after the end of what is sent");
  assert.match(String((await data)[0]), /a reply/);
  const closed = once(stream, "close");
  await pair.shutdown();
  await closed;
});

prove(
  "a stream whose sides have ended shuts its connection down",
  async (stage) => {
    const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
    const push = stage.connect(ZmqPushConnection, pull);
    await pipeline(Readable.from(numbers(100)), duplex(push));
    assert.equal(push.closed, true);
    for (const n of numbers(100)) assert.deepEqual(await next(pull), [n]);
  },
  { lingerPeriod: 60_000 },
);

prove("a pipeline from one connection to another ends with them", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.bind(ZmqPushConnection, {}, place("inproc"));
  const from = stage.connect(ZmqPushConnection, pull);
  const to = stage.connect(ZmqPullConnection, push);
  const piped = pipeline(
    duplex(pull),
    async function* (messages: AsyncIterable<Message>) {
      for await (const [n] of messages) yield Number(n) * 2;
    },
    async function* (numbers: AsyncIterable<number>) {
      for await (const n of numbers) yield String(n);
    },
    duplex(push),
  );
  for (const n of numbers(50)) await from.send(n);
  for (const n of numbers(50)) assert.deepEqual(await next(to), [String(+n * 2)]);
  await Promise.all([pull.shutdown(), piped]);
  await until(() => push.closed);
});

prove("destroy() shuts the connection down, and close says that it is", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
  const address = at(pull);
  const stream = duplex(pull);
  stream.resume();
  stream.destroy();
  await once(stream, "close");
  assert.equal(pull.closed, true);
  const again = duplex(stage.bind(ZmqPullConnection, {}, address));
  again.destroy(new Error("enough"));
  assert.match(String((await once(again, "error"))[0]), /enough/);
  await until(() => again.closed);
});

prove(
  "destroy() loses what the stream holds, not what ZeroMQ has taken",
  async (stage) => {
    const pull = stage.bind(ZmqPullConnection, {}, place("tcp"));
    const push = stage.connect(ZmqPushConnection, pull);
    const stream = duplex(push);
    for (const n of numbers(100)) await new Promise((resolve) => stream.write(n, resolve));
    stream.destroy();
    for (const n of numbers(100)) assert.deepEqual(await next(pull), [n]);
  },
  { lingerPeriod: 60_000 },
);

prove("leaving a for await, or an aborted signal, shuts the connection down", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  await stage.connect(ZmqPushConnection, pull).send("one");
  for await (const [frame] of duplex(pull)) {
    assert.equal(String(frame), "one");
    break;
  }
  assert.equal(pull.closed, true);
  const other = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const stop = new AbortController();
  const read = ends(addAbortSignal(stop.signal, duplex(other)));
  stop.abort();
  await assert.rejects(read, { name: "AbortError" });
  await until(() => other.closed);
});

// Errors --------------------------------------------------------------------------------------

prove("what cannot be sent is an error of the stream, and ends a pipeline", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull);
  const sent = pipeline(Readable.from(["good", { bad: true }, "never"]), duplex(push));
  await assert.rejects(sent, failure(ZmqArgumentError, /an object/));
  assert.deepEqual(await next(pull), ["good"]);
  await until(() => push.closed);
  const rep = stage.bind(ZmqRepConnection, {}, place("inproc"));
  const req = duplex(stage.connect(ZmqReqConnection, rep));
  req.write("a request");
  req.write("out of turn");
  assert(failure(ZmqStateError)((await once(req, "error"))[0]));
});

prove("an error elsewhere in a pipeline shuts the connection down", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  await stage.connect(ZmqPushConnection, pull).send("one");
  const full = new Writable({
    objectMode: true,
    write: (_message, _encoding, done) => done(new Error("disk full")),
  });
  await assert.rejects(pipeline(duplex(pull), full), /disk full/);
  await until(() => pull.closed);
});

prove("a malformed message that is refused is no error of the stream", async (stage) => {
  const rep = stage.bind(ZmqRepConnection, {}, place("inproc"));
  const refused = once(rep, "error");
  const stream = duplex(rep);
  const served = pipeline(stream, stream);
  const dealer = stage.connect(ZmqDealerConnection, rep);
  await dealer.send("no envelope");
  assert(failure(ZmqProtocolError)((await refused)[0]));
  await dealer.send(["", "good"]);
  assert.deepEqual(await next(dealer), ["", "good"]);
  await Promise.all([rep.shutdown(), served]);
});

prove("a peer that has gone is no error of the stream", async (stage) => {
  const router = stage.bind(ZmqRouterConnection, { mandatory: true }, place("inproc"));
  const reported = once(router, "error");
  const stream = duplex(router);
  const served = pipeline(stream, stream);
  stream.write(["nobody", "a message"]);
  assert(failure(ZmqUnroutableError, /nobody/)((await reported)[0]));
  const dealer = stage.connect(ZmqDealerConnection, router);
  await dealer.send("still there");
  assert.deepEqual(await next(dealer), ["still there"]);
  await Promise.all([router.shutdown(), served]);
});

prove("what was written and is given up at the end is an error", async (stage) => {
  const stream = duplex(stage.bind(ZmqPushConnection, {}, place("inproc")));
  for (const n of numbers(40)) stream.write(n);
  const told = once(stream, "error");
  await stage.factory.shutdown();
  assert(failure(ZmqClosedError)((await told)[0]));
});

prove("a stream has its connection for itself", async (stage) => {
  const router = stage.bind(ZmqRouterConnection, {}, place("inproc"));
  const waiting = router.receive();
  assert.throws(() => duplex(router), failure(ZmqStateError, /being read or written/));
  await stage.connect(ZmqDealerConnection, router).send("there");
  await waiting;
  duplex(router);
  const belongs = failure(ZmqStateError, /belongs to a proxy or a stream/);
  await assert.rejects(router.receive(), belongs);
  await assert.rejects(router.send(["x", "y"]), belongs);
  await assert.rejects(poll({ readable: [router] }), belongs);
  assert.throws(() => router.on("message", () => undefined), belongs);
  const ofNothing = duplex as (...args: unknown[]) => unknown;
  assert.throws(() => ofNothing(), failure(ZmqArgumentError, /a stream is made of a connection/));
  assert.throws(
    () => duplex(router),
    (error: Error) => belongs(error) && /^.*\n.*stream\.test/.test(error.stack ?? ""),
  );
  await router.shutdown();
  assert.throws(() => duplex(router), failure(ZmqClosedError));
});

// Shutdown ------------------------------------------------------------------------------------

prove(
  "messages in hand are finished: those in a transform too",
  async (stage) => {
    const stream = duplex(stage.bind(ZmqRouterConnection, {}, place("tcp")));
    const { transform, held, open } = gate();
    const served = pipeline(stream, transform, stream);
    const dealer = stage.connect(ZmqDealerConnection, addressOf(stage));
    for (const n of numbers(10)) await dealer.send(n);
    await until(() => held() === 10);
    const [router] = stage.factory.connections;
    const over = router?.shutdown();
    await turns();
    open();
    for (const n of numbers(10)) assert.deepEqual(await next(dealer), [n]);
    await Promise.all([over, served]);
  },
  { lingerPeriod: 60_000 },
);

/** Shuts a connection down while a message of the peer is in hand, and sees that it comes back all the same. */
async function finishes(
  pair: ZmqPairConnection,
  peer: ZmqPairConnection,
  serve: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  let goOn = (): void => undefined;
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let inHand = 0;
  const served = serve(() => {
    inHand += 1;
    return told;
  });
  await peer.send("one");
  await until(() => inHand === 1);
  const over = pair.shutdown();
  await turns();
  goOn();
  assert.deepEqual(await next(peer), ["one"]);
  await Promise.all([over, served]);
}

prove(
  "a message in a generator's or a loop's hand is finished as well",
  async (stage) => {
    const pipe = (stream: ZmqDuplex, work: () => Promise<void>): Promise<void> =>
      pipeline(
        stream,
        async function* (messages: AsyncIterable<Message>): AsyncGenerator<Frames> {
          for await (const message of messages) {
            await work();
            yield message;
          }
        },
        stream,
      );
    const loop = async (stream: ZmqDuplex, work: () => Promise<void>): Promise<void> => {
      for await (const message of stream) {
        await work();
        stream.write(message);
      }
    };
    for (const serve of [pipe, loop]) {
      const pair = stage.bind(ZmqPairConnection, {}, place("inproc"));
      const peer = stage.connect(ZmqPairConnection, pair);
      await finishes(pair, peer, (work) => serve(duplex(pair), work));
    }
  },
  { lingerPeriod: 60_000 },
);

prove(
  "a generator may write a last word when the messages have ended",
  async (stage) => {
    const pair = stage.bind(ZmqPairConnection, {}, place("inproc"));
    const peer = stage.connect(ZmqPairConnection, pair);
    const stream = duplex(pair);
    const served = pipeline(
      stream,
      async function* (messages: AsyncIterable<Message>): AsyncGenerator<Frames> {
        yield* messages;
        yield "goodbye";
      },
      stream,
    );
    await peer.send("hello");
    assert.deepEqual(await next(peer), ["hello"]);
    await Promise.all([pair.shutdown(), served]);
    assert.deepEqual(await next(peer), ["goodbye"]);
  },
  { lingerPeriod: 60_000 },
);

prove(
  "one connection goes on sending what another one has received, until the pipeline has ended",
  async (stage) => {
    const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
    const push = stage.bind(ZmqPushConnection, {}, place("inproc"));
    const { transform, held, open } = gate();
    const piped = pipeline(duplex(pull), transform, duplex(push));
    const from = stage.connect(ZmqPushConnection, pull);
    const other = stage.bind(ZmqPullConnection, {}, place("inproc"));
    await from.send("one");
    await until(() => held() === 1);
    push.addEndpoints({ connect: at(other) });
    const received = next(other);
    const over = Promise.all([pull.shutdown(), push.shutdown()]);
    await turns();
    open();
    assert.deepEqual(await received, ["one"]);
    await Promise.all([over, piped]);
  },
  { lingerPeriod: 60_000 },
);

prove(
  "what was written is sent, however much waits",
  async (stage) => {
    const [pull, push] = tight(stage);
    const stream = duplex(push);
    const all = numbers(200);
    for (const [n, message] of all.entries()) {
      stream.write(message);
      if (n < BUFFER) await turns(); // ZeroMQ is full before most of them are written
    }
    assert.ok(stream.writableLength > 200 - BUFFER);
    const over = push.shutdown();
    await turns();
    for (const message of all) assert.deepEqual(await next(pull), [message]);
    await Promise.all([over, finished(stream)]);
  },
  { lingerPeriod: 60_000 },
);

prove("an event listener that echoes needs no pipe to end well", async (stage) => {
  const pair = stage.bind(ZmqPairConnection, {}, place("inproc"));
  const stream = duplex(pair);
  stream.on("data", (message: Message) => stream.write(message));
  const peer = stage.connect(ZmqPairConnection, pair);
  await peer.send("echo");
  assert.deepEqual(await next(peer), ["echo"]);
  await Promise.all([pair.shutdown(), finished(stream)]);
});

prove(
  "a stream that nobody uses does not hold up the end",
  async (stage) => {
    const idle = duplex(stage.bind(ZmqPairConnection, {}, place("inproc")));
    const over = once(idle, "close");
    await stage.factory.shutdown();
    await over;
  },
  { lingerPeriod: -1 },
);

prove("who pipes into a connection that is shut down is told", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull);
  const endless = new Readable({ objectMode: true, read: () => undefined });
  const sent = pipeline(endless, duplex(push));
  endless.push("one");
  assert.deepEqual(await next(pull), ["one"]);
  const told = assert.rejects(sent, failure(ZmqClosedError));
  await push.shutdown();
  await told;
  assert.equal(endless.destroyed, true);
});

// Web streams ---------------------------------------------------------------------------------

prove("web streams pipe messages through, and end with their connection", async (stage) => {
  const router = stage.bind(ZmqRouterConnection, {}, place("inproc"));
  const { readable, writable } = webStreams(router);
  const loud = new TransformStream<Message, Frames>({
    transform: ([from, request], controller) =>
      controller.enqueue([from, String(request).toUpperCase()]),
  });
  const served = readable.pipeThrough(loud).pipeTo(writable);
  const dealer = stage.connect(ZmqDealerConnection, router);
  for (const word of ["one", "two", "three"]) await dealer.send(word);
  for (const word of ["ONE", "TWO", "THREE"]) assert.deepEqual(await next(dealer), [word]);
  await Promise.all([router.shutdown(), served]);
});

prove("web streams have back-pressure both ways", async (stage) => {
  const [pull, push] = tight(stage);
  const writer = webStreams(push).writable.getWriter();
  const { readable } = webStreams(pull);
  const writes = numbers(300).map((n) => writer.write(n));
  await turns();
  assert.equal(await settled(writes[100] as Promise<void>), false);
  const read: string[] = [];
  for await (const [frame] of readable) {
    read.push(String(frame));
    if (read.length === 300) break;
  }
  assert.deepEqual(read, numbers(300));
  await Promise.all(writes);
  await writer.close();
  await until(() => push.closed && pull.closed);
});

prove(
  "cancel() and abort() shut the connection down; what cannot be sent is an error",
  async (s) => {
    const pull = s.bind(ZmqPullConnection, {}, place("inproc"));
    await webStreams(pull).readable.cancel();
    await until(() => pull.closed);
    const push = s.bind(ZmqPushConnection, {}, place("inproc"));
    await webStreams(push).writable.abort(new Error("enough"));
    await until(() => push.closed);
    const peer = s.bind(ZmqPullConnection, {}, place("inproc"));
    const last = s.connect(ZmqPushConnection, peer);
    const writer = webStreams(last).writable.getWriter();
    const gone = assert.rejects(writer.closed, failure(ZmqArgumentError));
    await writer.write(5 as never).catch(() => undefined);
    await gone;
    await until(() => last.closed);
  },
);

prove(
  "messages in hand of web streams are finished as well",
  async (stage) => {
    const pair = stage.bind(ZmqPairConnection, {}, place("inproc"));
    const peer = stage.connect(ZmqPairConnection, pair);
    const { readable, writable } = webStreams(pair);
    await finishes(pair, peer, (work) => {
      const slow = new TransformStream<Message, Frames>({
        async transform(message, controller) {
          await work();
          controller.enqueue(message);
        },
      });
      return readable.pipeThrough(slow).pipeTo(writable);
    });
  },
  { lingerPeriod: 60_000 },
);

prove("of a web stream the side that a connection does not have has ended", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const { readable, writable } = webStreams(stage.connect(ZmqPushConnection, pull));
  assert.equal((await readable.getReader().read()).done, true);
  const writer = writable.getWriter();
  await writer.write("one");
  const pulled = webStreams(pull);
  await pulled.writable.getWriter().closed;
  const reader = pulled.readable.getReader();
  assert.deepEqual(text((await reader.read()).value ?? []), ["one"]);
  const end = reader.read();
  await pull.shutdown();
  assert.equal((await end).done, true);
});

prove("who holds the writer of a connection that is shut down is told", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull);
  const writer = webStreams(push).writable.getWriter();
  const told = assert.rejects(writer.closed, failure(ZmqClosedError));
  await writer.write("one");
  assert.deepEqual(await next(pull), ["one"]);
  await push.shutdown();
  await told;
});
