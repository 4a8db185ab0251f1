import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Authenticate, ZapReply } from "./mechanisms/mechanism.js";
import { chooseMechanism } from "./mechanisms/mechanisms.js";
import { readCommand, writeCommand, writePing } from "./protocol/commands.js";
import { COMMAND, Decoder, MORE } from "./protocol/decoder.js";
import { GREETING_SIZE, VERSIONED, writeGreeting } from "./protocol/greeting.js";
import { ProtocolError, TimeoutError } from "./protocol/message.js";
import { Session } from "./session.js";
import type { SessionOptions } from "./session-sink.js";
import { answer, METADATA } from "./testing/handshakes.js";
import { MemoryStream, settle } from "./testing/memory-streams.js";

/* A session of NULL whose peer is the test, byte for byte, and whose time is the test's. */

class Peer {
  readonly stream = new MemoryStream();
  readonly session: Session;
  readonly messages: string[][] = [];
  readonly ends: { error: Error | undefined; wasReady: boolean }[] = [];
  /** Whether what comes is read. */
  reads = true;
  /** What `ready` throws. */
  refusal: Error | undefined;
  /** The commands that its socket type reads as messages. */
  readonly understood = ["SUBSCRIBE", "CANCEL", "JOIN", "LEAVE"];
  #t: TestContext;
  #seen = 0;

  constructor(t: TestContext, options: Partial<SessionOptions> = {}, authenticate?: Authenticate) {
    this.#t = t;
    t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    const choice = chooseMechanism({});
    const defaults: SessionOptions = {
      handshakeInterval: 30_000,
      heartbeatInterval: 0,
      heartbeatTimeout: -1,
      heartbeatTimeToLive: 0,
      maxMessageSize: -1,
    };
    this.session = new Session(this.stream, { ...defaults, ...options }, choice, {
      commands: this.understood,
      mechanism(peer) {
        choice.check(peer);
        return choice.create({ metadata: METADATA, authenticate });
      },
      ready: (session) => {
        assert.ok(session.ready);
        if (this.refusal !== undefined) throw this.refusal;
      },
      readable: () => this.read(),
      drained() {},
      ended: (error, wasReady) => {
        this.ends.push({ error, wasReady });
      },
    });
  }

  /** A session whose handshake is done. */
  static async ready(t: TestContext, options?: Partial<SessionOptions>, minor = 1): Promise<Peer> {
    const peer = new Peer(t, options);
    await peer.says(greeting(3, minor), READY);
    assert.ok(peer.session.ready);
    peer.commands();
    return peer;
  }

  read(): void {
    if (!this.reads) {
      this.session.pause();
      return;
    }
    for (let one = this.session.read(); one !== undefined; one = this.session.read()) {
      this.messages.push(one.map(String));
    }
  }

  /** Sends bytes. */
  async says(...bytes: Buffer[]): Promise<void> {
    for (const part of bytes) this.stream.take(part);
    await settle(this.stream);
  }

  /** Lets ms pass. */
  async pass(ms: number): Promise<void> {
    this.#t.mock.timers.tick(ms);
    await settle(this.stream);
  }

