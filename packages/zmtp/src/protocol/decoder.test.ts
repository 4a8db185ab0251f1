import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cases } from "../testing/fuzz.js";
import { COMMAND, Decoder, LONG, MORE, WINDOW } from "./decoder.js";
import { type Message, ProtocolError } from "./message.js";

const READ = 65_536; // what a read of a connection brings at most

function frame(flags: number, body: Uint8Array): Buffer {
  if (body.length < 256) return Buffer.concat([Buffer.of(flags, body.length), body]);
  const header = Buffer.alloc(9);
  header[0] = flags | LONG;
  header.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([header, body]);
}

function longHeader(flags: number, size: bigint): Buffer {
  const header = Buffer.alloc(9);
  header[0] = flags | LONG;
  header.writeBigUInt64BE(size, 1);
  return header;
}

function wire(frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(frames.map((body, n) => frame(n < frames.length - 1 ? MORE : 0, body)));
}

/** Cuts bytes into chunks of these sizes, again and again; each has memory of its own, as those of node:net. */
function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] as number;
    yield Buffer.from(new Uint8Array(bytes.subarray(at, at + size)).buffer);
    at += size;
  }
}

function drain(decoder: Decoder): Message[] {
  const messages: Message[] = [];
  for (let next = decoder.next(); next !== undefined; next = decoder.next()) messages.push(next);
  return messages;
}

function decode(bytes: Buffer, sizes: readonly number[] = [READ], most = -1): Message[] {
  const decoder = new Decoder(() => undefined, most);
  const messages: Message[] = [];
  for (const chunk of cut(bytes, sizes)) {
    decoder.push(chunk);
    messages.push(...drain(decoder));
  }
  return messages;
}

function refused(run: () => unknown, why: RegExp): void {
  assert.throws(run, (error) => error instanceof ProtocolError && why.test(error.message));
}

const body = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 20 }) },
      { weight: 3, arbitrary: fc.integer({ min: 250, max: 260 }) },
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 70_000 }) },
    ),
    fc.integer({ min: 0, max: 255 }),
  )
  .map(([size, seed]) => {
    const bytes = Buffer.alloc(size);
    for (let n = 0; n < size; n += 1) bytes[n] = (seed + n * 31 + (n >> 8)) & 255;
    return bytes;
  });
const message = fc.array(body, { minLength: 1, maxLength: 5 });
const chunkSizes = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 100, max: 9000 }),
    fc.constant(WINDOW),
    fc.constant(READ),
  ),
  { minLength: 1, maxLength: 8 },
);

test("who transfers a frame's memory to a thread does not take it from other frames", () => {
  for (const size of [0, 5, 300, 3000, 10_000]) {
    const sent = wire(Array.from({ length: 20 }, () => Buffer.alloc(size, "x")));
    for (const [bytes, chunk] of [
      [sent, READ],
      [sent, 100],
      [Buffer.concat([sent, Buffer.alloc(READ)]), READ], // a chunk that is copied in parts
    ] as const) {
      const [message = []] = decode(bytes, [chunk]);
      const [first, ...others] = message as [Buffer, ...Buffer[]];
      try {
        structuredClone(first, { transfer: [first.buffer as ArrayBuffer] });
      } catch {
        // Node 20 makes a copy instead, others refuse it.
      }
      assert.equal(others.length, 19);
      for (const frame of others) {
        assert.doesNotThrow(() => frame.at(0)); // it throws without memory
        assert.equal(frame.length, size);
      }
    }
  }
});

test("the first frame of all may be empty", () => {
  const decoder = new Decoder(() => undefined, -1);
  decoder.push(Buffer.allocUnsafeSlow(READ).fill(0).subarray(0, 2));
  assert.deepEqual(decoder.next(), [Buffer.alloc(0)]);
});

