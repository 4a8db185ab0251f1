import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cases } from "../testing/fuzz.js";
import { Decoder } from "./decoder.js";
import { Encoder } from "./encoder.js";
import { bytesOf, type Frame, type Message, type Outgoing } from "./message.js";

const COPIED = 4096;

/** What a peer reads of pieces. */
function decode(pieces: readonly Uint8Array[]): Message[] {
  const decoder = new Decoder((body) => [Buffer.from("a command"), body], -1);
  decoder.push(Buffer.concat(pieces));
  const messages: Message[] = [];
  for (let next = decoder.next(); next !== undefined; next = decoder.next()) messages.push(next);
  assert.equal(decoder.hasMore, false);
  return messages;
}

function expected(message: Outgoing): Message {
  const frames = (Array.isArray(message) ? message : [message]) as readonly Frame[];
  return frames.map((frame) => Buffer.from(Buffer.from(bytesOf(frame))));
}

function hex(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString("hex");
}

const size = fc.oneof(
  fc.nat(30),
  fc.integer({ min: 80, max: 90 }),
  fc.integer({ min: 250, max: 260 }),
  fc.integer({ min: 1360, max: 1370 }),
  fc.integer({ min: 4090, max: 4100 }),
  fc.nat(70_000),
);
const text = fc
  .tuple(size, fc.constantFrom("a", "é", "€", "😀", "\ud800", "aé", "aaaaaaaaaaaaaaa€"))
  .map(([length, part]) => part.repeat(length).slice(0, length));
const bytes = fc.tuple(size, fc.nat(255)).map(([length, fill]) => Buffer.alloc(length, fill));
const frame: fc.Arbitrary<Frame> = fc.oneof(
  text,
  bytes,
  bytes.map((b) => new Uint8Array(b)),
  bytes.map((b) => new DataView(new Uint8Array(b).buffer)),
  bytes.map((b) => new Uint8Array(b).buffer),
  bytes.map((b) => {
    const shared = new SharedArrayBuffer(b.length);
    new Uint8Array(shared).set(b);
    return shared;
  }),
  bytes.map((b) => new Uint16Array(new Uint8Array(b).buffer.slice(0, b.length & ~1))),
  bytes.map((b) => new Float64Array(b.length >> 3).fill(Math.PI)),
);
const outgoing: fc.Arbitrary<Outgoing> = fc.oneof(
  frame,
  fc.array(frame, { minLength: 1, maxLength: 5 }),
);

test("what it writes is what a decoder reads", () => {
  fc.assert(
    fc.property(fc.array(outgoing, { maxLength: 12 }), (messages) => {
      const encoder = new Encoder();
      for (const message of messages) encoder.add(message);
      const { size } = encoder;
      const pieces = encoder.take();
      assert.equal(
        size,
        pieces.reduce((sum, piece) => sum + piece.length, 0),
      );
      assert.equal(encoder.size, 0);
      assert.deepEqual(decode(pieces), messages.map(expected));
    }),
    cases(300),
  );
});

test("text of every length has the header that RFC 37 asks for", () => {
  for (const part of ["a", "é", "€", "😀"]) {
    for (const around of [0, 24, 85, 127, 255, 256, 1365, 2048, COPIED]) {
      for (let length = Math.max(0, around - 3); length < around + 4; length += 1) {
        const sent = part.repeat(length);
        const encoder = new Encoder();
        encoder.add(sent);
        const { length: size } = Buffer.from(sent);
        const header =
          size < 256 ? Buffer.of(0, size) : Buffer.of(2, 0, 0, 0, 0, 0, 0, size >> 8, size);
        const wire = Buffer.concat([header, Buffer.from(sent)]);
        assert.ok(wire.equals(Buffer.concat(encoder.take())), `${length} times ${part}`);
      }
    }
  }
});

