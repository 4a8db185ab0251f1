import assert from "node:assert/strict";
import { test } from "node:test";
import { Context } from "./context.js";
import { Probe, sockets } from "./testing/probe.js";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("sockets bind and connect in any order, and what was written before is not lost", async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL")];
  push.connect("inproc://x");
  await push.send("early");
  pull.bind("inproc://x");
  await push.send("late");
  assert.deepEqual(await pull.next(), ["early"]);
  assert.deepEqual(await pull.next(), ["late"]);
});

test("the option conflate of who is bound loses nothing that a look has found", async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL", { conflate: true })];
  pull.bind("inproc://x");
  push.connect("inproc://x");
  await push.send("one");
  await push.send("two");
  while (!pull.socket.readable) await turn();
  const take = (): string[] | undefined => pull.call((it) => it.take?.())?.map(String);
  assert.deepEqual([take(), take()], [["one"], ["two"]]);
});

test("who is bound one day gets what was written by sockets that are closed", async (t) => {
  const socket = sockets(t);
  const push = socket("PUSH");
  push.connect("inproc://x");
  await push.send("a legacy");
  const closed = push.close(-1);
  const pull = socket("PULL");
  pull.bind("inproc://x");
  assert.deepEqual(await pull.next(), ["a legacy"]);
  await closed;
});

test("a frame is the receiver's own", async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL")];
  pull.bind("inproc://x");
  push.connect("inproc://x");
  const frame = Buffer.from("sent");
  push.socket.send(frame);
  frame.fill("x");
  assert.deepEqual(await pull.next(), ["sent"]);
});

test("frames that nobody else has are the receiver's as they are, and the others' copies", async (t) => {
  const socket = sockets(t);
  const received = async (to: Probe): Promise<Buffer[]> => {
    await Promise.resolve();
    return to.socket.take?.() ?? [];
  };
  for (const [from, to] of [
    ["PUSH", "PULL"],
    ["PAIR", "PAIR"],
    ["DEALER", "DEALER"],
    ["DEALER", "ROUTER"],
  ] as const) {
    const [one, other] = [socket(from), socket(to)];
    other.bind(`inproc://${from}-${to}`);
    one.connect(`inproc://${from}-${to}`);
    const frames = ["own", "kept"].map((text) => Buffer.from(text));
    one.socket.send(frames, { owned: 1 });
    const [own, kept] = (await received(other)).slice(-2);
    assert.equal(own, frames[0]);
    assert.notEqual(kept, frames[1]);
    assert.deepEqual(kept, frames[1]);
  }

  const [router, dealer] = [socket("ROUTER"), socket("DEALER", { routingId: "peer" })];
  router.bind("inproc://router");
  dealer.connect("inproc://router");
  const frames = ["peer", "own", "kept"].map((text) => Buffer.from(text));
  router.socket.send(frames, { owned: 2 });
  const [own, kept] = await received(dealer);
  assert.equal(own, frames[1]);
  assert.notEqual(kept, frames[2]);
  router.socket.send(frames); // none of them
  assert.notEqual((await received(dealer))[0], frames[1]);
});

test("an unbind leaves those who are there, and lets another bind", async (t) => {
  const socket = sockets(t);
  const [push, pull, other] = [socket("PUSH"), socket("PULL"), socket("PULL")];
  pull.bind("inproc://x");
  push.connect("inproc://x");
  pull.socket.remove("inproc://x");
  assert.throws(() => pull.socket.remove("inproc://x"), { code: "ENOENT" });
  other.bind("inproc://x");
  await push.send("to the first");
  assert.deepEqual(await pull.next(), ["to the first"]);
  await pull.close();
  assert.equal(push.socket.writable, false);
});

test("a disconnect ends the connection, and a socket may connect twice", async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL")];
  pull.bind("inproc://x");
  push.connect("inproc://x");
  push.connect("inproc://x");
  push.socket.remove("inproc://x");
  await push.send("one is left");
  assert.deepEqual(await pull.next(), ["one is left"]);
  push.socket.remove("inproc://x");
  assert.equal(push.socket.writable, false);
  assert.throws(() => push.socket.remove("inproc://x"), { code: "ENOENT" });
});

