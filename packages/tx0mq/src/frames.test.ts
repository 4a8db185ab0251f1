import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import {
  EMPTY,
  type Frame,
  unwrap,
  wrap,
  ZmqArgumentError,
  ZmqDealerConnection,
  ZmqProtocolError,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqXREQConnection,
  ZmqXSubConnection,
} from "./index.js";
import { failure, next, place, prove, text, until } from "./testing/stage.js";

const frames = (...texts: string[]): Buffer[] => texts.map((one) => Buffer.from(one));

test("wrap puts an address and an empty frame in front of a message", () => {
  assert.deepEqual(wrap("worker", ["client", EMPTY, "work"]), [
    ...["worker", EMPTY, "client", EMPTY, "work"],
  ]);
  assert.deepEqual(wrap("worker", "END"), ["worker", EMPTY, "END"]);
  assert.deepEqual(wrap("worker", Buffer.from("END")), ["worker", EMPTY, Buffer.from("END")]);
});

test("unwrap takes the outermost envelope off, however deep it is", () => {
  assert.deepEqual(unwrap(frames("worker", "", "client", "", "reply")), {
    address: Buffer.from("worker"),
    envelope: frames("worker", ""),
    body: frames("client", "", "reply"),
  });
  assert.deepEqual(unwrap(frames("broker", "broker", "client", "", "a", "b")), {
    address: Buffer.from("broker"),
    envelope: frames("broker", "broker", "client", ""),
    body: frames("a", "b"),
  });
});

test("an envelope may have no address, and a body may be one empty frame", () => {
  assert.deepEqual(unwrap(frames("", "reply")), {
    address: EMPTY,
    envelope: [EMPTY],
    body: frames("reply"),
  });
  assert.deepEqual(unwrap(frames("client", "", "")).body, [EMPTY]);
});

test("wrap and unwrap are each other's way back", () => {
  const message = frames("client", "", "request");
  const { address, envelope, body } = unwrap(wrap(Buffer.from("worker"), message) as Buffer[]);
  assert.deepEqual(body, message);
  assert.deepEqual(wrap(address, body), [...envelope, ...body]);
});

test("unwrap refuses what has no envelope, or no body", () => {
  for (const malformed of [[], ["one"], ["client", "request"], ["client", ""], [""]]) {
    assert.throws(
      () => unwrap(frames(...malformed)),
      (error) => {
        failure(ZmqProtocolError, /empty frame/)(error);
        assert.deepEqual((error as ZmqProtocolError).frames, frames(...malformed));
        return true;
      },
    );
  }
});

test("unwrap leaves the message as it was", () => {
  const message = frames("client", "", "request");
  unwrap(message).body.push(EMPTY);
  assert.deepEqual(message, frames("client", "", "request"));
});

/** Bytes in all the shapes that a frame may have, with what is sent of them. */
function shapes(size: number): [what: string, frame: Frame, bytes: Buffer][] {
  const bytes = Buffer.from(Array.from({ length: size + 16 }, (_, n) => n & 0xff));
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const plain = new Uint8Array(bytes).buffer;
  const arrays = [
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array],
  ];
  const inside = bytes.subarray(8, 8 + size);
  const made: [string, Frame, Buffer][] = [
    ["ArrayBuffer", plain, bytes],
    ["SharedArrayBuffer", shared, bytes],
    ["Buffer", inside, inside],
  ];
  for (const [where, buffer] of Object.entries({ plain, shared, other: elsewhere(bytes) })) {
    made.push([`DataView, ${where}`, new DataView(buffer, 8, size), inside]);
    for (const View of arrays) {
      const length = size / View.BYTES_PER_ELEMENT;
      made.push([`${View.name}, ${where}`, new View(buffer as ArrayBuffer, 8, length), inside]);
    }
  }
  made.push(["an ArrayBuffer from elsewhere", elsewhere(bytes), bytes]);
  return made;
}

/** An ArrayBuffer of another realm, as test runners have them. */
function elsewhere(bytes: Buffer): ArrayBuffer {
  const buffer = runInNewContext(`new ArrayBuffer(${bytes.length})`) as ArrayBuffer;
  new Uint8Array(buffer).set(bytes);
  return buffer;
}

/** Publishes until the subscription has arrived, and has the subscriber receive it all. */
async function subscribed(pub: ZmqPubConnection, sub: ZmqSubConnection): Promise<void> {
  let sent = 0;
  await until(() => {
    void pub.publish(String(++sent), "sync");
    return sub.readable;
  });
  while (ZmqSubConnection.unwrap(await sub.receive()).message.toString() !== String(sent));
}