  /** What the session has said since the last call, commands and messages, as text. */
  commands(): string[] {
    const said: string[] = [];
    const decoder = new Decoder((body) => {
      const { name, data } = readCommand(body);
      said.push(`${name} ${data.toString("latin1")}`);
      return undefined;
    }, -1);
    decoder.push(this.stream.sent.subarray(Math.max(GREETING_SIZE, this.#seen)));
    for (let one = decoder.next(); one !== undefined; one = decoder.next()) said.push(one.join());
    this.#seen = this.stream.sent.length;
    return said;
  }

  /** It has ended once, in this way. */
  ended(kind: typeof ProtocolError | typeof TimeoutError, why: RegExp): void {
    assert.equal(this.ends.length, 1);
    const { error } = this.ends[0] ?? {};
    assert.ok(error instanceof kind, String(error));
    assert.match(error.message, why);
    assert.ok(this.stream.destroyed);
  }
}

function greeting(major = 3, minor = 1): Buffer {
  const bytes = writeGreeting("NULL", false);
  bytes[10] = major;
  bytes[11] = minor;
  return bytes;
}

function frame(flags: number, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([Buffer.of(flags, bytes.length), bytes]);
}

const READY = frame(COMMAND, writeCommand("READY", METADATA));

// The handshake ---------------------------------------------------------------------------------

test("our version leaves before the peer has said a word, the rest after its own, and READY after its greeting", async (t) => {
  const peer = new Peer(t);
  const ours = writeGreeting("NULL", false);
  const hasSaid = (bytes: Buffer) => assert.deepEqual(peer.stream.sent, bytes);
  hasSaid(ours.subarray(0, VERSIONED));
  // libzmq says its signature first, then its version, then the rest.
  const bytes = greeting();
  await peer.says(bytes.subarray(0, 10));
  hasSaid(ours.subarray(0, VERSIONED));
  await peer.says(bytes.subarray(10, 11));
  hasSaid(ours);
  await peer.says(bytes.subarray(11, 63));
  hasSaid(ours);
  await peer.says(bytes.subarray(63));
  assert.deepEqual(peer.commands(), [`READY ${METADATA.toString("latin1")}`]);
  assert.equal(peer.session.ready, false);
  await peer.says(READY);
  assert.equal(peer.session.ready, true);
});

test("peers of ZMTP 1 and 2 are refused before they are told anything but our version", async (t) => {
  const signature = [0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f];
  for (const [bytes, why] of [
    [[1, 0], /^the peer speaks ZMTP 1/],
    [[0xff, 0, 0, 0, 0, 0, 0, 1, 0, 0], /^the peer speaks ZMTP 1/],
    [[...signature, 1, 5, 0, 0], /^the peer speaks ZMTP 2/],
  ] as const) {
    const peer = new Peer(t);
    await peer.says(Buffer.from(bytes));
    peer.ended(ProtocolError, why);
    assert.equal(peer.stream.sent.length, VERSIONED);
    t.mock.timers.reset();
  }
});

test("later versions are spoken to as 3.1 is", async (t) => {
  const peer = await Peer.ready(t, { heartbeatInterval: 100 }, 7);
  assert.equal(peer.session.peerMinor, 1);
  await peer.pass(100);
  assert.deepEqual(peer.commands(), ["PING \0\0"]);
});

test("any command but READY ends a handshake, and so does a message", async (t) => {
  for (const bytes of [
    frame(COMMAND, writePing(0)),
    frame(COMMAND, writeCommand("SUBSCRIBE")),
    frame(0, writeCommand("READY", METADATA)),
    frame(MORE, "a"),
    Buffer.concat([frame(MORE, "a"), READY, frame(0, "b")]),
  ]) {
    const peer = new Peer(t);
    await peer.says(greeting(), bytes);
    assert.equal(peer.ends.length, 1);
    assert.ok(peer.ends[0]?.error instanceof ProtocolError);
    assert.equal(peer.ends[0].wasReady, false);
    assert.deepEqual(peer.messages, []);
    t.mock.timers.reset();
  }
});

test("a handshake has its time, whatever has come of it", async (t) => {
  for (const said of [
    [],
    [greeting().subarray(0, 20)],
    [greeting()],
    [greeting(), READY.subarray(0, 9)],
  ]) {
    const peer = new Peer(t, { handshakeInterval: 50 });
    await peer.pass(30);
    await peer.says(...said);
    await peer.pass(19);
    assert.equal(peer.ends.length, 0);
    await peer.pass(1);
    peer.ended(TimeoutError, /handshake took too long/);
    assert.equal(peer.ends[0]?.wasReady, false);
    t.mock.timers.reset();
  }
  const peer = await Peer.ready(t, { handshakeInterval: 50 });
  await peer.pass(1e6);
  assert.equal(peer.ends.length, 0);
  t.mock.timers.reset();
  const patient = new Peer(t, { handshakeInterval: 0 });
  await patient.pass(1e6);
  assert.deepEqual(patient.ends, []);
});

test("a peer that does not fit was never there", async (t) => {
  const peer = new Peer(t);
  peer.refusal = new ProtocolError("the peer is a PUB socket");
  await peer.says(greeting(), READY, frame(0, "a"));
  peer.ended(ProtocolError, /PUB/);
  assert.equal(peer.ends[0]?.wasReady, false);
  assert.equal(peer.session.read(), undefined);
});

test("a peer that goes while a ZAP handler is asked is let go, unless much of it waits", async (t) => {
  for (const [size, ends] of [
    [60_000, 1],
    [70_000, 0],
  ] as const) {
    const peer = new Peer(t, {}, () => new Promise(() => {}));
    await peer.says(greeting(), READY, Buffer.alloc(size));
    peer.stream.hangUp();
    await settle(peer.stream);
    assert.equal(peer.ends.length, ends);
    t.mock.timers.reset();
  }
});

test("while a ZAP handler is asked nothing more is looked at, and nothing of it is lost", async (t) => {
  let decide = (_reply: ZapReply): void => {};
  const peer = new Peer(t, {}, () => new Promise((resolve) => (decide = resolve)));
  await peer.says(greeting(), READY, frame(0, "early"));
  assert.deepEqual(peer.commands(), []);
  peer.stream.resume(); // a stream that has more in hand
  await peer.says(frame(0, "late"));
  assert.equal(peer.session.ready, false);
  decide(answer("200"));
  await settle(peer.stream);
  assert.ok(peer.session.ready);
  assert.deepEqual(peer.messages, [["early"], ["late"]]);
  await peer.says(frame(0, "later"));
  assert.deepEqual(peer.messages.at(-1), ["later"]);
});

// Traffic ---------------------------------------------------------------------------------------

test("a PING is answered with its context, between frames as well, as libzmq sends it", async (t) => {
  const peer = await Peer.ready(t);
  const context = Buffer.from("0123456789abcdef");
  const ping = frame(COMMAND, writePing(0, context));
  await peer.says(ping, frame(MORE, "a"), frame(COMMAND, writePing(5)), frame(0, "b"));
  assert.deepEqual(peer.commands(), [`PONG ${context}`, "PONG "]);
  assert.deepEqual(peer.messages, [["a", "b"]]);
});

test("ERROR and commands that nobody knows are passed over in traffic, as libzmq does", async (t) => {
  const peer = await Peer.ready(t);
  for (const body of [
    writeCommand("ERROR", Buffer.from("\x03why")),
    writeCommand("READY", METADATA),
    writeCommand("LATER"),
  ]) {
    await peer.says(frame(COMMAND, body));
  }
  await peer.says(frame(0, "on"));
  assert.equal(peer.ends.length, 0);
  assert.deepEqual(peer.messages, [["on"]]);
});

test("subscriptions and groups are read as messages", async (t) => {
  const peer = await Peer.ready(t);
  for (const name of ["SUBSCRIBE", "CANCEL", "JOIN", "LEAVE"]) {
    await peer.says(frame(COMMAND, writeCommand(name, Buffer.from("x"))));
  }
  assert.deepEqual(peer.messages, [["\x01x"], ["\0x"], ["JOIN", "x"], ["LEAVE", "x"]]);
  peer.understood.length = 0;
  await peer.says(frame(COMMAND, writeCommand("JOIN", Buffer.from("x"))));
  assert.equal(peer.messages.length, 4);
});

test("what was added leaves before a session that finishes does", async (t) => {
  const peer = await Peer.ready(t);
  peer.session.add("last");
  peer.session.finish();
  assert.deepEqual(peer.commands(), ["last"]);
});

test("a stream is ended once, however often its session is told to finish", async (t) => {
  const { session } = await Peer.ready(t);
  let endings = 0;
  session.stream.end = () => {
    endings += 1;
  };
  for (let n = 0; n < 20; n += 1) session.finish();
  assert.equal(endings, 1);
});

// Heartbeats ------------------------------------------------------------------------------------

test("a peer that is silent after a PING is gone; any byte of it is a sign of life", async (t) => {
  const options = { heartbeatInterval: 100, heartbeatTimeout: 50, heartbeatTimeToLive: 1500 };
  const peer = await Peer.ready(t, options);
  await peer.pass(99); // longer than the time-out, which has not begun
  assert.deepEqual([peer.commands(), peer.ends], [[], []]);
  const body = frame(0, "half of a message");
  for (const [n] of body.entries()) {
    await peer.pass(n === 0 ? 1 : 60);
    assert.deepEqual(peer.commands(), ["PING \0\x0f"]);
    await peer.pass(40);
    await peer.says(body.subarray(n, n + 1));
  }
  assert.equal(peer.ends.length, 0);
  assert.deepEqual(peer.messages, [["half of a message"]]);
  await peer.pass(60);
  await peer.pass(49);
  assert.equal(peer.ends.length, 0);
  await peer.pass(1);
  peer.ended(TimeoutError, /nothing came from the peer for 50 ms/);
  assert.equal(peer.ends[0]?.wasReady, true);
});

test("a peer of ZMTP 3.0 is sent PINGs, too: libzmq had them before it told 3.1", async (t) => {
  const peer = await Peer.ready(t, { heartbeatInterval: 100 }, 0);
  await peer.pass(100);
  assert.match(peer.commands().join(), /^PING /);
  await peer.pass(100);
  peer.ended(TimeoutError, /100 ms/);
});

test("a peer that tells a time to live is gone after it, unless it says more", async (t) => {
  const peer = await Peer.ready(t);
  await peer.says(frame(COMMAND, writePing(0)));
  await peer.pass(1e7);
  await peer.says(frame(COMMAND, writePing(3)));
  await peer.pass(299);
  await peer.says(frame(0, "here"));
  await peer.pass(1e7);
  await peer.says(Buffer.concat([frame(COMMAND, writePing(3)), frame(0, "here")]));
  await peer.pass(1e7);
  assert.equal(peer.ends.length, 0);
  await peer.says(frame(COMMAND, writePing(3)));
  await peer.pass(299);
  assert.equal(peer.ends.length, 0);
  await peer.pass(1);
  peer.ended(TimeoutError, /300 ms/);
});

test("a time to live that is read late counts from then on", async (t) => {
  const peer = await Peer.ready(t);
  peer.reads = false;
  await peer.says(Buffer.concat([frame(0, "waits"), frame(COMMAND, writePing(3))]));
  await peer.pass(1e7);
  assert.equal(peer.ends.length, 0);
  peer.reads = true;
  peer.read();
  await peer.pass(299);
  assert.equal(peer.ends.length, 0);
  await peer.pass(1);
  peer.ended(TimeoutError, /300 ms/);
});

test("a peer that we do not read from is not gone", async (t) => {
  const peer = await Peer.ready(t, { heartbeatInterval: 100, heartbeatTimeout: 50 });
  await peer.pass(100);
  peer.reads = false;
  await peer.says(frame(0, "waits"));
  await peer.pass(1000);
  assert.equal(peer.ends.length, 0);
  assert.equal(peer.commands().length, 11); // it still hears from us
  peer.reads = true;
  peer.read();
  assert.deepEqual(peer.messages, [["waits"]]);
  await peer.pass(100);
  await peer.pass(50);
  peer.ended(TimeoutError, /50 ms/);
});

test("a peer that does not read is sent no further PING, and is not gone", async (t) => {
  const peer = await Peer.ready(t, { heartbeatInterval: 100, heartbeatTimeout: 50 });
  peer.stream.quick = () => false;
  peer.session.add("much");
  peer.session.flush();
  await peer.pass(1000);
  assert.deepEqual(peer.commands(), ["much"]);
  assert.equal(peer.ends.length, 0);
  peer.stream.quick = () => true;
  await settle(peer.stream);
  await peer.pass(100);
  assert.deepEqual(peer.commands(), ["PING \0\0"]);
});

test("no timer is left when it is over", async (t) => {
  const peer = await Peer.ready(t, { heartbeatInterval: 100 });
  await peer.says(frame(COMMAND, writePing(1)));
  peer.session.destroy();
  await peer.pass(1e4);
  assert.deepEqual(peer.ends, [{ error: undefined, wasReady: true }]);
  assert.deepEqual(peer.commands(), ["PONG "]);
});
