import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ZmqFactory, ZmqXPubConnection, ZmqXSubConnection } from "tx0mq";
import type { Connection } from "./connection.js";
import { Context } from "./context.js";
import { zmtp } from "./index.js";
import { Encoder } from "./protocol/encoder.js";
import type { Message, Outgoing } from "./protocol/message.js";
import { type PipeOwner, RemotePipe } from "./remote-pipe.js";
import { Broadcast } from "./sockets/broadcast.js";
import { Pub } from "./sockets/pub.js";
import { decoded } from "./testing/fake-pipe.js";
import { Probe } from "./testing/probe.js";

test("subscriptions reach a publisher before the messages that were sent meanwhile", {
  timeout: 20_000,
}, async (t) => {
  const factory = new ZmqFactory({ engine: zmtp, lingerPeriod: 0 });
  const folder = mkdtempSync(join(tmpdir(), "zmtp-"));
  t.after(async () => {
    await factory.shutdown();
    rmSync(folder, { recursive: true });
  });
  const address = `ipc://${join(folder, "feed")}`;
  const xsub = new ZmqXSubConnection(factory, { connect: address }, { reconnectInterval: 10 });
  await xsub.send("up");
  await xsub.send("\x01topic");
  const xpub = new ZmqXPubConnection(factory, { bind: address });
  const heard = [String(await xpub.receive()), String(await xpub.receive())];
  assert.deepEqual(heard, ["\x01topic", "up"]);
});

test("who stops at the last message that has come is told of the peer's end behind the next", {
  timeout: 20_000,
}, async (t) => {
  const context = new Context({ shared: false });
  const pull = new Probe(context, "PULL");
  const push = new Probe(context, "PUSH");
  t.after(async () => {
    await pull.close();
    context.release();
  });
  pull.socket.monitor();
  push.socket.monitor();
  push.connect(pull.bind("tcp://127.0.0.1:*"));
  await push.until(() => push.types("handshake").length > 0);
  // It has no time for more than one in a turn, and wants no more than there are.
  pull.hasTime = () => false;
  pull.wants = 3;
  pull.call((socket) => socket.read());
  for (const text of ["one", "two", "three"]) push.call((socket) => socket.send(text));
  await pull.until(() => pull.got.length === 3);
  await push.send("four");
  await push.close(10_000);
  await pull.until(() => pull.types("disconnect").length > 0);
});

/** A connection that keeps what was written to it. */
class Sent implements Connection {
  ready = true;
  idle = true;
  isPlain = true;
  readonly mechanism = undefined;
  readonly peerMinor = 1;
  readonly left = false;
  hasMore = false;
  paused = false;
  readonly written: unknown[] = [];
  flushes = 0;
  readonly #encoder = new Encoder();

