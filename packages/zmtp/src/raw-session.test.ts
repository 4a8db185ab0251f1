import assert from "node:assert/strict";
import { once } from "node:events";
import * as net from "node:net";
import { type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { EngineContext } from "tx0mq";
import { zmtp } from "./engine.js";
import { Probe } from "./testing/probe.js";

const HOST = "127.0.0.1";
const MIB = 1024 * 1024;

/** A STREAM socket that knows the id of who has sent last. */
class Streamer extends Probe {
  id: Buffer = Buffer.alloc(0);

  constructor(context: EngineContext, options: Readonly<Record<string, unknown>>) {
    super(context, "STREAM", options);
  }

  keep = (_bytes: Buffer): unknown => undefined;

  override received(frames: Buffer[]): boolean {
    this.keep(frames[1] as Buffer);
    this.id = frames[0] as Buffer;
    return super.received(frames.slice(1), undefined);
  }

  /** The next bytes. */
  async bytes(): Promise<string> {
    const [bytes = ""] = await this.next();
    return bytes;
  }

  /** Sends to who has sent last. @returns whether it was taken */
  answer(bytes: Buffer | string): boolean {
    return this.call((socket) => socket.send([this.id, bytes])) === undefined;
  }
}

function stream(t: TestContext, options = {}): Streamer {
  const context = zmtp.createContext({ shared: false });
  const streamer = new Streamer(context, options);
  t.after(async () => {
    await streamer.close();
    context.release();
  });
  return streamer;
}

function client(t: TestContext, address: string): net.Socket {
  const socket = net.connect(Number(new URL(address).port), HOST);
  socket.on("error", () => undefined);
  t.after(() => socket.destroy());
  return socket;
}

test("what a peer does is told in its order, also where it has gone before anybody looks", async (t) => {
  const serving = stream(t);
  serving.call((socket) => socket.monitor());
  client(t, serving.bind(`tcp://${HOST}:*`)).end("bytes");
  await serving.until(() => serving.types("disconnect").length > 0);
  assert.equal(await serving.bytes(), "");
  const { id } = serving;
  assert.equal(await serving.bytes(), "bytes");
  assert.equal(await serving.bytes(), "");
  assert.deepEqual(serving.id, id);
  assert.deepEqual(serving.types(), ["bind", "accept", "disconnect"]);
  await turn();
  assert.throws(() => serving.answer("late"), { code: "EHOSTUNREACH" });
});

test("a reply leaves before its connection is ended, however long it is", async (t) => {
  const serving = stream(t);
  const asking = client(t, serving.bind(`tcp://${HOST}:*`));
  await serving.bytes();
  for (let n = 0; n < 40; n += 1) assert.equal(serving.answer(Buffer.alloc(MIB, n)), true);
  assert.equal(serving.answer(""), true);
  assert.throws(() => serving.answer("late"), { code: "EHOSTUNREACH" });
  let size = 0;
  for await (const chunk of asking) size += (chunk as Buffer).length;
  assert.equal(size, 40 * MIB);
});

test("who sends and is not read, or is sent to and does not read, is held up", async (t) => {
  const serving = stream(t, { receiveHighWaterMark: 2, sendHighWaterMark: 2 });
  const peer = client(t, serving.bind(`tcp://${HOST}:*`));
  serving.wants = 1;
  await serving.bytes();
  const flood = Buffer.alloc(64 * MIB);
  peer.write(flood);
  await turn();
  peer.pause();
  while (serving.answer(Buffer.alloc(MIB))) await turn();
  assert.equal(peer.writableNeedDrain, true);
  let size = 0;
  serving.wants = Number.POSITIVE_INFINITY;
  while (size < flood.length) size += (await serving.bytes()).length;
  assert.equal(size, flood.length);
  peer.resume();
  await once(peer, "data");
});

test("a connection that is lost is made anew, and one that was ended is not", async (t) => {
  const server = net.createServer();
  t.after(() => server.close());
  server.listen(0, HOST);
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  const accepted: net.Socket[] = [];
  server.on("connection", (socket) => {
    accepted.push(socket);
    socket.on("error", () => undefined).resume();
    if (accepted.length === 1) socket.end("bye");
  });
  const asking = stream(t, { reconnectInterval: 1 });
  asking.call((socket) => socket.monitor());
  asking.connect(`tcp://${HOST}:${port}`);
  const told = ["", "bye", "", ""]; // it is there, says so, is lost, and there again
  for (const bytes of told) assert.equal(await asking.bytes(), bytes);
  assert.equal(asking.answer(""), true);
  await once(accepted[1] as net.Socket, "close");
  // Another one that comes later would find it there already.
  const other = stream(t, { reconnectInterval: 1 });
  other.connect(`tcp://${HOST}:${port}`);
  await other.bytes();
  assert.equal(accepted.length, 3);
  assert.deepEqual(asking.types("connect", "connect:retry"), [
    "connect",
    "connect:retry",
    "connect",
  ]);
});

test("bytes stay what they were, whatever comes behind them", async (t) => {
  const server = net.createServer((socket) => {
    for (let n = 0; n < 3; n += 1) setImmediate(() => socket.write(Buffer.alloc(1000, `${n}`)));
    socket.once("data", () => socket.end(Buffer.alloc(1000, "3")));
  });
  t.after(() => server.close());
  server.listen(0, HOST);
  await once(server, "listening");
  const asking = stream(t, { notify: false });
  asking.connect(`tcp://${HOST}:${(server.address() as net.AddressInfo).port}`);
  const got: Buffer[] = [];
  asking.keep = (bytes) => got.push(bytes);
  const size = (): number => got.reduce((sum, { length }) => sum + length, 0);
  while (size() < 3000) await asking.bytes();
  asking.answer("more");
  while (size() < 4000) await asking.bytes();
  const digits = [0, 1, 2, 3].map((n) => `${n}`.repeat(1000)).join("");
  assert.equal(Buffer.concat(got).toString(), digits);
});

test("without notify there are bytes alone", async (t) => {
  const serving = stream(t, { notify: false });
  const address = serving.bind(`tcp://${HOST}:*`);
  for (const text of ["one", "two"]) {
    client(t, address).end(text);
    assert.equal(await serving.bytes(), text);
  }
});

test("over a Unix socket too", async (t) => {
  const [serving, asking] = [stream(t), stream(t)];
  const address = serving.bind("ipc://*");
  asking.connect(address);
  assert.equal(await asking.bytes(), "");
  assert.equal(asking.answer("hello"), true);
  assert.equal(await serving.bytes(), "");
  assert.equal(await serving.bytes(), "hello");
});

test("not over WebSockets, which have messages", (t) => {
  const socket = stream(t);
  for (const act of [
    () => socket.bind("ws://127.0.0.1:*"),
    () => socket.connect("ws://127.0.0.1:1"),
  ]) {
    assert.throws(act, { code: "ENOCOMPATPROTO" });
  }
});
