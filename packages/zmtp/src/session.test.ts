import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Authenticate, AuthenticationError } from "./mechanisms/mechanism.js";
import { chooseMechanism, type SecurityOptions } from "./mechanisms/mechanisms.js";
import { writeCommand, writePing } from "./protocol/commands.js";
import { Encoder } from "./protocol/encoder.js";
import { writeGreeting } from "./protocol/greeting.js";
import { type Message, type Outgoing, ProtocolError } from "./protocol/message.js";
import { Session } from "./session.js";
import { cases } from "./testing/fuzz.js";
import { answer, KINDS, METADATA, NAMES, yes } from "./testing/handshakes.js";
import { type MemoryStream, memoryStreams, settle } from "./testing/memory-streams.js";
import { OPTIONS as WITHOUT_HEARTBEATS } from "./testing/sides.js";

const OPTIONS = { ...WITHOUT_HEARTBEATS, maxMessageSize: 100_000 };

/** A session, and all that it tells. */
interface Side {
  readonly session: Session;
  readonly stream: MemoryStream;
  readonly messages: Message[];
  readonly ends: { error: Error | undefined; wasReady: boolean }[];
}

/** @param hello what is sent within `ready` */
function begin(
  stream: MemoryStream,
  security: SecurityOptions,
  authenticate?: Authenticate,
  hello: readonly Outgoing[] = [],
): Side {
  const choice = chooseMechanism(security);
  const messages: Message[] = [];
  const ends: Side["ends"] = [];
  const session = new Session(stream, OPTIONS, choice, {
    commands: ["SUBSCRIBE"],
    mechanism(peer) {
      choice.check(peer);
      return choice.create({ metadata: METADATA, authenticate });
    },
    ready(its) {
      for (const message of hello) its.add(message);
      its.addCommand(writeCommand("SUBSCRIBE", Buffer.from("topic")));
      its.flush();
      // Who hears of the peer may read at once.
      for (let one = its.read(); one !== undefined; one = its.read()) messages.push(one);
    },
    readable() {
      for (let one = session.read(); one !== undefined; one = session.read()) messages.push(one);
    },
    drained() {},
    ended(error, wasReady) {
      ends.push({ error, wasReady });
    },
  });
  return { session, stream, messages, ends };
}

const SENT: readonly Outgoing[] = [
  "first",
  ["two", "frames"],
  "",
  Buffer.alloc(300, "x"),
  ["", "", ""],
  Buffer.alloc(20_000, "y"),
];
/** So many pieces bring all but the large message, however small they are. */
const FINE = 200;
const plain = (message: Outgoing): string[] =>
  (Array.isArray(message) ? message : [message]).map((frame) => Buffer.from(frame).toString());
const received = ({ messages }: Side): string[][] =>
  messages.map((frames) => frames.map((frame) => frame.toString()));
const TOLD = [...SENT.map(plain), ["\x01topic"]];

function connect(
  name: keyof typeof KINDS,
  authenticate: Authenticate = yes,
): { client: Side; server: Side; streams: [MemoryStream, MemoryStream] } {
  const streams = memoryStreams();
  const { client, server } = KINDS[name];
  return {
    client: begin(streams[0], client, undefined, SENT),
    server: begin(streams[1], server, authenticate, SENT),
    streams,
  };
}