  get pending(): number {
    return this.#encoder.size;
  }
  add(message: Outgoing): void {
    this.#encoder.add(message);
  }
  addEncoded(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#encoder.addRaw(piece);
  }
  addCommand(_body: Uint8Array): void {}
  flush(): boolean {
    this.flushes += 1;
    this.written.push(...decoded(this.#encoder.take()).flat());
    return this.idle;
  }
  read(): Message | undefined {
    return undefined;
  }
  pause(): void {}
  readOn(): void {}
  finish(): void {}
  fail(): void {}
  destroy(): void {}
}

/** A connection from which so many messages of so many empty frames have come. */
class Flooded extends Sent {
  override hasMore = true;
  override paused = false;
  taken = 0;

  override read(): Message | undefined {
    this.taken += 1;
    return new Array(65_536).fill(Buffer.alloc(0));
  }
  override pause(): void {
    this.paused = true;
  }
}

test("nobody reads: what is kept is bounded by its frames, too, which may be empty", () => {
  const flooded = new Flooded();
  const pipe = new RemotePipe(new Owner(), {
    sendHighWaterMark: 1000,
    receiveHighWaterMark: 1000,
    conflate: false,
  });
  pipe.connected(flooded);
  pipe.introduced();
  pipe.readable();
  assert.ok(flooded.paused);
  assert.equal(flooded.taken, 1);
  pipe.read();
});

class Owner implements PipeOwner {
  readonly type = new Pub({});
  readonly reading = false;
  readonly told: string[] = [];

  readActivated(): void {}
  writeActivated(): void {
    this.told.push("room");
  }
  pipeTerminated(): void {}
  backlog(): void {
    this.told.push("backlog");
  }
  relieved(): void {
    this.told.push("relieved");
  }
  emptied(): void {
    this.told.push("emptied");
  }
  held(): void {}
}

function pipeTo(connection: Sent, sendHighWaterMark = 3, conflate = false) {
  const owner = new Owner();
  const pipe = new RemotePipe(owner, { sendHighWaterMark, receiveHighWaterMark: 0, conflate });
  pipe.connected(connection);
  pipe.introduced();
  return { owner, pipe };
}

/** A connection from which so many messages have come, and a part of one more. */
class Chatty extends Sent {
  override hasMore = true;
  waiting = 0;

  override read(): Message | undefined {
    if (this.waiting === 0) return undefined;
    this.waiting -= 1;
    return [Buffer.from("x")];
  }
  override pause(): void {
    this.paused = true;
  }
}

test("what comes from a peer that was disowned is dropped, and it is read from on and on", async () => {
  const chatty = new Chatty();
  const { pipe } = pipeTo(chatty);
  pipe.settleSoon();
  chatty.waiting = 3;
  pipe.disown();
  assert.equal(chatty.waiting, 0);
  await endOfTurn();
  chatty.waiting = 3;
  pipe.readable();
  assert.deepEqual([chatty.waiting, chatty.paused, pipe.read()], [0, false, undefined]);
});

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("what is broadcast goes out at the end of the turn, and what is written goes behind it", async () => {
  const connections = [new Sent(), new Sent()] as const;
  const [one, other] = connections.map((connection) => pipeTo(connection, 0).pipe) as [
    RemotePipe,
    RemotePipe,
  ];
  const broadcast = new Broadcast();
  broadcast.begin();
  for (const pipe of [one, other]) assert.ok(pipe.takePart(broadcast));
  broadcast.send("1");
  broadcast.send("2");
  assert.equal(one.empty, false);
  one.write("alone");
  assert.ok(broadcast.over);
  broadcast.begin();
  for (const pipe of [one, other]) assert.ok(pipe.takePart(broadcast));
  broadcast.send("3");
  assert.deepEqual(
    connections.map(({ written }) => written),
    [[], []],
  );
  await endOfTurn();
  assert.ok(broadcast.over);
  assert.deepEqual(
    connections.map(({ written }) => written),
    [
      ["1", "2", "alone", "3"],
      ["1", "2", "3"],
    ],
  );
  assert.equal(one.empty, true);
});

test("what is broadcast waits where the connection is busy, up to the high-water mark", async () => {
  const connection = new Sent();
  const { owner, pipe } = pipeTo(connection);
  const broadcast = new Broadcast();
  connection.idle = false;
  broadcast.begin();
  assert.ok(pipe.takePart(broadcast));
  broadcast.send("1");
  broadcast.send("2");
  assert.ok(!broadcast.over);
  broadcast.send("3");
  assert.ok(broadcast.over);
  broadcast.begin();
  assert.equal(pipe.takePart(broadcast), false);
  assert.equal(pipe.write("4"), false);
  await endOfTurn();
  assert.deepEqual([connection.written, owner.told], [[], ["backlog"]]);
  connection.idle = true;
  pipe.drained();
  assert.deepEqual(connection.written, ["1", "2", "3"]);
  assert.deepEqual(owner.told, ["backlog", "room", "relieved", "emptied"]);
  assert.ok(pipe.takePart(broadcast));
});

test("what is broadcast when the connection is lost waits for the next one", async () => {
  const connection = new Sent();
  const { pipe } = pipeTo(connection);
  const broadcast = new Broadcast();
  broadcast.begin();
  assert.ok(pipe.takePart(broadcast));
  broadcast.send("1");
  connection.idle = false;
  pipe.disconnected(false);
  assert.ok(broadcast.over);
  broadcast.begin();
  assert.equal(pipe.takePart(broadcast), false);
  pipe.write("2");
  const next = new Sent();
  pipe.connected(next);
  pipe.introduced();
  await endOfTurn();
  assert.deepEqual(next.written, ["1", "2"]);
  broadcast.begin();
  assert.ok(pipe.takePart(broadcast));
  broadcast.send("3");
  pipe.terminate();
  assert.ok(broadcast.over);
  assert.equal(pipe.takePart(broadcast), false);
});

test("who gets bytes of its own, or the newest message alone, takes no part in a broadcast", () => {
  const broadcast = new Broadcast();
  broadcast.begin();
  const encrypted = new Sent();
  encrypted.isPlain = false;
  assert.equal(pipeTo(encrypted).pipe.takePart(broadcast), false);
  assert.equal(pipeTo(new Sent(), 3, true).pipe.takePart(broadcast), false);
});

test("much that waited leaves in several turns, though the system takes all of it at once", async () => {
  const connection = new Sent();
  const { owner, pipe } = pipeTo(connection, 0);
  connection.idle = false;
  const message = "m".repeat(2 ** 20);
  for (let n = 0; n < 20; n += 1) pipe.write(message);
  await endOfTurn();
  connection.idle = true;
  pipe.drained();
  assert.equal(connection.written.length, 2);
  pipe.write("the last");
  assert.equal(connection.written.length, 2);
  assert.equal(pipe.empty, false);
  while (!pipe.empty) await endOfTurn();
  assert.equal(connection.written.length, 21);
  assert.equal(connection.written.at(-1), "the last");
  assert.equal(owner.told.at(-1), "emptied");
});

test("subscriptions in a row leave together, behind the messages before them", async () => {
  const connection = new Sent();
  const { pipe } = pipeTo(connection, 0);
  const sent: string[] = [];
  connection.add = (message) => sent.push(String(message));
  connection.addCommand = (body) => sent.push(String(Buffer.from(body).subarray(-1)));
  connection.idle = false;
  pipe.write("waits");
  await endOfTurn();
  connection.idle = true;
  connection.flushes = 0;
  for (const topic of "abc") pipe.command("SUBSCRIBE", Buffer.from(topic));
  pipe.write("m");
  pipe.command("CANCEL", Buffer.from("a"));
  assert.equal(connection.flushes, 1); // for what has waited
  await endOfTurn();
  assert.deepEqual(sent, ["waits", "a", "b", "c", "m", "a"]);
  assert.equal(connection.flushes, 2);
});
