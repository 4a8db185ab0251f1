import assert from "node:assert/strict";
import { once } from "node:events";
import { Socket } from "node:net";
import { test } from "node:test";
import { inspect } from "node:util";
import { curveKeyPair } from "tx0mq";
import { WebSocket } from "ws";
import { Context } from "./context.js";
import { RemotePipe } from "./remote-pipe.js";
import { Probe, sockets } from "./testing/probe.js";
import { run } from "./testing/streams.js";
import { REFUSED_OPTIONS } from "./transports/tcp.js";

const ANYWHERE = "tcp://127.0.0.1:*";
/** Nobody is ever there. */
const NOBODY = "tcp://127.0.0.1:1";
const TRANSPORTS = [ANYWHERE, "ipc://*", "ws://127.0.0.1:*", "inproc://here"];

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await turn();
}

test("the end of a socket with many peers does not look at all of them for each that goes", async (t) => {
  const socket = sockets(t);
  const pull = socket("PULL");
  const address = pull.bind(ANYWHERE);
  const pushes = Array.from({ length: 300 }, () => socket("PUSH"));
  for (const push of pushes) push.connect(address);
  await until(() => pull.socket.peerCount === 300);
  const looks = t.mock.getter(RemotePipe.prototype, "empty");
  await pull.close(10_000);
  assert.ok(looks.mock.callCount() < 10 * 300, `${looks.mock.callCount()} looks`);
  await Promise.all(pushes.map((push) => push.close()));
});

for (const place of TRANSPORTS) {
  const transport = place.replace(/:.*/, "");

  test(`${transport}: messages go both ways, in order`, async (t) => {
    const socket = sockets(t);
    const [dealer, other] = [socket("DEALER"), socket("DEALER")];
    dealer.connect(other.bind(place));
    for (let n = 0; n < 100; n += 1) await dealer.send(String(n), "");
    for (let n = 0; n < 100; n += 1) assert.deepEqual(await other.next(), [String(n), ""]);
    await other.send("back");
    assert.deepEqual(await dealer.next(), ["back"]);
  });

  test(`${transport}: a close lets what was sent leave first`, async (t) => {
    const socket = sockets(t);
    const [push, pull] = [socket("PUSH", { sendHighWaterMark: 0 }), socket("PULL")];
    push.connect(pull.bind(place));
    const large = "x".repeat(10_000);
    for (let n = 0; n < 1000; n += 1) await push.send(String(n), large);
    const closed = push.close(-1);
    for (let n = 0; n < 1000; n += 1) assert.equal((await pull.next())[0], String(n));
    await closed;
  });

  test(`${transport}: a socket knows how many peers there are`, async (t) => {
    const socket = sockets(t);
    const [pull, first, second] = [socket("PULL"), socket("PUSH"), socket("PUSH")];
    const address = pull.bind(place);
    const counts = (): (number | undefined)[] =>
      [pull, first, second].map((one) => one.socket.peerCount);
    assert.deepEqual(counts(), [0, 0, 0]);
    first.connect(address);
    second.connect(address);
    await until(() => String(counts()) === "2,1,1");
    await first.close();
    await until(() => String(counts()) === "1,0,1");
    second.call((one) => one.remove(address));
    await until(() => String(counts()) === "0,0,0");
    second.connect(address);
    await until(() => String(counts()) === "1,0,1");
    await pull.close();
    await until(() => String(counts()) === "0,0,0");
  });

  test(`${transport}: PAIR has one peer`, async (t) => {
    const socket = sockets(t);
    const [pair, first, second] = [socket("PAIR"), socket("PAIR"), socket("PAIR")];
    const address = pair.bind(place);
    first.connect(address);
    await first.send("first");
    assert.deepEqual(await pair.next(), ["first"]);
    second.connect(address);
    if (transport !== "inproc") {
      second.socket.monitor();
      await second.until(() => second.types().includes("disconnect"));
    } else assert.equal(second.socket.writable, false);
    await pair.send("to the first");
    assert.deepEqual(await first.next(), ["to the first"]);
  });

  test(`${transport}: a close while everything is going on`, async (t) => {
    const socket = sockets(t);
    const router = socket("ROUTER");
    const address = router.bind(place);
    router.socket.read();
    const dealers = Array.from({ length: 10 }, () => socket("DEALER"));
    for (const dealer of dealers) {
      dealer.connect(address);
      dealer.socket.read();
    }
    let sent = 0;
    const sends = async (dealer: Probe): Promise<void> => {
      for (; sent < 5000 && dealer.socket.writable; sent += 1) await dealer.send("x".repeat(1000));
    };
    const all = dealers.map(sends);
    await router.until(() => router.got.length > 100);
    await Promise.all([...dealers.slice(5).map((one) => one.close()), router.close()]);
    await Promise.all([...dealers.slice(0, 5).map((one) => one.close(10)), ...all]);
    const got = router.got.length;
    await turn();
    assert.equal(router.got.length, got);
  });

  test(`${transport}: nothing is lost at the high-water mark, and room is told of`, async (t) => {
    const socket = sockets(t);
    const push = socket("PUSH", { sendHighWaterMark: 2 });
    const pull = socket("PULL", { receiveHighWaterMark: 2 });
    push.connect(pull.bind(place));
    const large = "x".repeat(300_000);
    let count = 0;
    for (let idle = 0; idle < 20; count += 1) {
      for (idle = 0; idle < 20 && !push.socket.writable; idle += 1) await turn();
      if (idle === 20) break;
      await push.send(String(count), large);
      assert.ok(count < 1000, "there is an end");
    }
    const room = push.socket.whenWritable();
    for (let n = 0; n < count; n += 1) assert.equal((await pull.next())[0], String(n));
    await room;
    await push.send("goes on");
    assert.deepEqual(await pull.next(), ["goes on"]);
  });
}