for (const size of [8, 800]) {
  prove(`bytes of any shape are sent as they are: ${size} of them`, async (stage) => {
    const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
    const push = stage.connect(ZmqPushConnection, pull);
    const sub = stage.bind(ZmqSubConnection, {}, place("inproc"));
    sub.subscribe();
    const pub = stage.connect(ZmqPubConnection, sub, { singleFrame: true });
    await subscribed(pub, sub);
    for (const [what, frame, bytes] of shapes(size)) {
      const message = ["before", frame, EMPTY];
      await Promise.all([push.send(message), push.send(frame), push.send("after")]);
      assert.deepEqual(await pull.receive(), [Buffer.from("before"), bytes, EMPTY], what);
      assert.deepEqual(await pull.receive(), [bytes], what);
      assert.deepEqual(await next(pull), ["after"]);
      assert.equal(message[1], frame, "the sender's list stays as it was");
      await pub.publish(frame, "tag");
      assert.deepEqual(await sub.receive(), [Buffer.concat([Buffer.from("tag\0"), bytes])], what);
    }
  });
}

prove("a view of no bytes is an empty frame", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull);
  const empty = new ArrayBuffer(0);
  for (const frame of [empty, new SharedArrayBuffer(0), new DataView(empty), Buffer.alloc(0), ""]) {
    await push.send([frame, "x"]);
    assert.deepEqual(await next(pull), ["", "x"]);
  }
});

/** Frames whose bytes have been taken away. */
function takenAway(): Frame[] {
  const one = new ArrayBuffer(16);
  const made = [
    one,
    new Uint8Array(one),
    new DataView(one),
    Buffer.from(one),
    new Float64Array(one),
  ];
  structuredClone(one, { transfer: [one] });
  return made;
}

prove("bytes that have been transferred are refused at once", async (stage) => {
  const pull = stage.bind(ZmqPullConnection, {}, place("inproc"));
  const push = stage.connect(ZmqPushConnection, pull);
  const pub = stage.bind(ZmqPubConnection, { singleFrame: true });
  const xreq = stage.bind(ZmqXREQConnection);
  const why = failure(ZmqArgumentError, /cannot send bytes that are not here any more/);
  for (const frame of takenAway()) {
    const before = push.send("before");
    await assert.rejects(push.send(frame), why);
    await assert.rejects(push.send(["x", frame]), why);
    await assert.rejects(pub.publish("x", frame), why);
    await assert.rejects(pub.publish(frame), why);
    await assert.rejects(xreq.sendMsg("x", frame), why);
    await before;
    assert.deepEqual(await next(pull), ["before"]);
  }
});

prove("a tag may be bytes of any shape, and nothing else", async (stage) => {
  const sub = stage.bind(ZmqSubConnection, {}, place("inproc"));
  const xsub = stage.make(ZmqXSubConnection);
  const pub = stage.connect(ZmqPubConnection, sub);
  for (const tag of [new DataView(new ArrayBuffer(4), 4), new Uint16Array([0x4142])]) {
    sub.subscribe(tag);
    await until(() => {
      void pub.publish("message", "BAR");
      return sub.readable;
    });
    assert.deepEqual(await next(sub), ["BAR", "message"]);
    sub.unsubscribe(tag);
  }
  for (const wrong of [null, 5, {}, ["tag"]] as never[]) {
    assert.throws(() => sub.subscribe(wrong), failure(ZmqArgumentError, /cannot send/));
    assert.throws(() => sub.unsubscribe(wrong), failure(ZmqArgumentError, /cannot send/));
    await assert.rejects(xsub.subscribe(wrong), failure(ZmqArgumentError, /cannot send/));
  }
});

prove("a broker sends a request to a worker and its reply back", async (stage) => {
  const frontend = stage.bind(ZmqRouterConnection);
  const backend = stage.bind(ZmqRouterConnection);
  const client = stage.connect(ZmqReqConnection, frontend);
  const worker = stage.connect(ZmqReqConnection, backend);
  await Promise.all([client.send("request"), worker.send("READY")]);

  const { address, body } = unwrap(await backend.receive());
  assert.deepEqual(text(body), ["READY"]);
  await backend.send(wrap(address, await frontend.receive()));

  const request = unwrap(await worker.receive());
  assert.deepEqual(text(request.body), ["request"]);
  await worker.send([...request.envelope, "reply"]);

  await frontend.send(unwrap(await backend.receive()).body);
  assert.deepEqual(await next(client), ["reply"]);
});

prove("a DEALER speaks to a REP", async (stage) => {
  const rep = stage.bind(ZmqRepConnection);
  const dealer = stage.connect(ZmqDealerConnection, rep);
  await dealer.send([EMPTY, "request"]);
  await rep.receive();
  await rep.send("reply");
  assert.deepEqual(text(unwrap(await dealer.receive()).body), ["reply"]);
});
