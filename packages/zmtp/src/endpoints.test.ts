import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmdirSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { writeCommand } from "./protocol/commands.js";
import { COMMAND } from "./protocol/decoder.js";
import { writeGreeting } from "./protocol/greeting.js";
import { type Probe, sockets } from "./testing/probe.js";

const ANYWHERE = "tcp://127.0.0.1:*";
const QUICK = { reconnectInterval: 1 };

/** Makes sockets that are monitored. */
function monitored(t: TestContext): ReturnType<typeof sockets> {
  const socket = sockets(t);
  return (type, options) => {
    const probe = socket(type, options);
    probe.socket.monitor();
    return probe;
  };
}

/** The events, once there are so many. */
async function events(probe: Probe, count: number): Promise<string[]> {
  await probe.until(() => probe.events.length >= count, `${count} events`);
  return probe.types();
}

/** A peer of which every byte is ours. */
class Raw {
  readonly socket: net.Socket;
  readonly closed: Promise<unknown>;

  constructor(address: string) {
    const { port } = new URL(address);
    this.socket = net.connect(Number(port), "127.0.0.1");
    this.socket.on("error", () => undefined);
    this.socket.resume();
    this.closed = once(this.socket, "close");
  }

  /** As a peer of NULL with this READY, or another body. */
  greet(body: string | Buffer): void {
    this.socket.write(writeGreeting("NULL", false));
    const command = Buffer.from(body);
    this.socket.write(Buffer.concat([Buffer.of(COMMAND, command.length), command]));
  }
}

const ready = (type: string): string =>
  `\x05READY\x0bSocket-Type\0\0\0${String.fromCharCode(type.length)}${type}`;

test("a monitor tells of a connection what libzmq's does, in the same order", async (t) => {
  const socket = monitored(t);
  const [push, pull] = [socket("PUSH", QUICK), socket("PULL")];
  const address = pull.bind(ANYWHERE);
  push.connect(address);
  await push.send("hello");
  await pull.next();
  await events(push, 3);
  await pull.close();
  await push.until(() => push.types("connect:retry").length > 1);
  const told = push.types();
  assert.deepEqual(told.slice(0, 8), [
    "connect:delay",
    "connect",
    "handshake",
    "disconnect",
    "connect:retry",
    "connect:delay",
    "close",
    "connect:retry",
  ]);
  assert.deepEqual(pull.types(), ["bind", "accept", "handshake", "close"]);
  for (const event of [...push.events, ...pull.events]) assert.equal(event.address, address);
  assert.equal(push.events[4]?.interval, 1);
});

test("over ipc it does not tell that a connection takes a while", async (t) => {
  const socket = monitored(t);
  const [push, pull] = [socket("PUSH"), socket("PULL")];
  const address = pull.bind("ipc://*");
  push.connect(address);
  assert.deepEqual(await events(push, 2), ["connect", "handshake"]);
  push.socket.remove(address);
  await pull.until(() => pull.types().includes("disconnect"));
  pull.socket.remove(address);
  assert.deepEqual(await events(pull, 5), ["bind", "accept", "handshake", "disconnect", "close"]);
  assert.deepEqual(push.types(), ["connect", "handshake"]);
});

test("an unbind frees the address at once, and ends the connections when all has left", async (t) => {
  const socket = monitored(t);
  const [push, pull, next] = [socket("PUSH"), socket("PULL"), socket("PUSH")];
  const address = push.bind(ANYWHERE);
  pull.connect(address);
  await pull.until(() => pull.types().includes("handshake"));
  for (let n = 0; n < 500; n += 1) await push.send("x".repeat(10_000), String(n));
  push.socket.remove(address);
  next.bind(address);
  for (let n = 0; n < 500; n += 1) assert.equal((await pull.next())[1], String(n));
  await next.send("from the next");
  assert.deepEqual(await pull.next(), ["from the next"]);
  assert.deepEqual(push.types(), ["bind", "accept", "handshake", "close"]);
});