for (const name of NAMES) {
  describe(name, () => {
    for (const [how, chop, quick] of [
      ["all at once", () => 1e9, () => true],
      ["byte by byte", () => 1, () => true],
      ["in pieces, and slowly", () => 1500, () => Math.random() < 0.5],
    ] as const) {
      test(`brings messages both ways, ${how}`, async () => {
        const { client, server, streams } = connect(name);
        for (const stream of streams) Object.assign(stream, { chop, quick });
        await settle(...streams);
        assert.deepEqual(client.ends, []);
        assert.deepEqual(received(client), TOLD);
        assert.deepEqual(received(server), TOLD);
        if (name === "CURVE") {
          for (const { sent } of streams) {
            assert.ok(!sent.includes("first") && !sent.includes("topic"), "it can be read");
          }
        }
        client.session.finish();
        await settle(...streams);
        for (const { ends } of [client, server]) {
          assert.deepEqual(ends, [{ error: undefined, wasReady: true }]);
        }
      });
    }

    test("a client that may not come in is told so", async () => {
      const { client, server, streams } = connect(name, async () => answer("400"));
      await settle(...streams);
      for (const { ends } of [client, server]) {
        assert.equal(ends.length, 1);
        assert.equal(ends[0]?.wasReady, false);
        assert.ok(ends[0]?.error instanceof AuthenticationError, String(ends[0]?.error));
        assert.equal(ends[0].error.status, "400");
      }
    });

    test("a client that may come again later is not", async () => {
      const { client, server, streams } = connect(name, async () => answer("300"));
      await settle(...streams);
      assert.deepEqual(client.ends, [{ error: undefined, wasReady: false }]);
      assert.ok(server.ends[0]?.error instanceof AuthenticationError);
    });

    test("an answer after the end changes nothing", async () => {
      let say: ((status: string) => void) | undefined;
      const reply = new Promise<string>((resolve) => {
        say = resolve;
      });
      const { server, client, streams } = connect(name, async () => answer(await reply));
      await settle(...streams);
      assert.deepEqual(client.ends, []);
      client.session.destroy();
      server.session.destroy();
      await settle(...streams);
      say?.("200");
      await settle(...streams);
      assert.equal(server.ends.length, 1);
      assert.equal(server.session.ready, false);
    });

    const mutation = fc.record({
      up: fc.boolean(),
      at: fc.oneof(fc.nat(64), fc.nat(700), fc.nat(22_000)),
      how: fc.constantFrom("flip", "drop", "insert", "cut", "repeat", "replay"),
      value: fc.integer({ min: 1, max: 255 }),
      size: fc.integer({ min: 1, max: 100 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 100 }),
      chop: fc.constantFrom(1e9, 1000, 7),
      twice: fc.boolean(),
    });

    test("no change on the way makes it throw, hang, or end twice", async () => {
      const whole = connect(name);
      await settle(...whole.streams);
      const recorded = { up: whole.streams[0].sent, down: whole.streams[1].sent };
      whole.client.session.destroy();
      await fc.assert(
        fc.asyncProperty(mutation, async ({ up, at, how, value, size, bytes, chop, twice }) => {
          const { client, server, streams } = connect(name);
          const end = streams[up ? 0 : 1];
          let done = false;
          const change = (part: Buffer, from: number): Buffer => {
            const place = at - from;
            if (done || place < 0 || place >= part.length) {
              return done && how === "cut" ? Buffer.alloc(0) : part;
            }
            done = true;
            const before = part.subarray(0, place);
            const after = part.subarray(place);
            switch (how) {
              case "flip":
                return Buffer.concat([
                  before,
                  Buffer.of((after[0] as number) ^ value),
                  after.subarray(1),
                ]);
              case "drop":
                return Buffer.concat([before, after.subarray(size)]);
              case "insert":
                return Buffer.concat([before, bytes, after]);
              case "cut":
                return before;
              case "repeat":
                return Buffer.concat([before, after.subarray(0, size), after]);
              case "replay":
                return Buffer.concat([before, recorded[up ? "up" : "down"].subarray(at)]);
              default:
                return part;
            }
          };
          end.tamper = (part, from) => {
            const changed = change(part, from);
            if (how === "cut" && done && twice) setImmediate(() => end.peer?.hangUp());
            return changed;
          };
          // The greetings left when the sessions were made.
          for (const stream of streams) {
            let pieces = 0;
            stream.chop = () => {
              pieces += 1;
              return pieces <= FINE ? chop : 1e9;
            };
          }
          await settle(...streams);
          if (name === "CURVE") {
            for (const side of [client, server]) {
              const got = received(side);
              assert.deepEqual(got, TOLD.slice(0, got.length), "what came was not what was sent");
            }
          }
          for (const { session } of [client, server]) session.destroy();
          await settle(...streams);
          for (const { ends, stream } of [client, server]) {
            assert.equal(ends.length, 1);
            assert.ok(stream.destroyed);
            const error = ends[0]?.error;
            const typed =
              error === undefined ||
              error instanceof ProtocolError ||
              error instanceof AuthenticationError;
            assert.ok(typed, error?.stack);
          }
        }),
        cases(name === "CURVE" ? 60 : 5_000),
      );
    });
  });
}

