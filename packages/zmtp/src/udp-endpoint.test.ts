import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import type { EngineContext, MessageMeta } from "tx0mq";
import { zmtp } from "./engine.js";
import type { SocketTypeName } from "./sockets/types.js";
import { Probe } from "./testing/probe.js";

const HOST = "127.0.0.1";

/** A socket that knows the group of what it has received last. */
class GroupProbe extends Probe {
  group: string | Buffer | undefined;

  override received(frames: Buffer[], meta: MessageMeta | undefined): boolean {
    this.group = meta?.group;
    return super.received(frames, meta);
  }
}

function stage(t: TestContext): (type: SocketTypeName, options?: object) => GroupProbe {
  const context: EngineContext = zmtp.createContext({ shared: false });
  const probes: GroupProbe[] = [];
  t.after(async () => {
    for (const probe of probes) await probe.close();
    context.release();
  });
  return (type, options = {}) => {
    const probe = new GroupProbe(context, type, { ...options });
    probes.push(probe);
    return probe;
  };
}

/** Somebody who speaks UDP and nothing more. */
async function plain(t: TestContext): Promise<{ socket: Socket; port: number }> {
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  socket.bind(0, HOST);
  await once(socket, "listening");
  return { socket, port: socket.address().port };
}

const portOf = (address: string): number => Number(address.split(":").at(-1));

test("a DISH gets what a RADIO sends to groups that it has joined", async (t) => {
  const make = stage(t);
  const [radio, dish] = [make("RADIO"), make("DISH")];
  const address = dish.bind(`udp://${HOST}:*`);
  dish.call((socket) => socket.joinGroup("news"));
  radio.connect(address);
  const send = (group: string, text: string): void => {
    radio.call((socket) => assert.equal(socket.send(text, { group }), undefined));
  };
  send("weather", "rain");
  send("news", "today");
  assert.deepEqual(await dish.next(), ["today"]);
  assert.equal(dish.group, "news");
  dish.call((socket) => socket.leaveGroup("news"));
  dish.call((socket) => socket.joinGroup("weather"));
  send("news", "tomorrow");
  send("weather", "sun");
  assert.deepEqual(await dish.next(), ["sun"]);
});

test("what is malformed does a DISH no harm, and a RADIO makes the same bytes as libzmq", async (t) => {
  const make = stage(t);
  const [radio, dish] = [make("RADIO"), make("DISH")];
  const port = portOf(dish.bind(`udp://${HOST}:*`));
  dish.call((socket) => socket.joinGroup("news"));
  const { socket, port: other } = await plain(t);
  for (const datagram of ["", "\xff", "\x80news", "\x05news", "\x03newsodd", "\x04newsgood"]) {
    socket.send(Buffer.from(datagram, "latin1"), port, HOST);
  }
  assert.deepEqual(await dish.next(), ["good"]);
  // Somebody else may send more than libzmq takes. macOS sends 9,216 bytes at most.
  socket.send(`\x04news${"x".repeat(9000)}`, port, HOST);
  assert.equal((await dish.next())[0]?.length, 9000);
  radio.connect(`udp://${HOST}:${other}`);
  const heard = once(socket, "message");
  radio.call((it) => it.send("x".repeat(9000), { group: "news" })); // too long
  radio.call((it) => it.send("bytes", { group: "news" }));
  assert.equal(String((await heard)[0]), "\x04newsbytes");
});

test("DGRAM sockets tell who has sent what, and answer", async (t) => {
  const make = stage(t);
  const [asking, answering] = [make("DGRAM"), make("DGRAM")];
  const address = answering.bind(`udp://${HOST}:*`).replace("udp://", "");
  const own = asking.bind(`udp://${HOST}:*`).replace("udp://", "");
  const noName = "x".repeat(300); // nobody is asked for it
  for (const nowhere of ["", "nowhere", `${noName}:5`, `${HOST}:0`, `${HOST}:x`]) {
    await asking.send(nowhere, "lost");
  }
  await asking.send(address, "question");
  const [from = "", question] = await answering.next();
  assert.deepEqual([from, question], [`${own}\0`, "question"]);
  await answering.send(from, "");
  assert.deepEqual(await asking.next(), [`${address}\0`, ""]);
});

test("a second address of a DGRAM is let go, and one that is removed is free", async (t) => {
  const make = stage(t);
  const dgram = make("DGRAM");
  const first = dgram.bind(`udp://${HOST}:*`);
  const second = dgram.bind(`udp://${HOST}:*`);
  const { socket } = await plain(t);
  const taken = createSocket("udp4").bind(portOf(second), HOST);
  t.after(() => taken.close());
  await once(taken, "listening");
  dgram.call((it) => it.remove(first));
  assert.equal(dgram.socket.writable, false);
  const third = dgram.bind(first);
  assert.equal(third, first);
  socket.send("hello", portOf(first), HOST);
  assert.equal((await dgram.next())[1], "hello");
});

test("what comes when nobody reads is dropped, beyond the high-water mark", async (t) => {
  const make = stage(t);
  const dgram = make("DGRAM", { receiveHighWaterMark: 2 });
  const port = portOf(dgram.bind(`udp://${HOST}:*`));
  const { socket } = await plain(t);
  for (let n = 0; n < 5; n += 1) socket.send(String(n), port, HOST);
  // Answers to itself, behind all these.
  const echo = make("DGRAM");
  const behind = portOf(echo.bind(`udp://${HOST}:*`));
  socket.send("end", behind, HOST);
  await echo.next();
  const got = [await dgram.next(), await dgram.next()].map(([, text]) => text);
  assert.deepEqual(got, ["0", "1"]);
  socket.send("after", port, HOST);
  assert.equal((await dgram.next())[1], "after");
});

test("sockets may share an address, but not with who has it for himself", async (t) => {
  const make = stage(t);
  const [one, other] = [make("DGRAM"), make("DISH")];
  const address = one.bind(`udp://${HOST}:*`);
  assert.equal(other.bind(address), address);
  const { port } = await plain(t);
  assert.throws(() => make("DGRAM").bind(`udp://${HOST}:${port}`), { code: "EADDRINUSE" });
});

test("a DGRAM that is full waits", async (t) => {
  const make = stage(t);
  const dgram = make("DGRAM", { sendHighWaterMark: 2 });
  dgram.bind(`udp://${HOST}:*`);
  const { socket, port } = await plain(t);
  let heard = 0;
  socket.on("message", () => {
    heard += 1;
    dgram.changed();
  });
  for (let n = 0; n < 10; n += 1) await dgram.send(`${HOST}:${port}`, String(n));
  await dgram.until(() => heard === 10);
});

test("types that have no use for UDP do not use it, and DGRAM nothing else", (t) => {
  const make = stage(t);
  const wrong: [SocketTypeName, "bind" | "connect", string][] = [
    ...(["PAIR", "PUB", "STREAM", "CLIENT", "RADIO"] as const).map(
      (type) => [type, "bind", "udp"] as [SocketTypeName, "bind", string],
    ),
    ...(["PAIR", "PUB", "STREAM", "CLIENT", "DISH", "DGRAM"] as const).map(
      (type) => [type, "connect", "udp"] as [SocketTypeName, "connect", string],
    ),
    ["DGRAM", "bind", "tcp"],
    ["DGRAM", "connect", "tcp"],
  ];
  for (const [type, how, transport] of wrong) {
    const probe = make(type);
    assert.throws(() => probe[how](`${transport}://${HOST}:5555`), { code: "ENOCOMPATPROTO" });
  }
});