test("messages wait for a peer that comes back", async (t) => {
  const socket = monitored(t);
  const push = socket("PUSH", QUICK);
  const first = socket("PULL");
  const address = first.bind(ANYWHERE);
  push.connect(address);
  await push.send("first");
  assert.deepEqual(await first.next(), ["first"]);
  await first.close();
  await push.until(() => push.types().includes("disconnect"));
  await push.send("second");
  const second = socket("PULL");
  second.bind(address);
  assert.deepEqual(await second.next(), ["second"]);
});

test("without an interval a lost connection is not tried again", async (t) => {
  const socket = monitored(t);
  const [push, pull] = [socket("PUSH", { reconnectInterval: -1 }), socket("PULL")];
  push.connect(pull.bind(ANYWHERE));
  await push.send("hello");
  await pull.next();
  await pull.close();
  await push.until(() => push.types().includes("disconnect"));
  assert.equal(push.socket.writable, false);
  assert.deepEqual(push.types("connect:retry"), []);
});

test("types that do not fit fail in the handshake, and are not tried again", async (t) => {
  const socket = monitored(t);
  const [sub, pull] = [socket("SUB", QUICK), socket("PULL")];
  sub.connect(pull.bind(ANYWHERE));
  const failed = ["handshake:error:protocol", "disconnect"];
  assert.deepEqual(await events(sub, 4), ["connect:delay", "connect", ...failed]);
  await events(pull, 4);
  assert.deepEqual(pull.types().slice(2, 3), failed.slice(0, 1));
  const good = socket("PUSH");
  good.connect(pull.events[0]?.address as string);
  await good.send("fits");
  assert.deepEqual(await pull.next(), ["fits"]);
  assert.equal(sub.events.length, 4);
});

test("mechanisms that do not fit fail in the handshake, and are not tried again", async (t) => {
  const socket = monitored(t);
  const [push, pull] = [socket("PUSH", QUICK), socket("PULL", { plainServer: true })];
  push.connect(pull.bind(ANYWHERE));
  await push.send("never arrives");
  const failed = ["handshake:error:protocol", "disconnect"];
  assert.deepEqual(await events(push, 4), ["connect:delay", "connect", ...failed]);
  assert.deepEqual(await events(pull, 4), ["bind", "accept", ...failed]);
  assert.equal(push.socket.writable, false);
  await push.close(-1); // nobody is left who could take it
});