test("a socket may connect to itself's name, and close", async (t) => {
  const dealer = sockets(t)("DEALER");
  dealer.bind("inproc://x");
  dealer.connect("inproc://x");
  await dealer.send("to myself");
  assert.deepEqual(await dealer.next(), ["to myself"]);
});

test("the high-water marks of both sides add up", async (t) => {
  const socket = sockets(t);
  const [push, pull] = [
    socket("PUSH", { sendHighWaterMark: 2 }),
    socket("PULL", { receiveHighWaterMark: 3 }),
  ];
  push.connect("inproc://x");
  let count = 0;
  for (; push.socket.writable; count += 1) await push.send(String(count));
  assert.equal(count, 2);
  pull.bind("inproc://x");
  await turn();
  for (; push.socket.writable; count += 1) await push.send(String(count));
  assert.equal(count, 5);
  for (let n = 0; n < 5; n += 1) assert.deepEqual(await pull.next(), [String(n)]);
  await push.socket.whenWritable();
});

test("connected when somebody is bound, messages wait in the library until then", async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL")];
  push.socket.connect("inproc://x", true);
  assert.equal(push.socket.writable, false);
  const room = push.socket.whenWritable();
  pull.bind("inproc://x");
  await room;
  await push.send("now");
  assert.deepEqual(await pull.next(), ["now"]);
});

test("names are a context's own", async (t) => {
  const [one, other] = [sockets(t), sockets(t)];
  one("PULL").bind("inproc://x");
  other("PULL").bind("inproc://x");
});

test("a subscriber that goes takes its subscriptions with it", async (t) => {
  const socket = sockets(t);
  const [xpub, sub] = [socket("XPUB"), socket("SUB")];
  sub.socket.setOption("subscribe", "a");
  sub.connect("inproc://x");
  xpub.bind("inproc://x");
  assert.deepEqual(await xpub.next(), ["\x01a"]);
  sub.socket.setOption("subscribe", "b");
  assert.deepEqual(await xpub.next(), ["\x01b"]);
  await xpub.send("a message");
  assert.deepEqual(await sub.next(), ["a message"]);
  await sub.close();
  assert.deepEqual([await xpub.next(), await xpub.next()].sort(), [["\x00a"], ["\x00b"]]);
});

test("a request whose REP closes is not answered, and the next REP gets the next", async (t) => {
  const socket = sockets(t);
  const [req, first, second] = [socket("REQ", { relaxed: true }), socket("REP"), socket("REP")];
  first.bind("inproc://x");
  req.connect("inproc://x");
  await req.send("one");
  assert.deepEqual(await first.next(), ["one"]);
  await first.close();
  second.bind("inproc://x");
  req.connect("inproc://x");
  await req.send("two");
  assert.deepEqual(await second.next(), ["two"]);
  await second.send("answer");
  assert.deepEqual(await req.next(), ["answer"]);
});

test("no monitor tells of it, and no handler is asked", async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL", { plainServer: true, zapDomain: "x" })];
  push.socket.monitor();
  pull.socket.monitor();
  pull.bind("inproc://x");
  push.connect("inproc://x");
  await push.send("let in");
  assert.deepEqual(await pull.next(), ["let in"]);
  assert.deepEqual([...push.events, ...pull.events], []);
});

test("who waits no more for a ZAP handler's answer is let go", async (t) => {
  const context = new Context({ shared: false });
  const handler = new Probe(context, "ROUTER");
  t.after(() => handler.close());
  handler.bind("inproc://zeromq.zap.01");
  const ask = context.zap.authenticator({ zapDomain: "all" }, "NULL", "127.0.0.1");
  const gone = new AbortController();
  const answer = ask?.("NULL", [], gone.signal);
  assert.equal((await handler.next()).at(4), "all");
  gone.abort();
  await assert.rejects(answer as Promise<unknown>, /the peer is gone/);
});