test("any chunks of a stream give the same messages and commands, in their order", () => {
  // Each message, and where among its frames a command stands, if anywhere.
  const item = fc.record({ message, command: fc.option(fc.tuple(fc.nat(5), body)) });
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 6 }), chunkSizes, (items, sizes) => {
      const parts: Buffer[] = [];
      const expected: unknown[] = [];
      for (const { message, command } of items) {
        for (const [n, bytes] of message.entries()) {
          if (command !== null && n === command[0]) {
            parts.push(frame(COMMAND, command[1]));
            expected.push({ command: command[1] });
          }
          parts.push(frame(n < message.length - 1 ? MORE : 0, bytes));
        }
        expected.push(message);
      }
      const seen: unknown[] = [];
      const decoder = new Decoder((command) => {
        seen.push({ command: Buffer.from(command) });
        return undefined;
      }, -1);
      for (const chunk of cut(Buffer.concat(parts), sizes)) {
        decoder.push(chunk);
        for (let next = decoder.next(); next !== undefined; next = decoder.next()) seen.push(next);
        assert.equal(decoder.hasMore, false);
      }
      assert.deepEqual(seen, expected);
    }),
    cases(150),
  );
});

test("bytes that come one by one give the same messages", () => {
  const small = fc.array(
    fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
  );
  fc.assert(
    fc.property(small, (messages) => {
      const expected = messages.map((frames) => frames.map((bytes) => Buffer.from(bytes)));
      assert.deepEqual(decode(Buffer.concat(messages.map(wire)), [1]), expected);
    }),
    cases(100),
  );
});

test("every place to cut a stream of edge cases in two gives the same messages", () => {
  const messages = [0, 1, 255, 256, 4096, 4097].map((size) => [
    Buffer.alloc(size, size),
    Buffer.alloc(0),
  ]);
  const bytes = Buffer.concat(messages.map(wire));
  for (let at = 1; at < bytes.length; at += 1) {
    assert.deepEqual(decode(bytes, [at, bytes.length]), messages, `cut at ${at}`);
  }
});

test("a long frame may be short, and frames are Buffers", () => {
  const bytes = Buffer.concat([longHeader(0, 3n), Buffer.from("abc"), frame(0, Buffer.alloc(0))]);
  assert.deepEqual(decode(bytes), [[Buffer.from("abc")], [Buffer.alloc(0)]]);
  for (const size of [1, 5000, 70_000]) {
    assert.ok(Buffer.isBuffer(decode(wire([Buffer.alloc(size)]))[0]?.[0]), `${size} bytes`);
  }
});

test("what is pushed before the rest was read waits behind it", () => {
  const decoder = new Decoder(() => undefined, -1);
  const bytes = Buffer.concat(["a", "b", "c"].map((text) => wire([Buffer.from(text)])));
  decoder.push(Buffer.from(bytes.subarray(0, 4)));
  assert.deepEqual(decoder.next(), [Buffer.from("a")]);
  assert.equal(decoder.hasMore, true);
  decoder.push(Buffer.from(bytes.subarray(4)));
  assert.deepEqual(drain(decoder), [[Buffer.from("b")], [Buffer.from("c")]]);
});

test("it tells whether a message has begun", () => {
  const decoder = new Decoder(() => undefined, -1);
  decoder.push(frame(MORE, Buffer.from("a")));
  assert.equal(decoder.within, false);
  decoder.next();
  assert.equal(decoder.within, true);
  decoder.push(frame(0, Buffer.from("b")));
  assert.deepEqual(decoder.next()?.map(String), ["a", "b"]);
  assert.equal(decoder.within, false);
});

test("flags that mean nothing are refused, in one chunk and in two", () => {
  const wrong = [8, 16, 32, 64, 128, 255, COMMAND | MORE, COMMAND | MORE | LONG];
  for (const flags of wrong) {
    const bytes = Buffer.concat([Buffer.of(flags), Buffer.alloc(20)]);
    for (const sizes of [[READ], [1], [2], [5]]) {
      refused(() => decode(bytes, sizes), new RegExp(`flags ${flags}$`));
    }
  }
});