test("replies leave while more requests are being handled", async (t) => {
  const socket = sockets(t);
  const [server, client] = [socket("DEALER"), socket("DEALER")];
  client.connect(server.bind(ANYWHERE));
  await client.send("hello");
  await server.next();
  let handled = 0;
  server.received = (message) => {
    for (const began = performance.now(); performance.now() - began < 1; ) handled += 0;
    handled += 1;
    server.call((one) => one.send(message));
    return true;
  };
  const leaves: number[] = [];
  const write = Socket.prototype.write;
  t.mock.method(Socket.prototype, "write", function (this: Socket, ...args: [Buffer]) {
    leaves.push(handled);
    return write.apply(this, args);
  });
  const all = ["1", "2", "3", "4", "5", "6"];
  for (const one of all) await client.send(one);
  server.socket.read();
  for (const one of all) assert.deepEqual(await client.next(), [one]);
  const first = leaves.find((count) => count > 0) as number;
  assert.ok(first < all.length, `${first} were handled before a reply left`);
});

test("what was sent to a peer that is there leaves before it is disconnected from", {
  timeout: 60_000,
}, async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL")];
  const address = pull.bind(ANYWHERE);
  push.connect(address);
  await push.send("hello");
  assert.deepEqual(await pull.next(), ["hello"]);
  const large = "x".repeat(5_000_000);
  await push.send("bye", large);
  push.call((one) => one.remove(address));
  assert.equal(push.socket.writable, false);
  assert.deepEqual(await pull.next(), ["bye", large]);
  await until(() => pull.socket.peerCount === 0);
  // With a linger period of 0 it does not.
  const hasty = socket("PUSH", { lingerPeriod: 0 });
  hasty.connect(address);
  await hasty.send("hello");
  assert.deepEqual(await pull.next(), ["hello"]);
  await hasty.send("lost");
  hasty.call((one) => one.remove(address));
  await until(() => pull.socket.peerCount === 0);
  assert.deepEqual(pull.got, []);
});

test("over ws:// heartbeats are the WebSocket's pings", { timeout: 60_000 }, async (t) => {
  const socket = sockets(t);
  const pull = socket("PULL", { heartbeatInterval: 20 });
  const address = pull.bind("ws://127.0.0.1:*");
  for (const autoPong of [true, false]) {
    const peer = new WebSocket(address, "ZWS2.0", { autoPong });
    await once(peer, "open");
    peer.send(Buffer.of(0)); // its routing id: it has none
    for (let n = 0; n < (autoPong ? 5 : 1); n += 1) await once(peer, "ping");
    if (autoPong) {
      assert.equal(pull.socket.peerCount, 1);
      peer.terminate();
    } else await once(peer, "close");
    await until(() => pull.socket.peerCount === 0);
  }
});

