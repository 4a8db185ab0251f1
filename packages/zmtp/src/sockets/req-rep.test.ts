import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePipe, receiveAll, text } from "../testing/fake-pipe.js";
import { Pair } from "./pair.js";
import { Rep } from "./rep.js";
import { Req } from "./req.js";

describe("REQ", () => {
  it("sends a request, receives its reply, and so on", () => {
    const req = new Req({});
    assert.equal(req.hasOut, false);
    assert.equal(req.send("nobody"), false);
    const [a, b] = [new FakePipe().join(req), new FakePipe().join(req)];
    assert.equal(req.hasOut, true);
    assert.equal(req.send(["1", "more"]), true);
    assert.deepEqual(a.sent, [["", "1", "more"]]);
    assert.equal(req.hasOut, false);
    assert.throws(() => req.send("2"), { code: "EFSM" });
    assert.equal(req.hasIn, false);
    a.arrive(req, ["", "reply", ""]);
    assert.equal(req.hasIn, true);
    assert.throws(() => req.send("2"), { code: "EFSM" });
    assert.deepEqual(text(req.receive()), ["reply", ""]);
    assert.equal(req.hasIn, false);
    assert.equal(req.send("2"), true);
    assert.deepEqual(b.sent, [["", "2"]]);
  });

  it("drops what is malformed, unasked for, or from another peer", () => {
    const req = new Req({});
    const [a, b] = [new FakePipe().join(req), new FakePipe().join(req)];
    a.arrive(req, ["", "before the request"]);
    assert.equal(req.hasIn, false);
    assert.equal(req.receive(), undefined);
    req.send("1");
    assert.equal(req.hasIn, false);
    b.arrive(req, ["", "nobody asked"]);
    a.arrive(req, ["no envelope"], ["no", "envelope"], [""], ["", "right"], ["", "once more"]);
    assert.deepEqual(receiveAll(req), [["right"]]);
    req.send("2");
    assert.equal(a.unread, 0, "what is left of the first is dropped");
    a.arrive(req, ["", "late"]);
    b.arrive(req, ["", "from b"]);
    assert.deepEqual(receiveAll(req), [["from b"]]);
  });

  it("knows what is no reply at all", () => {
    const req = new Req({});
    const isMalformed = (...frames: string[]): boolean =>
      req.malformed(frames.map((frame) => Buffer.from(frame))) !== undefined;
    for (const reply of [
      ["", ""],
      ["", "x", "y"],
      ["1234", "", "x"],
    ]) {
      assert.equal(isMalformed(...reply), false);
    }
    for (const none of [[""], ["x"], ["x", "", "y"], ["1234", ""], ["1234", "x", ""]]) {
      assert.equal(isMalformed(...none), true);
    }
  });

  it("takes no other peer's reply when the one that was asked has gone", () => {
    const req = new Req({});
    const [a, b] = [new FakePipe().join(req), new FakePipe().join(req)];
    req.send("1");
    req.pipeTerminated(a);
    b.arrive(req, ["", "not asked"]);
    assert.equal(req.hasIn, false);
    assert.throws(() => req.send("2"), { code: "EFSM" });
  });

  it("with relaxed, asks the next peer, and drops the first one's reply", () => {
    const req = new Req({ relaxed: true });
    const [a, b] = [new FakePipe().join(req), new FakePipe().join(req)];
    req.send("1");
    a.arrive(req, ["", "reply to 1"]);
    assert.equal(req.hasIn, true);
    assert.equal(req.hasOut, true);
    req.send("2");
    assert.equal(req.hasIn, false);
    a.arrive(req, ["", "late"]);
    b.arrive(req, ["", "reply to 2"]);
    assert.deepEqual(receiveAll(req), [["reply to 2"]]);
  });

  it("with correlate, numbers requests and takes that reply alone", () => {
    const req = new Req({ relaxed: true, correlate: true });
    const pipe = new FakePipe().join(req);
    req.send("1");
    req.send("2");
    const [[first, ...rest], [second]] = pipe.sent as [string[], string[]];
    assert.deepEqual(rest, ["", "1"]);
    const number = (id: string | undefined) => Buffer.from(id ?? "", "latin1").readUInt32LE();
    assert.equal(number(second), (number(first) + 1) >>> 0);
    pipe.arrive(req, [first as string, "", "old"], ["", "none"], [second as string, "", "new"]);
    assert.deepEqual(receiveAll(req), [["new"]]);
  });
});

describe("REP", () => {
  it("returns the envelope with the reply", () => {
    const rep = new Rep({});
    const [a, b] = [new FakePipe().join(rep), new FakePipe().join(rep)];
    assert.equal(rep.hasOut, false);
    assert.throws(() => rep.send("unasked"), { code: "EFSM" });
    b.arrive(rep, ["hop 2", "hop 1", "", "request", "", "more"]);
    a.arrive(rep, ["", "request of a"]);
    assert.equal(rep.hasIn, true);
    assert.throws(() => rep.send("not received yet"), { code: "EFSM" });
    assert.deepEqual(text(rep.receive()), ["request of a"]);
    assert.equal(rep.hasIn, false);
    assert.equal(rep.receive(), undefined);
    assert.equal(rep.hasOut, true);
    rep.send("reply");
    assert.deepEqual(a.sent, [["", "reply"]]);
    assert.deepEqual(text(rep.receive()), ["request", "", "more"]);
    rep.send(["reply", "to b"]);
    assert.deepEqual(b.sent, [["hop 2", "hop 1", "", "reply", "to b"]]);
    assert.equal(rep.hasIn, false);
  });

  it("drops requests without an envelope or a body", () => {
    const rep = new Rep({});
    const pipe = new FakePipe().join(rep);
    pipe.arrive(rep, ["none"], ["id", "none"], ["id", ""], [""], ["", ""]);
    assert.deepEqual(text(rep.receive()), [""]);
  });

  it("drops the reply to a peer that has gone or is full", () => {
    const rep = new Rep({});
    const [a, b] = [new FakePipe().join(rep), new FakePipe("", 0).join(rep)];
    a.arrive(rep, ["", "1"]);
    rep.receive();
    rep.pipeTerminated(a);
    assert.equal(rep.send("reply"), true);
    b.arrive(rep, ["", "2"]);
    assert.deepEqual(text(rep.receive()), ["2"]);
    assert.equal(rep.send("reply"), true);
    assert.deepEqual([a.sent, b.sent], [[], []]);
  });
});

describe("PAIR", () => {
  it("has one peer, and turns away who comes while it is there", () => {
    const pair = new Pair({});
    assert.equal(pair.hasOut, false);
    assert.equal(pair.send("nobody"), false);
    const [a, b] = [new FakePipe("", 1).join(pair), new FakePipe().join(pair)];
    assert.deepEqual([a.terminated, b.terminated], [false, true]);
    pair.pipeTerminated(b);
    assert.equal(pair.send(["1", ""]), true);
    assert.equal(pair.hasOut, false);
    assert.equal(pair.send("2"), false);
    a.arrive(pair, ["a"]);
    b.arrive(pair, ["b"]);
    assert.equal(pair.hasIn, true);
    pair.pipeTerminated(a);
    const c = new FakePipe().join(pair);
    assert.equal(c.terminated, false);
    pair.send("to c");
    assert.deepEqual([a.sent, c.sent], [[["1", ""]], [["to c"]]]);
    assert.deepEqual(receiveAll(pair), [["a"]]);
  });
});