test("a message is too large by one frame, by the sum, and by a size that no Buffer can have", () => {
  const large = /too large/;
  assert.deepEqual(decode(wire([Buffer.alloc(100)]), [READ], 100), [[Buffer.alloc(100)]]);
  const two = [Buffer.alloc(60), Buffer.alloc(40)];
  assert.deepEqual(decode(Buffer.concat([wire(two), wire(two)]), [READ], 100), [two, two]);
  for (const sizes of [[READ], [1]]) {
    refused(() => decode(wire([Buffer.alloc(101)]), sizes, 100), large);
    refused(() => decode(wire([Buffer.alloc(60), Buffer.alloc(41)]), sizes, 100), large);
    refused(() => decode(wire([Buffer.alloc(1)]), sizes, 0), large);
    for (const size of [2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      refused(() => decode(longHeader(0, size), sizes), large);
      refused(() => decode(longHeader(COMMAND, size), sizes), large);
    }
    // It is refused when its header is there.
    refused(() => decode(longHeader(0, 101n), sizes, 100), large);
  }
});

test("commands have a bound of their own, so that heartbeats pass where messages are tiny", () => {
  let commands = 0;
  const decoder = new Decoder(() => {
    commands += 1;
    return undefined;
  }, 2);
  decoder.push(Buffer.concat([frame(COMMAND, Buffer.alloc(65_536)), wire([Buffer.from("ab")])]));
  assert.deepEqual(drain(decoder), [[Buffer.from("ab")]]);
  assert.equal(commands, 1);
  decoder.push(longHeader(COMMAND, 65_537n));
  refused(() => decoder.next(), /too large/);
});

test("a limit that changes within a message counts what has come of it", () => {
  const decoder = new Decoder(() => undefined, 10);
  decoder.push(frame(MORE, Buffer.alloc(10)));
  assert.equal(decoder.next(), undefined);
  decoder.limit(15);
  decoder.push(frame(MORE, Buffer.alloc(5)));
  assert.equal(decoder.next(), undefined);
  decoder.push(frame(0, Buffer.alloc(1)));
  refused(() => decoder.next(), /too large/);
});

test("a message has 65,536 frames at most", () => {
  const most = 65_536;
  const bytes = Buffer.alloc(2 * most);
  for (let at = 0; at < bytes.length - 2; at += 2) bytes[at] = MORE;
  assert.equal(decode(bytes)[0]?.length, most);
  bytes[2 * (most - 1)] = MORE;
  refused(() => decode(Buffer.concat([bytes, frame(0, Buffer.alloc(0))])), /too many frames/);
});

test("a frame that claims gigabytes takes memory for what has come of it, and a mebibyte", () => {
  const decoder = new Decoder(() => undefined, -1);
  const before = process.memoryUsage().arrayBuffers;
  decoder.push(longHeader(0, 4_000_000_000n));
  assert.equal(decoder.next(), undefined);
  const chunk = Buffer.alloc(READ);
  for (let n = 0; n < 40; n += 1) {
    decoder.push(chunk);
    assert.equal(decoder.next(), undefined);
  }
  const taken = process.memoryUsage().arrayBuffers - before;
  assert.ok(taken < 40 * READ + 2 * 1024 ** 2, `${taken} bytes are set aside`);
});

test("whoever keeps one frame of each chunk keeps no more than a window of it alive", () => {
  for (const [size, most] of [
    [0, WINDOW],
    [16, WINDOW],
    [256, WINDOW],
    [1024, 2 * WINDOW],
    [4096, 2 * WINDOW],
    [5000, 2 * WINDOW],
    [20_000, 20_000],
    [65_000, 65_000],
  ] as const) {
    const one = wire([Buffer.alloc(size, 1)]);
    const many = Buffer.concat(new Array(Math.ceil((3 * READ) / one.length)).fill(one));
    for (const [body] of decode(many)) {
      const { byteLength } = (body as Buffer).buffer;
      assert.ok(byteLength <= most, `${size} bytes keep ${byteLength} alive`);
    }
  }
});

test("a small chunk that is a part of larger memory does not keep that alive", () => {
  const memory = Buffer.from(new ArrayBuffer(1 << 20));
  wire([Buffer.from("abc")]).copy(memory, 1000);
  const decoder = new Decoder(() => undefined, -1);
  decoder.push(memory.subarray(1000, 1005));
  const [body] = decoder.next() ?? [];
  assert.deepEqual(body, Buffer.from("abc"));
  assert.ok((body as Buffer).buffer.byteLength <= WINDOW);
});

test("a command may stand for a message, and `stop` makes it the last for now", () => {
  const decoder = new Decoder((body) => {
    if (body.toString() === "stop") decoder.stop();
    return body.toString() === "give" ? [Buffer.from("given")] : undefined;
  }, -1);
  const bytes = Buffer.concat([
    frame(COMMAND, Buffer.from("give")),
    frame(COMMAND, Buffer.from("stop")),
    wire([Buffer.from("a")]),
  ]);
  for (const sizes of [[READ], [8]]) {
    const seen: (string | undefined)[] = [];
    for (const chunk of cut(bytes, sizes)) {
      decoder.push(chunk);
      while (decoder.hasMore) seen.push(decoder.next()?.toString());
    }
    assert.deepEqual(
      seen.filter((text, n) => text !== undefined || seen[n + 1] === "a"),
      ["given", undefined, "a"],
    );
  }
});

test("`open` takes frames out of those that have come, from the next one on", () => {
  const commands: string[] = [];
  const decoder = new Decoder((body) => {
    commands.push(body.toString());
    decoder.open = (sealed) => ({ flags: sealed[0] as number, body: sealed.subarray(1) });
    return undefined;
  }, 4);
  const sealed = (flags: number, text: string) =>
    frame(0, Buffer.concat([Buffer.of(flags), Buffer.from(text)]));
  const bytes = Buffer.concat([
    frame(COMMAND, Buffer.from("ready")),
    sealed(MORE, "ab"),
    sealed(COMMAND, "ping"),
    sealed(0, "cd"),
    sealed(0, "four"),
  ]);
  for (const sizes of [[READ], [1], [3]]) {
    decoder.open = undefined;
    const messages: string[][] = [];
    for (const chunk of cut(bytes, sizes)) {
      decoder.push(chunk);
      messages.push(...drain(decoder).map((frames) => frames.map(String)));
    }
    assert.deepEqual(messages, [["ab", "cd"], ["four"]]);
    assert.deepEqual(commands.splice(0), ["ready", "ping"]);
  }
  // What is too large is so by its own size, not by the envelope's.
  decoder.push(sealed(0, "fives"));
  refused(() => decoder.next(), /too large/);
});

test("no bytes make it throw anything but a ProtocolError, or loop for ever", () => {
  const valid = fc
    .array(message, { minLength: 1, maxLength: 3 })
    .map((all) => Buffer.concat(all.map(wire)));
  const broken = fc.tuple(valid, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => {
    bytes[at % bytes.length] = value;
    return bytes;
  });
  const flagged = fc
    .array(fc.tuple(fc.nat(7), fc.uint8Array({ maxLength: 12 })))
    .map((all) => Buffer.concat(all.map(([flags, bytes]) => Buffer.from([flags, ...bytes]))));
  const random = fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes));
  const limits = fc.constantFrom(-1, 0, 10, 1000);
  fc.assert(
    fc.property(fc.oneof(random, flagged, broken), chunkSizes, limits, (bytes, sizes, most) => {
      const decoder = new Decoder(() => undefined, most);
      let calls = 0;
      try {
        for (const chunk of cut(bytes, sizes)) {
          decoder.push(chunk);
          while (decoder.next() !== undefined) calls += 1;
        }
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error));
        assert.equal(error.code, "EPROTO");
        assert.throws(() => decoder.next(), ProtocolError);
      }
      assert.ok(calls <= bytes.length / 2);
    }),
    cases(500),
  );
});