test("frames, commands and raw bytes, byte for byte", () => {
  const encoder = new Encoder();
  encoder.add("");
  encoder.add(["a", Buffer.of(1, 2), ""]);
  encoder.add([]);
  encoder.addCommand(Buffer.from("\x04PONG", "latin1"));
  encoder.addRaw(Buffer.of(0xff, 0x7f));
  assert.equal(
    hex(encoder.take()),
    "0000" + "010161" + "01020102" + "0000" + "0000" + "040504504f4e47" + "ff7f",
  );
  encoder.addCommand(Buffer.alloc(256));
  assert.equal(hex(encoder.take()), `060000000000000100${"00".repeat(256)}`);
  encoder.add([Buffer.alloc(256), Buffer.alloc(0)]);
  assert.equal(hex(encoder.take()), `030000000000000100${"00".repeat(256)}0000`);
});

test("large frames are not copied, and what is around them keeps its place", () => {
  const large = Buffer.alloc(COPIED + 1, 7);
  const encoder = new Encoder();
  encoder.add(["head", large, "tail"]);
  encoder.addRaw(large);
  const pieces = encoder.take();
  assert.equal(pieces.filter((piece) => piece === large).length, 2);
  assert.equal(pieces.length, 4);
  assert.deepEqual(decode(pieces.slice(0, 3)), [[Buffer.from("head"), large, Buffer.from("tail")]]);
  encoder.add(Buffer.alloc(COPIED));
  assert.equal(encoder.take().length, 1);
});

test("a slab that is full leaves what lies in it as it is", () => {
  const encoder = new Encoder();
  const messages: string[] = [];
  for (let n = 0; n < 30_000; n += 1) {
    const message = `message ${n} ${"x".repeat(n % 50)}`;
    messages.push(message);
    encoder.add(message);
  }
  assert.deepEqual(
    decode(encoder.take()).map(([body]) => String(body)),
    messages,
  );
});

test("`reuse` never writes over what has not left", () => {
  // What a connection does: it adds, takes while nothing is on its way, and gives back what has left.
  const step = fc.oneof(
    outgoing.map((message) => ({ message })),
    fc.constantFrom("take" as const, "left" as const, "reuse" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const encoder = new Encoder();
      const sent: Message[] = [];
      const left: Buffer[] = [];
      let onItsWay: Uint8Array[] = [];
      const leave = () => {
        left.push(...onItsWay.map((piece) => Buffer.from(new Uint8Array(piece).buffer)));
        onItsWay = [];
      };
      for (const step of steps) {
        if (typeof step === "object") {
          encoder.add(step.message);
          sent.push(expected(step.message));
        } else if (step === "take") onItsWay.push(...encoder.take());
        else {
          leave();
          if (step === "reuse") encoder.reuse();
        }
      }
      onItsWay.push(...encoder.take());
      leave();
      assert.deepEqual(decode(left), sent);
    }),
    cases(300),
  );
});

test("memory that has left is written to again", () => {
  const encoder = new Encoder();
  const memory = new Set<unknown>();
  for (let n = 0; n < 1000; n += 1) {
    for (let m = 0; m < 10; m += 1) encoder.add(`message ${n}`);
    for (const piece of encoder.take()) memory.add(piece.buffer);
    encoder.reuse();
  }
  assert.equal(memory.size, 1);
});

test("what another encoder was given is copied where it is little, and shared where it is much", () => {
  const once = new Encoder();
  for (const message of ["", ["tag", Buffer.alloc(16, 1)], ["é", "x".repeat(900)]]) {
    once.add(message);
  }
  const little = once.take();
  for (let n = 0; n < 100; n += 1) once.add(Buffer.alloc(100, n));
  const much = once.take();
  const peers = [new Encoder(), new Encoder()];
  for (const peer of peers) {
    peer.add("mine");
    for (const piece of [...little, ...much]) peer.addRaw(piece);
    peer.add("mine");
  }
  const own = new Encoder();
  own.add("mine");
  const [mine] = own.take() as [Uint8Array];
  for (const peer of peers) {
    const pieces = peer.take();
    assert.ok(Buffer.concat(pieces).equals(Buffer.concat([mine, ...little, ...much, mine])));
    assert.ok(much.some((piece) => pieces.includes(piece)));
    assert.ok(!little.some((piece) => pieces.includes(piece)));
  }
});