test("with conflate a handler gets the newest of what has come", { timeout: 60_000 }, async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL", { conflate: true })];
  push.connect(pull.bind(ANYWHERE));
  await push.send("first");
  assert.deepEqual(await pull.next(), ["first"]);
  pull.call((one) => one.read());
  for (let n = 0; n < 100; n += 1) push.call((one) => one.send(String(n))); // one write
  await pull.until(() => pull.got.length > 0);
  assert.deepEqual(pull.got, [["99"]]);
});

test("with conflate a look does not keep a message that a newer one replaces", async (t) => {
  const socket = sockets(t);
  const [one, other, pull] = [socket("PUSH"), socket("PUSH"), socket("PULL", { conflate: true })];
  const address = pull.bind(ANYWHERE);
  const take = (): string[] | undefined => pull.call((it) => it.take?.())?.map(String);
  for (const push of [one, other]) push.connect(address);
  await until(() => pull.socket.peerCount === 2);
  await one.send("old");
  await until(() => pull.socket.readable);
  await one.send("new");
  await one.close(-1);
  await until(() => pull.socket.peerCount === 1);
  assert.deepEqual(take(), ["new"]);
  assert.equal(pull.socket.readable, false);

  const third = socket("PUSH");
  third.connect(address);
  await third.send("of one peer");
  await until(() => pull.socket.readable);
  await other.send("of the other");
  await other.close(-1);
  await until(() => pull.socket.peerCount === 1);
  assert.deepEqual([take(), take()], [["of one peer"], ["of the other"]]);
});

for (const address of [ANYWHERE, "inproc://x"]) {
  test(`with conflate the last frame of a message comes alone, over ${address}`, async (t) => {
    const socket = sockets(t);
    const [pub, sub] = [socket("PUB"), socket("SUB", { conflate: true })];
    sub.call((one) => one.setOption("subscribe", ""));
    sub.connect(pub.bind(address));
    while (!sub.socket.readable) {
      await pub.send("a", "b");
      await turn();
    }
    assert.deepEqual(await sub.next(), ["b"]);
    await pub.send("c", "d"); // to a reader that waits
    await sub.until(() => sub.got.some(([frame]) => frame === "d"));
    assert.ok(sub.got.every(({ length }) => length === 1));
    sub.call((one) => one.rest?.());
    await pub.send("e", "f"); // to nobody who reads
    await pub.close(-1);
    await until(() => sub.socket.readable && sub.socket.peerCount === 0);
    sub.got.length = 0;
    assert.deepEqual(await sub.next(), ["f"]);
  });
}

test("messages that have come before the connection ends are read, with CURVE, too", {
  timeout: 60_000,
}, async (t) => {
  const socket = sockets(t);
  const keys = curveKeyPair();
  const server = { curveServer: true, curveSecretKey: keys.secretKey };
  const own = curveKeyPair();
  const client = {
    curveServerKey: keys.publicKey,
    curvePublicKey: own.publicKey,
    curveSecretKey: own.secretKey,
  };
  const [push, pull] = [socket("PUSH", client), socket("PULL", server)];
  const address = pull.bind(ANYWHERE);
  push.connect(address);
  await push.send("first");
  assert.deepEqual(await pull.next(), ["first"]);
  pull.hasTime = () => false; // what comes waits for a later turn, undecrypted
  let goOn = (): void => undefined;
  pull.nextTurn = (later) => {
    goOn = later;
  };
  pull.call((one) => one.read());
  const texts = Array.from({ length: 10 }, (_, n) => String(n));
  for (const text of texts) push.call((one) => one.send(text));
  await push.close(10_000);
  await turn();
  await turn();
  pull.call((one) => one.remove(address));
  await until(() => pull.socket.peerCount === 0);
  pull.hasTime = () => true;
  goOn();
  await pull.until(() => pull.got.length === texts.length);
  assert.deepEqual(pull.got.flat(), texts);
});

test("a reader that stops while more has come leaves the peer read, up to the high-water mark", {
  timeout: 60_000,
}, async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL")];
  push.connect(pull.bind(ANYWHERE));
  await push.send("first");
  assert.deepEqual(await pull.next(), ["first"]);
  pull.hasTime = () => false; // the messages wait for a later turn
  let goOn = (): void => undefined;
  pull.nextTurn = (later) => {
    goOn = later;
  };
  pull.call((one) => one.read());
  for (const text of ["one", "two", "three"]) push.call((one) => one.send(text));
  await push.close(10_000);
  await turn();
  await turn();
  pull.wants = 0;
  goOn(); // and the reader wants none by then
  await until(() => pull.socket.peerCount === 0); // that the peer has gone is noticed
  pull.wants = 3;
  pull.hasTime = () => true;
  for (const text of ["one", "two", "three"]) assert.deepEqual(await pull.next(), [text]);
});