test("bytes may be lent, or be read to where they belong", () => {
  const sizes = [0, 3, 200, 5000, 8000, 9000, 70_000, 2_500_000, 16, 40_000, 1];
  const sent = sizes.map((size, n) => [Buffer.alloc(size, n + 1), Buffer.alloc(n, "x")]);
  const bytes = Buffer.concat(sent.map(wire));
  for (const [most, take] of [
    [READ, 1000],
    [READ, 1],
    [10_000, 1000],
    [700, 1000],
  ] as const) {
    const lent = Buffer.alloc(READ);
    const decoder = new Decoder(() => undefined, -1);
    const received: Message[] = [];
    let direct = 0;
    for (let at = 0; at < bytes.length; ) {
      const room = decoder.room() ?? lent.subarray(0, most);
      const came = bytes.copy(room, 0, at);
      at += came;
      if (room.buffer === lent.buffer) decoder.push(room.subarray(0, came));
      else {
        direct += came;
        decoder.filled(came);
      }
      // Some are read now, the others when more has come.
      for (let n = 0; n < take; n += 1) {
        const next = decoder.next();
        if (next === undefined) break;
        received.push(next);
      }
      decoder.keep();
      lent.fill(255);
    }
    received.push(...drain(decoder));
    assert.ok(direct > 2_000_000, `${direct} bytes`);
    assert.equal(received.length, sent.length);
    for (const [n, message] of received.entries()) {
      assert.deepEqual(
        message.map((one) => one.equals(sent[n]?.[message.indexOf(one)] as Buffer)),
        [true, true],
      );
    }
  }
});
