import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePipe, receiveAll, text } from "../testing/fake-pipe.js";
import { Router } from "./router.js";

describe("ROUTER", () => {
  it("puts the sender's routing id first, and sends to whom the first frame names", () => {
    const router = new Router({});
    const [a, b] = [new FakePipe("a").join(router), new FakePipe("bob").join(router)];
    a.arrive(router, ["1"], ["2", "more"]);
    b.arrive(router, ["3", "", "more"]);
    assert.equal(router.hasIn, true);
    assert.deepEqual(receiveAll(router), [
      ["a", "1"],
      ["bob", "3", "", "more"],
      ["a", "2", "more"],
    ]);
    assert.equal(router.hasOut, true);
    router.send(["bob", "x", ""]);
    router.send([Buffer.from("a"), "y"]);
    router.send([new Uint16Array([0x6f62, 0x0062]).subarray(0, 1), "not bob"]);
    assert.deepEqual([a.sent, b.sent], [[["y"]], [["x", ""]]]);
  });

  it("makes up ids for peers that have none", () => {
    const router = new Router({});
    const pipes = [new FakePipe().join(router), new FakePipe().join(router)];
    for (const pipe of pipes) pipe.arrive(router, ["?"]);
    const ids = [router.receive()?.[0], router.receive()?.[0]] as [Buffer, Buffer];
    for (const id of ids) assert.deepEqual([id.length, id[0]], [5, 0]);
    assert.equal(ids[1].readUInt32BE(1), (ids[0].readUInt32BE(1) + 1) >>> 0);
    for (const id of ids) router.send([id, "!"]);
    for (const pipe of pipes) assert.deepEqual(pipe.sent, [["!"]]);
    // What a user does to the frame is the user's alone.
    ids[0].fill(9);
    pipes[0]?.arrive(router, ["?"]);
    assert.equal(router.receive()?.[0]?.[0], 0);
  });

  it("waits for the handshake, which tells the id", () => {
    const router = new Router({ mandatory: true });
    const pipe = new FakePipe("late");
    router.attach(pipe);
    pipe.arrive(router, ["1"]);
    assert.equal(router.hasIn, false);
    assert.equal(router.hasOut, false);
    assert.throws(() => router.send(["late", "x"]), { code: "EHOSTUNREACH" });
    router.peerReady(pipe);
    assert.equal(router.hasOut, true);
    assert.deepEqual(receiveAll(router), [["late", "1"]]);
    pipe.routingId = Buffer.from("other");
    router.peerReady(pipe); // after a reconnect
    assert.equal(router.send(["late", "x"]), true);
    router.pipeTerminated(pipe);
    assert.throws(() => router.send(["late", "x"]), { code: "EHOSTUNREACH" });
  });

  it("refuses a second peer of the same id", () => {
    const router = new Router({});
    const [a, b] = [new FakePipe("same").join(router), new FakePipe("same").join(router)];
    assert.deepEqual([a.terminated, b.terminated], [false, true]);
    b.arrive(router, ["b"]);
    assert.equal(router.hasIn, false);
    router.pipeTerminated(b);
    router.send(["same", "x"]);
    assert.deepEqual([a.sent, b.sent], [[["x"]], []]);
    router.pipeTerminated(a);
    const c = new FakePipe("same").join(router);
    assert.equal(c.terminated, false);
  });

  it("takes a peer that has gone and comes again, and reads what it had sent before", () => {
    const router = new Router({ mandatory: true });
    const a = new FakePipe("same").join(router);
    a.arrive(router, ["1"], ["2"]);
    a.gone = true;
    const b = new FakePipe("same").join(router);
    b.arrive(router, ["3"]);
    router.send(["same", "x"]);
    assert.deepEqual([a.sent, b.sent], [[], [["x"]]]);
    assert.deepEqual(receiveAll(router), [
      ["same", "1"],
      ["same", "2"],
    ]);
    router.pipeTerminated(a);
    assert.deepEqual(receiveAll(router), [["same", "3"]]);
    router.send(["same", "y"]);
    assert.deepEqual(b.sent, [["x"], ["y"]]);
  });

  it("with handover, gives the id to who comes last", () => {
    const router = new Router({ handover: true, mandatory: true });
    const a = new FakePipe("same").join(router);
    a.arrive(router, ["read ahead"], ["lost"]);
    assert.equal(router.hasIn, true);
    const b = new FakePipe("same").join(router);
    assert.deepEqual([a.terminated, b.terminated], [true, false]);
    router.readActivated(a);
    router.writeActivated(a);
    b.arrive(router, ["b"]);
    assert.deepEqual(receiveAll(router), [
      ["same", "read ahead"],
      ["same", "b"],
    ]);
    router.send(["same", "x"]);
    assert.deepEqual([a.sent, b.sent], [[], [["x"]]]);
  });

  it("with handover, loses nothing of a peer that has gone and comes again", () => {
    const router = new Router({ handover: true, mandatory: true });
    const a = new FakePipe("same").join(router);
    a.arrive(router, ["before"], ["it went"]);
    a.gone = true;
    const b = new FakePipe("same").join(router);
    assert.deepEqual([a.terminated, b.terminated], [false, false]);
    b.arrive(router, ["b"]);
    const [before, fromB, itWent] = [router.receive(), router.receive(), router.receive()];
    const madeUp = before?.[0] as Buffer;
    assert.deepEqual([madeUp.length, madeUp[0]], [5, 0]); // as in libzmq
    assert.deepEqual(
      [before, itWent].map((message) => message?.[0]),
      [madeUp, madeUp],
    );
    assert.deepEqual(
      [before, itWent].map((message) => String(message?.[1])),
      ["before", "it went"],
    );
    assert.deepEqual(text(fromB), ["same", "b"]);
    router.pipeTerminated(a);
    assert.throws(() => router.send([madeUp, "x"]), { code: "EHOSTUNREACH" });
    router.send(["same", "x"]);
    assert.deepEqual(b.sent, [["x"]]);
  });

  it("drops what is for nobody, or for a peer that is full", () => {
    const router = new Router({});
    const pipe = new FakePipe("a", 1).join(router);
    for (const message of [["nobody", "x"], ["a", "1"], ["a", "2"], ["a"], "a"]) {
      assert.equal(router.send(message), true);
    }
    assert.deepEqual(pipe.sent, [["1"]]);
    assert.equal(router.hasOut, true);
  });

  it("with mandatory, refuses what is for nobody, and waits where a peer is full", () => {
    const router = new Router({ mandatory: true });
    const [a, b] = [new FakePipe("a", 1).join(router), new FakePipe("b", 1).join(router)];
    assert.throws(() => router.send(["nobody", "x"]), { code: "EHOSTUNREACH" });
    assert.equal(router.send(["a", "1"]), true);
    assert.equal(router.send(["a", "2"]), false);
    assert.equal(router.hasOut, true);
    assert.equal(router.send(["b", "1"]), true);
    assert.equal(router.hasOut, false);
    assert.deepEqual(a.drain(router), [["1"]]);
    assert.equal(router.hasOut, true);
    assert.equal(router.send(["a", "2"]), true);
    assert.deepEqual(b.sent, [["1"]]);
    a.gone = true;
    assert.throws(() => router.send(["a", "3"]), { code: "EHOSTUNREACH" });
  });

  it("probes each new peer", () => {
    const router = new Router({ probeRouter: true });
    const pipe = new FakePipe("a").join(router);
    router.peerReady(pipe);
    assert.deepEqual(pipe.sent, [[""]]);
    assert.equal(text(router.receive()), undefined);
  });
});