test("with a linger period of 0 what waits is lost, with -1 a close waits for a peer", async (t) => {
  const socket = sockets(t);
  const [lost, late] = [socket("PUSH"), socket("PUSH")];
  const before = socket("PULL");
  const address = before.bind(ANYWHERE);
  await before.close();
  for (const push of [lost, late]) {
    push.connect(address);
    await push.send("for later");
  }
  await lost.close(0);
  let over = false;
  const closed = late.close(-1).then(() => {
    over = true;
  });
  await turn();
  assert.equal(over, false);
  const pull = socket("PULL");
  pull.bind(address);
  assert.deepEqual(await pull.next(), ["for later"]);
  await closed;
});

test("with a linger period of 0 what was sent to a peer that is there still leaves", async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL")];
  push.connect(pull.bind(ANYWHERE));
  await until(() => push.socket.peerCount === 1);
  await push.send("last words");
  await push.close(0);
  await until(() => pull.socket.readable || pull.socket.peerCount === 0);
  assert.equal(pull.socket.readable, true);
  assert.deepEqual(await pull.next(), ["last words"]);
});

test("a linger period ends, where a peer does not come or does not read", async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH", { sendHighWaterMark: 0 }), socket("PULL")];
  push.connect(pull.bind(ANYWHERE));
  push.connect(NOBODY);
  for (let n = 0; n < 200; n += 1) await push.send("x".repeat(100_000));
  await push.close(20);
});

test("a second close is the first", async (t) => {
  const push = sockets(t)("PUSH");
  push.connect(NOBODY);
  await push.send("waits");
  const first = push.close(1);
  assert.equal(push.close(-1), first);
  await first;
});

test("immediate: messages are for those who are connected", async (t) => {
  const socket = sockets(t);
  const push = socket("PUSH", { immediate: true });
  push.connect(NOBODY);
  assert.equal(push.socket.writable, false);
  const pull = socket("PULL");
  push.connect(pull.bind(ANYWHERE));
  assert.equal(push.socket.writable, false);
  for (let n = 0; n < 10; n += 1) await push.send(String(n));
  for (let n = 0; n < 10; n += 1) assert.deepEqual(await pull.next(), [String(n)]);
  const gone = pull.close();
  await until(() => !push.socket.writable);
  await gone;
});

test("a socket that rests takes no message, and reads on", async (t) => {
  const socket = sockets(t);
  const [push, pull] = [socket("PUSH"), socket("PULL")];
  push.connect(pull.bind(ANYWHERE));
  pull.socket.read();
  pull.socket.rest?.();
  await push.send("one");
  await push.send("two");
  await until(() => pull.socket.readable);
  assert.deepEqual(pull.got, []);
  pull.wants = 1;
  pull.socket.read();
  await pull.until(() => pull.got.length === 1);
  await turn();
  assert.deepEqual(pull.got, [["one"]]);
  assert.equal(pull.socket.readable, true);
  pull.wants = 1;
  pull.socket.read();
  await pull.until(() => pull.got.length === 2);
  assert.equal(pull.socket.readable, false);
});

test("a REP reads on when it has answered", async (t) => {
  const socket = sockets(t);
  const [rep, dealer] = [socket("REP"), socket("DEALER")];
  dealer.connect(rep.bind(ANYWHERE));
  rep.socket.read();
  for (let n = 0; n < 3; n += 1) await dealer.send("", String(n));
  for (let n = 0; n < 3; n += 1) {
    await rep.until(() => rep.got.length === n + 1);
    await rep.send(`to ${n}`);
    assert.deepEqual(await dealer.next(), ["", `to ${n}`]);
  }
});

test("a REP that waits for room is told when it has a request", async (t) => {
  const socket = sockets(t);
  const [rep, req] = [socket("REP"), socket("REQ")];
  req.connect(rep.bind("inproc://x"));
  await req.send("question");
  const room = rep.socket.whenWritable();
  await rep.next();
  await room;
  assert.equal(rep.socket.writable, true);
});

