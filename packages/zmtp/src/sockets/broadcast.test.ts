import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decoded, FakePipe } from "../testing/fake-pipe.js";
import { cases } from "../testing/fuzz.js";
import { BATCH, Broadcast, Encoded, type Receiver } from "./broadcast.js";
import { Xpub } from "./xpub.js";

/** Takes over what it is given. */
class Peer implements Receiver {
  readonly got: Encoded[] = [];

  takeOver(sent: Encoded): void {
    this.got.push(sent);
  }
}

describe("Broadcast", () => {
  it("gives all who take part the same memory, when it is cut", () => {
    const broadcast = new Broadcast();
    const peers = [new Peer(), new Peer()];
    assert.ok(broadcast.over);
    broadcast.begin();
    for (const peer of peers) broadcast.add(peer, 10);
    broadcast.send("one");
    broadcast.send(["two", "2"]);
    assert.deepEqual(
      peers.map(({ got }) => got.length),
      [0, 0],
    );
    broadcast.cut();
    assert.ok(broadcast.over);
    const [sent] = peers.map(({ got }) => got[0]) as [Encoded];
    assert.equal(sent.count, 2);
    assert.deepEqual(decoded(sent.pieces), [["one"], ["two", "2"]]);
    assert.equal(peers[1]?.got[0], sent);
    broadcast.cut();
    assert.deepEqual(
      peers.map(({ got }) => got.length),
      [1, 1],
    );
    // What was given away is not written to again.
    broadcast.begin();
    broadcast.add(new Peer(), 10);
    broadcast.send("something else");
    assert.deepEqual(decoded(sent.pieces), [["one"], ["two", "2"]]);
  });

  it("is over where one of them has no more room, or there is much to send", () => {
    const broadcast = new Broadcast();
    const [peer, narrow] = [new Peer(), new Peer()];
    broadcast.begin();
    broadcast.add(narrow, 2);
    broadcast.add(peer, Number.POSITIVE_INFINITY);
    broadcast.send("one");
    assert.ok(!broadcast.over);
    broadcast.send("two");
    assert.ok(broadcast.over);
    broadcast.begin();
    broadcast.add(peer, Number.POSITIVE_INFINITY);
    const large = Buffer.alloc(100_000);
    let count = 0;
    for (; !broadcast.over; count += 1) broadcast.send(large);
    assert.equal(count, Math.ceil(BATCH / large.length));
    assert.deepEqual(
      peer.got.map((sent) => sent.count),
      [2, count],
    );
    assert.equal(narrow.got.length, 1);
  });

  it("is of nobody, or of who has got nothing yet", () => {
    const broadcast = new Broadcast();
    broadcast.begin();
    broadcast.send("to nobody");
    assert.ok(!broadcast.over);
    const peer = new Peer();
    broadcast.add(peer, 1);
    broadcast.begin();
    assert.deepEqual(peer.got[0], new Encoded([], 0));
    assert.ok(!broadcast.over);
  });

  it("can be kept without the memory around it", () => {
    const memory = new Uint8Array(100_000);
    const [small, large] = [memory.subarray(0, 10), memory.subarray(10, 50_000)];
    const { lasting } = new Encoded([small, large], 2);
    assert.deepEqual(lasting, [small, large]);
    assert.equal(lasting[0]?.buffer.byteLength, 10);
    assert.equal(lasting[1], large);
  });
});

/** An XPUB, and its subscribers by number: those that have gone stay there with what they have got. */
class Publisher {
  readonly #xpub: Xpub;
  readonly #broadcasts: boolean;
  readonly #pipes: FakePipe[] = [];
  readonly #gone = new Set<FakePipe>();
  readonly #got = new Map<FakePipe, (string[] | undefined)[]>();

  constructor(options: object, broadcasts: boolean) {
    this.#xpub = new Xpub(options);
    this.#broadcasts = broadcasts;
  }

  /** @returns what the socket says, and what it has for its user */
  step({ what, who, topic }: { what: string; who: number; topic: string }): unknown {
    const xpub = this.#xpub;
    const pipe = this.#pipes[who % Math.max(1, this.#pipes.length)];
    if (what === "send") return [xpub.send(topic), xpub.hasOut];
    if (what === "send frames") return [xpub.send([topic, Buffer.alloc(who)]), xpub.hasOut];
    if (what === "come") {
      const come = new FakePipe("", [Infinity, 2, 20][who % 3]);
      // One of them never does.
      come.broadcasts = this.#broadcasts && who !== 4;
      this.#pipes.push(come);
      this.#got.set(come, []);
      come.join(xpub).arrive(xpub, [`\x01${topic}`]);
    } else if (pipe === undefined || this.#gone.has(pipe)) return undefined;
    else if (what === "subscribe") pipe.arrive(xpub, [`\x01${topic}`]);
    else if (what === "cancel") pipe.arrive(xpub, [`\0${topic}`]);
    else if (what === "read") this.#got.get(pipe)?.push(...pipe.drain(xpub));
    else if (what === "end a turn") pipe.cut();
    else if (what === "come back") xpub.peerReady(pipe);
    else if (what === "go") {
      pipe.cut();
      this.#gone.add(pipe);
      xpub.pipeTerminated(pipe);
    }
    return xpub.receive()?.map(String);
  }

  /** What each subscriber has got. */
  get got(): unknown {
    return this.#pipes.map((pipe) => {
      pipe.cut();
      return [...(this.#got.get(pipe) ?? []), ...pipe.sent];
    });
  }
}

describe("XPUB", () => {
  it("sends the same to peers that take part in broadcasts as to others, whatever happens", () => {
    const step = fc.record({
      what: fc.constantFrom(
        ...["send", "send", "send", "send", "send frames", "send frames", "subscribe", "subscribe"],
        ...["cancel", "read", "read", "end a turn", "come", "come", "come back", "go"],
      ),
      who: fc.nat(5),
      topic: fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 }),
    });
    const options = fc.record({
      noDrop: fc.boolean(),
      invertMatching: fc.constantFrom(false, false, true),
      welcomeMessage: fc.constantFrom("", "hello"),
    });
    fc.assert(
      fc.property(options, fc.array(step, { maxLength: 150, size: "max" }), (options, steps) => {
        const [one, other] = [new Publisher(options, true), new Publisher(options, false)];
        for (const each of steps) assert.deepEqual(one.step(each), other.step(each));
        assert.deepEqual(one.got, other.got);
      }),
      cases(500),
    );
  });
});