test("any greeting but one of ZMTP 3 ends it", async () => {
  const greeting = writeGreeting("NULL", false);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(63),
      fc.uint8Array({ minLength: 1, maxLength: 80 }),
      fc.integer({ min: 1, max: 80 }),
      async (at, bytes, chop) => {
        const [stream, peer] = memoryStreams();
        stream.chop = () => chop;
        const side = begin(stream, {});
        const all = Buffer.concat([greeting, Buffer.alloc(200)]);
        all.set(bytes, at);
        stream.take(all);
        await settle(stream, peer);
        side.session.destroy();
        assert.equal(side.ends.length, 1);
        assert.equal(side.ends[0]?.wasReady, false);
      },
    ),
    cases(200),
  );
});

for (const ours of NAMES) {
  for (const its of NAMES) {
    if (ours === its) continue;
    test(`a peer with ${its} does not come in where ${ours} is wanted`, async () => {
      const [one, other] = memoryStreams();
      const server = begin(one, KINDS[ours].server, yes);
      const client = begin(other, KINDS[its].client);
      await settle(one, other);
      assert.ok(server.ends[0]?.error instanceof ProtocolError);
      assert.equal(client.ends.length, 1);
      assert.ok(!server.session.ready && !client.session.ready);
    });
  }
}

/** A session of NULL whose peer is the test. */
function alone(): Side {
  const [stream] = memoryStreams();
  const side = begin(stream, {});
  stream.take(writeGreeting("NULL", false));
  return side;
}

/** Bytes of a peer's: commands and messages. */
function bytesOf(write: (encoder: Encoder) => void): Buffer {
  const encoder = new Encoder();
  write(encoder);
  return Buffer.concat(encoder.take());
}

const READY = bytesOf((encoder) => encoder.addCommand(writeCommand("READY", METADATA)));

test("a large command of the handshake is refused before it has come", async () => {
  for (const header of [
    Buffer.from([6, 0, 0, 0, 0, 0, 1, 0, 1]),
    Buffer.from([6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from([2, 0, 0, 0, 1, 0, 0, 0, 0]),
  ]) {
    const side = alone();
    side.stream.take(header);
    await settle(side.stream);
    assert.ok(side.ends[0]?.error instanceof ProtocolError);
  }
});

test("a handshake that goes on and on is not kept", async () => {
  const side = alone();
  const piece = bytesOf((encoder) => encoder.add(["", "x"])).subarray(0, 2);
  side.stream.take(Buffer.concat(Array.from({ length: 70_000 }, () => piece)));
  await settle(side.stream);
  assert.ok(side.ends[0]?.error instanceof ProtocolError);
});

test("a message before the handshake is done ends it", async () => {
  const side = alone();
  side.stream.take(bytesOf((encoder) => encoder.add("early")));
  await settle(side.stream);
  assert.ok(side.ends[0]?.error instanceof ProtocolError);
  assert.deepEqual(side.messages, []);
});

test("messages that come with the last command of the handshake are not lost", async () => {
  const side = alone();
  side.stream.take(Buffer.concat([READY, bytesOf((encoder) => encoder.add("at once"))]));
  await settle(side.stream);
  assert.deepEqual(side.ends, []);
  assert.deepEqual(received(side), [["at once"]]);
});

test("a peer that asks for answers and does not read them gets few", async () => {
  const side = alone();
  side.stream.take(READY);
  await settle(side.stream);
  side.stream.quick = () => false;
  const before = side.stream.written;
  const pings = bytesOf((encoder) => {
    for (let n = 0; n < 10_000; n += 1) encoder.addCommand(writePing(0));
  });
  side.stream.take(pings);
  await settle(side.stream);
  assert.deepEqual(side.ends, []);
  assert.ok(side.stream.written - before < 100, `${side.stream.written - before} bytes`);
  side.stream.quick = () => true;
  await settle(side.stream);
  assert.ok(side.stream.sent.subarray(-10).includes("PONG"), "the last PING was not answered");
});

test("commands that nobody knows are passed over, malformed ones end it", async () => {
  for (const [body, fine] of [
    [writeCommand("LATER", Buffer.from("what it may be")), true],
    [writeCommand("PONG"), true],
    [writeCommand("PING"), false],
    [writeCommand("PING", Buffer.alloc(19)), false],
    [Buffer.alloc(0), false],
    [Buffer.of(0), false],
    [Buffer.of(5, 65), false],
  ] as const) {
    const side = alone();
    side.stream.take(Buffer.concat([READY, bytesOf((encoder) => encoder.addCommand(body))]));
    await settle(side.stream);
    if (fine) assert.deepEqual(side.ends, []);
    else assert.ok(side.ends[0]?.error instanceof ProtocolError);
    side.session.destroy();
    assert.equal(side.ends.length, 1);
  }
});