test("a server that refuses us with an ERROR is not tried again, whatever its reason", async (t) => {
  const socket = monitored(t);
  for (const reason of ["400", "300", "", "not today"]) {
    const error = writeCommand("ERROR", Buffer.of(reason.length), Buffer.from(reason));
    const server = net.createServer((one) => {
      one.on("error", () => undefined).resume();
      one.write(writeGreeting("NULL", false));
      one.write(Buffer.concat([Buffer.of(COMMAND, error.length), error]));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const push = socket("PUSH", QUICK);
    push.connect(`tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
    await push.send("never arrives");
    await push.until(() => push.types("disconnect").length > 0);
    assert.equal(push.socket.writable, false, reason);
    assert.deepEqual(push.types("connect:retry"), [], reason);
  }
});

test("over ws, mechanisms that do not fit fail in the handshake, and so does an answer that is none", async (t) => {
  const socket = monitored(t);
  const [push, pull] = [socket("PUSH", QUICK), socket("PULL", { plainServer: true })];
  push.connect(pull.bind("ws://127.0.0.1:*"));
  const failed = ["handshake:error:protocol", "disconnect"];
  const told = ["connect:delay", "connect", ...failed, "connect:retry"];
  assert.deepEqual((await events(push, 6)).slice(0, 6), [...told, "connect:delay"]);
  assert.deepEqual((await events(pull, 4)).slice(0, 4), ["bind", "accept", ...failed]);
  assert.match(String(push.events[2]?.error), /400/);
  const { error } = pull.events[2] ?? {};
  assert.match(String(error), /"ZWS2.0\/NULL, ZWS2.0", and ours is ZWS2.0\/PLAIN/);
  assert.equal((error as NodeJS.ErrnoException).code, "ERR_ZMTP_MECHANISM_MISMATCH");

  const other = net.createServer((one) => one.on("error", () => undefined).destroy());
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  t.after(() => other.close());
  const sub = socket("SUB", QUICK);
  sub.connect(`ws://127.0.0.1:${(other.address() as net.AddressInfo).port}`);
  const lost = ["handshake:error:other", "disconnect"];
  assert.deepEqual((await events(sub, 4)).slice(0, 4), ["connect:delay", "connect", ...lost]);
});

const GARBAGE: Record<string, [send: (raw: Raw) => void, event: string, text?: RegExp]> = {
  "speaks HTTP": [
    (raw) => raw.socket.write(`GET / HTTP/1.0\r\n${"x".repeat(100)}\r\n\r\n`),
    "protocol",
  ],
  "says nothing": [(raw) => raw.socket.end(), "other"],
  "ends within its greeting": [
    (raw) => raw.socket.end(writeGreeting("NULL", false).subarray(0, 20)),
    "other",
  ],
  "sends a message too early": [
    (raw) => {
      raw.socket.write(writeGreeting("NULL", false));
      raw.socket.write(Buffer.from("\0\x03abc"));
    },
    "protocol",
  ],
  "sends another command than READY": [(raw) => raw.greet("\x05HELLO"), "protocol"],
  "is of no type": [(raw) => raw.greet("\x05READY"), "protocol", /does not tell the type/],
  "is of a type that there is not": [
    (raw) => raw.greet(ready("SMOKE\n")),
    "protocol",
    /is a "SMOKE\\n" socket/,
  ],
  "is of a type that does not fit": [
    (raw) => raw.greet(ready("SUB")),
    "protocol",
    /is a SUB socket/,
  ],
  "has metadata that end too early": [(raw) => raw.greet(ready("PUSH").slice(0, -1)), "protocol"],
  "has a command without end": [
    (raw) => {
      raw.socket.write(writeGreeting("NULL", false));
      raw.socket.write(Buffer.from([COMMAND | 2, 0, 0, 0, 1, 0, 0, 0, 0]));
    },
    "protocol",
    /too large$/, // of no option
  ],
};

for (const [how, [send, reason, text]] of Object.entries(GARBAGE)) {
  test(`a peer that ${how} is turned away, and the others do not notice`, async (t) => {
    const socket = monitored(t);
    const [pull, push] = [socket("PULL"), socket("PUSH")];
    const address = pull.bind(ANYWHERE);
    push.connect(address);
    await push.send("before");
    assert.deepEqual(await pull.next(), ["before"]);
    const raw = new Raw(address);
    send(raw);
    await raw.closed;
    assert.deepEqual((await events(pull, 6)).slice(3), [
      "accept",
      `handshake:error:${reason}`,
      "disconnect",
    ]);
    if (text !== undefined) assert.match(String(pull.events[4]?.error?.message), text);
    await push.send("after");
    assert.deepEqual(await pull.next(), ["after"]);
  });
}

test("a peer that breaks the protocol when it is in is turned away, and its messages stay", async (t) => {
  const pull = monitored(t)("PULL", { maxMessageSize: 10 });
  const raw = new Raw(pull.bind(ANYWHERE));
  raw.greet(ready("PUSH"));
  raw.socket.write(Buffer.from("\0\x03abc\x01\x03not\0\x0bmuch too long"));
  await raw.closed;
  assert.deepEqual(await pull.next(), ["abc"]);
  assert.deepEqual(await events(pull, 4), ["bind", "accept", "handshake", "disconnect"]);
  assert.equal(pull.socket.readable, false);
  assert.deepEqual(pull.got, []);
});

test("who sends more than maxMessageSize in all frames is disconnected, and not connected to again", async (t) => {
  const socket = monitored(t);
  for (const [how, other] of [
    ["bind", "connect"],
    ["connect", "bind"],
  ] as const) {
    const pull = socket("PULL", { ...QUICK, maxMessageSize: 1000 });
    const push = socket("PUSH", { reconnectInterval: -1 });
    if (how === "bind") push.connect(pull.bind(ANYWHERE));
    else pull.connect(push.bind(ANYWHERE));
    await push.send("x".repeat(400), "x".repeat(600));
    assert.equal((await pull.next()).length, 2);
    await push.send("x".repeat(400), "x".repeat(601));
    await pull.until(() => pull.types("disconnect").length > 0);
    await push.until(() => push.types("disconnect").length > 0);
    assert.deepEqual(pull.types("handshake", "disconnect"), ["handshake", "disconnect"], other);
    assert.deepEqual([pull.got, pull.types("connect:retry")], [[], []]);
  }
});

test("who sends more than maxMessageSize over ws is not connected to again, however much it is", async (t) => {
  const socket = monitored(t);
  for (const size of [1001, 200_000]) {
    const pull = socket("PULL", { ...QUICK, maxMessageSize: 1000 });
    const push = socket("PUSH");
    pull.connect(push.bind("ws://127.0.0.1:*"));
    await push.send("x".repeat(1000));
    await pull.next();
    await push.send("x".repeat(size));
    await pull.until(() => pull.types("disconnect").length > 0);
    assert.deepEqual(pull.types("connect:retry"), [], `${size}`);
  }
});

test("a peer at an address where another program was is connected to", async (t) => {
  const socket = monitored(t);
  const other = net.createServer((one) => {
    one.on("error", () => undefined).resume();
    one.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as net.AddressInfo;
  const [push, pull] = [socket("PUSH", QUICK), socket("PULL")];
  push.connect(`tcp://127.0.0.1:${port}`);
  await push.until(() => push.types("handshake:error:protocol").length >= 2);
  await new Promise((resolve) => other.close(resolve));
  pull.bind(`tcp://127.0.0.1:${port}`);
  await push.send("hello");
  assert.deepEqual(await pull.next(), ["hello"]);
});

test("a peer whose heartbeats came while this process computed is not gone", async (t) => {
  const pull = monitored(t)("PULL");
  const raw = new Raw(pull.bind(ANYWHERE));
  raw.greet(ready("PUSH"));
  const ping = Buffer.from("\x04\x07\x04PING\0\x01"); // with a tenth of a second to live
  const write = net.Socket.prototype.write;
  const computed = new Promise<void>((resolve) => {
    t.mock.method(net.Socket.prototype, "write", function (this: net.Socket, ...args: [Buffer]) {
      const took = write.apply(this, args);
      if (!args[0].includes("PONG")) return took;
      t.mock.restoreAll();
      // In the turn in which it is answered: a later one may begin when the time is over.
      raw.socket.write(Buffer.concat([ping, Buffer.from("\0\x02on")]));
      for (const end = performance.now() + 300; performance.now() < end; );
      resolve();
      return took;
    });
  });
  raw.socket.write(ping);
  await computed;
  assert.deepEqual(await pull.next(), ["on"]);
  assert.deepEqual(pull.types("disconnect"), []);
});

test("a handshake takes so long, and then fails", async (t) => {
  const pull = monitored(t)("PULL", { handshakeInterval: 1 });
  const raw = new Raw(pull.bind(ANYWHERE));
  await raw.closed;
  assert.deepEqual(await events(pull, 4), [
    "bind",
    "accept",
    "handshake:error:other",
    "disconnect",
  ]);
});

test("a close does not wait for peers that hang in the handshake", async (t) => {
  const push = monitored(t)("PUSH");
  const address = push.bind(ANYWHERE);
  const raw = new Raw(address);
  await events(push, 2);
  await push.close(-1);
  await raw.closed;
  assert.deepEqual(push.types(), ["bind", "accept", "close"]);
});

test("an unbind or disconnect in the midst of a handshake ends it", async (t) => {
  const socket = monitored(t);
  const [pull, push] = [socket("PULL"), socket("PUSH")];
  const address = pull.bind(ANYWHERE);
  const raw = new Raw(address);
  await events(pull, 2);
  pull.socket.remove(address);
  await raw.closed;
  const deaf = net.createServer();
  deaf.listen(0, "127.0.0.1");
  await once(deaf, "listening");
  t.after(() => deaf.close());
  const { port } = deaf.address() as net.AddressInfo;
  const accepted = once(deaf, "connection") as Promise<[net.Socket]>;
  push.connect(`tcp://127.0.0.1:${port}`);
  const [peer] = await accepted;
  await events(push, 2);
  push.socket.remove(`tcp://127.0.0.1:${port}`);
  peer.resume();
  await once(peer, "close");
  assert.deepEqual(push.types(), ["connect:delay", "connect"]);
});

test("a listener's address is in use for others", async (t) => {
  const socket = monitored(t);
  const folder = mkdtempSync(join(tmpdir(), "tx0mq-"));
  t.after(() => rmdirSync(folder));
  for (const place of [ANYWHERE, `ipc://${folder}/x`, "inproc://mine"]) {
    const [pull, other] = [socket("PULL"), socket("PULL")];
    const address = pull.bind(place);
    assert.throws(() => other.bind(address), { code: "EADDRINUSE" });
    await pull.close();
    other.bind(address);
    await other.close();
  }
});

for (const immediate of [false, true]) {
  test(`whom a PAIR or ROUTER has no use for is not tried again, immediate: ${immediate}`, async (t) => {
    const socket = monitored(t);
    const options = { ...QUICK, immediate };
    const cases = [
      [socket("PAIR", options), socket("PAIR"), socket("PAIR")],
      [
        socket("ROUTER", options),
        socket("DEALER", { routingId: "same" }),
        socket("DEALER", { routingId: "same" }),
      ],
    ] as const;
    for (const [dialing, first, second] of cases) {
      dialing.connect(first.bind(ANYWHERE));
      await first.send("hello");
      await dialing.next();
      const address = second.bind(ANYWHERE);
      dialing.connect(address);
      if (immediate || dialing === cases[1][0]) {
        await second.until(() => second.types("disconnect").length > 0);
      }
      await first.send("hello again");
      await dialing.next();
      assert.deepEqual(dialing.types("connect:retry"), []);
      // The endpoint is there to be removed, once.
      dialing.call((it) => it.remove(address));
      assert.throws(() => dialing.call((it) => it.remove(address)), { code: "ENOENT" });
      await first.send("still there");
      await dialing.next();
    }
  });
}

test("a peer whose name another has taken over is not tried again", async (t) => {
  const socket = monitored(t);
  const router = socket("ROUTER", { ...QUICK, handover: true });
  const [older, newer] = [
    socket("DEALER", { routingId: "same" }),
    socket("DEALER", { routingId: "same" }),
  ];
  for (const dealer of [older, newer]) {
    router.connect(dealer.bind(ANYWHERE));
    await dealer.send("hello");
    assert.deepEqual(await router.next(), ["same", "hello"]);
  }
  await router.send("same", "to the newer one");
  assert.deepEqual(await newer.next(), ["to the newer one"]);
  assert.deepEqual(older.types("disconnect"), []);
  await older.socket.close(0);
  await router.until(() => router.types("disconnect").length > 0);
  assert.deepEqual(router.types("connect:retry"), []);
});

test("what a peer sends whose name another has taken over is dropped, and its end is seen", async (t) => {
  const socket = monitored(t);
  const router = socket("ROUTER", { handover: true });
  const address = router.bind(ANYWHERE);
  const [older, newer] = [
    socket("DEALER", { routingId: "same", sendHighWaterMark: 1 }),
    socket("DEALER", { routingId: "same" }),
  ];
  for (const dealer of [older, newer]) {
    dealer.connect(address);
    await dealer.send("hello");
    assert.deepEqual(await router.next(), ["same", "hello"]);
  }
  for (let n = 0; n < 50; n += 1) await older.send("x".repeat(100_000));
  await older.socket.close(-1);
  await router.until(() => router.types("disconnect").length > 0);
  await newer.send("still here");
  assert.deepEqual(await router.next(), ["same", "still here"]);
});
