import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePipe, receiveAll, text } from "../testing/fake-pipe.js";
import { Dgram } from "./dgram.js";
import { Stream } from "./stream.js";

describe("STREAM", () => {
  it("tells of peers that come and go, and of their bytes between", () => {
    const stream = new Stream({});
    const [a, b] = [new FakePipe("", 1).join(stream), new FakePipe().join(stream)];
    const [ofA, ofB] = [
      text(stream.receive())?.[0] as string,
      text(stream.receive())?.[0] as string,
    ];
    assert.notEqual(ofA, ofB);
    a.arrive(stream, ["bytes"]);
    b.arrive(stream, ["more"]);
    assert.equal(stream.hasIn, true);
    assert.deepEqual(receiveAll(stream), [
      [ofA, "bytes"],
      [ofB, "more"],
    ]);
    const id = Buffer.from(ofA, "latin1");
    assert.equal(stream.send([id, "answer"]), true);
    assert.equal(stream.send([id, "full"]), false);
    assert.deepEqual(a.sent, [["answer"]]);
    stream.pipeTerminated(a);
    assert.deepEqual(receiveAll(stream), [[ofA, ""]]);
    assert.throws(() => stream.send([id, "gone"]), { code: "EHOSTUNREACH" });
    for (const wrong of ["", [id], [id, "two", "frames"]]) {
      assert.throws(() => stream.send(wrong), { code: "EINVAL" });
    }
    assert.equal(stream.send([Buffer.from(ofB, "latin1"), ""]), true);
    assert.equal(b.terminated, true);
    assert.equal(stream.hasIn, false);
    assert.equal(stream.hasOut, true);
  });

  it("tells of a connection that is made anew, and of nothing without notify", () => {
    const stream = new Stream({});
    const pipe = new FakePipe();
    stream.attach(pipe);
    assert.equal(stream.hasIn, false);
    stream.peerReady(pipe);
    stream.peerReady(pipe);
    assert.equal(receiveAll(stream).length, 3);
    const quiet = new Stream({ notify: false });
    const other = new FakePipe().join(quiet);
    other.arrive(quiet, ["bytes"]);
    assert.equal(receiveAll(quiet).length, 1);
    quiet.pipeTerminated(other);
    assert.equal(quiet.hasIn, false);
  });
});

describe("DGRAM", () => {
  it("has messages of an address and a datagram", () => {
    const dgram = new Dgram({});
    assert.equal(dgram.hasOut, false);
    const pipe = new FakePipe().join(dgram);
    pipe.arrive(dgram, ["127.0.0.1:1", "hello"]);
    assert.deepEqual(receiveAll(dgram), [["127.0.0.1:1\0", "hello"]]);
    assert.equal(dgram.send(["127.0.0.1:1", "hello"]), true);
    assert.throws(() => dgram.send("hello"), { code: "EINVAL" });
    assert.deepEqual(pipe.sent, [["127.0.0.1:1", "hello"]]);
  });
});