test("who waits for room is told when nobody wants it any more, and at the close", async (t) => {
  const socket = sockets(t);
  const push = socket("PUSH");
  const room = push.socket.whenWritable();
  assert.equal(push.socket.whenWritable(), room);
  push.wantsForRoom = false;
  await room;
  const again = push.socket.whenWritable();
  await push.close();
  await again;
  await assert.rejects(push.socket.whenWritable(), { code: "ETERM" });
});

test("a context has so many sockets, and a closed one leaves room", async () => {
  const context = new Context({ shared: false, maxSockets: 2 });
  const sockets = [new Probe(context, "PUSH"), new Probe(context, "PULL")];
  assert.throws(() => new Probe(context, "PUSH"), { code: "EMFILE" });
  await sockets[0]?.close();
  const third = new Probe(context, "PUB");
  await Promise.all([third.close(), sockets[1]?.close()]);
  context.release();
});

test("options that Node.js cannot set are refused, by name", (t) => {
  const socket = sockets(t);
  for (const [name, idle] of REFUSED_OPTIONS) {
    const asks = typeof idle === "string" ? "some" : idle + 1;
    assert.throws(() => socket("DEALER", { [name]: asks }), { code: "EINVAL", option: name });
    socket("DEALER", { [name]: idle });
  }
  socket("DEALER", { socksProxy: new Uint8Array(0) });
  socket("PUB", { affinity: 1, rate: 7, recoveryInterval: 7, multicastHops: 7 });
});

test("values that libzmq does not take are refused, by the option's name", (t) => {
  const socket = sockets(t);
  const wrong: [name: string, value: number, why: RegExp][] = [
    ["sendHighWaterMark", -1, /^is 0 or more, not -1$/],
    ["lingerPeriod", -2, /^is -1 or more, not -2$/],
    ["rate", 0, /^is 1 or more, not 0$/],
    ["tcpKeepalive", 2, /^is -1, 0 or 1, not 2$/],
    ["heartbeatTimeToLive", 6_553_600, /^is 6553599 or less, not 6553600$/],
  ];
  for (const [name, value, message] of wrong) {
    const refused = { code: "EINVAL", option: name, message };
    assert.throws(() => socket("DEALER", { [name]: value }), refused);
  }
  socket("DEALER", { lingerPeriod: -1, tcpKeepalive: 1, maxMessageSize: -1, rate: 1 });
});

test("who prints a socket sees no secret of it", (t) => {
  const socket = sockets(t);
  const { publicKey, secretKey } = curveKeyPair();
  const keys = { curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey: publicKey };
  for (const [options, secret] of [
    [{ plainUsername: "ada", plainPassword: "P4ssword" }, "P4ssword"],
    [keys, secretKey],
  ] as const) {
    const printed = inspect(socket("DEALER", options).socket, { depth: 20, showHidden: true });
    assert.ok(!printed.includes(secret));
  }
});

test("addresses that are none, or not ours, are refused", async (t) => {
  const push = sockets(t)("PUSH");
  const wrong: Record<string, string> = {
    nowhere: "EINVAL",
    "": "EINVAL",
    "://x": "EINVAL",
    "smoke://x": "EPROTONOSUPPORT",
    "wss://127.0.0.1:*": "EPROTONOSUPPORT",
    "tcp://127.0.0.1": "EINVAL",
    "tcp://127.0.0.1:65536": "EINVAL",
    "tcp://127.0.0.1:-1": "EINVAL",
  };
  for (const [address, code] of Object.entries(wrong)) {
    assert.throws(() => push.connect(address), { code }, address);
    assert.throws(() => push.bind(address), { code }, address);
    assert.throws(() => push.socket.remove(address), { code: "ENOENT" });
  }
  assert.throws(() => push.connect("tcp://*:5555"), { code: "EINVAL" });
  assert.throws(() => push.bind("tcp://192.0.2.1:5555"), { code: "EADDRNOTAVAIL" });
  push.connect(NOBODY);
  push.connect(NOBODY);
  push.socket.remove(NOBODY);
  push.socket.remove(NOBODY);
  assert.throws(() => push.socket.remove(NOBODY), { code: "ENOENT" });
  assert.equal(push.socket.writable, false);
});

test("a process ends by itself when nobody waits, and lingers for messages", async () => {
  assert.deepEqual(await run("../testing/idle-sockets.ts"), { code: 0, output: "got late\n" });
});
