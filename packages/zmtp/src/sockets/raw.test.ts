import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePipe, receiveAll, text } from "../testing/fake-pipe.js";
import { Dgram } from "./dgram.js";
import { Stream } from "./stream.js";

describe("STREAM", () => {
  it("gives each peer an id, and hands on pieces of bytes", () => {
    const stream = new Stream({});
    const [a, b] = [new FakePipe("", 1).join(stream), new FakePipe().join(stream)];
    a.arrive(stream, [""]);
    b.arrive(stream, [""]);
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
    assert.throws(() => stream.send([id, "gone"]), { code: "EHOSTUNREACH" });
    for (const wrong of ["", [id], [id, "two", "frames"]]) {
      assert.throws(() => stream.send(wrong), { code: "EINVAL" });
    }
    assert.equal(stream.send([Buffer.from(ofB, "latin1"), ""]), true);
    assert.equal(b.terminated, true);
    assert.equal(stream.hasIn, false);
    assert.equal(stream.hasOut, true);
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
