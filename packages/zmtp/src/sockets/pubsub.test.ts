import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePipe, receiveAll, text } from "../testing/fake-pipe.js";
import { Pub } from "./pub.js";
import type { RoutingOptions } from "./socket.js";
import { Sub } from "./sub.js";
import { MOST_ASKED } from "./subscriptions.js";
import { MOST_WAITING, Xpub } from "./xpub.js";
import { Xsub } from "./xsub.js";

/** A subscriber of these topics. */
function subscriber(socket: Xpub, topics: string[], capacity = Infinity): FakePipe {
  const pipe = new FakePipe("", capacity).join(socket);
  pipe.arrive(socket, ...topics.map((topic) => [`\x01${topic}`]));
  return pipe;
}

describe("PUB", () => {
  it("sends each message once to each who has asked for what it begins with", () => {
    const pub = new Pub({});
    assert.equal(pub.hasOut, true);
    assert.equal(pub.send("nobody"), true);
    const all = subscriber(pub, [""]);
    const some = subscriber(pub, ["a", "ab", "abc"]);
    const none = subscriber(pub, []);
    for (const message of ["ab", ["abcd", "b"], "b", ["", "a"], "aé"]) pub.send(message);
    assert.deepEqual(all.sent.flat(), ["ab", "abcd", "b", "b", "", "a", "a\xc3\xa9"]);
    assert.deepEqual(some.sent, [["ab"], ["abcd", "b"], ["a\xc3\xa9"]]);
    assert.deepEqual(none.sent, []);
    some.arrive(pub, ["\0a"], ["\0ab"], ["\0nothing"]);
    pub.send("ab");
    pub.send("abc");
    assert.deepEqual(some.drain(pub).slice(3), [["abc"]]);
    assert.equal(pub.hasIn, false);
    assert.equal(pub.receive(), undefined);
  });

  it("drops for one that is full, until it has room", () => {
    const pub = new Pub({});
    const [slow, quick] = [subscriber(pub, ["a"], 1), subscriber(pub, ["a"])];
    for (const message of ["a1", "a2", "a3"]) assert.equal(pub.send(message), true);
    assert.equal(slow.writes, 2, "it is not asked again");
    assert.deepEqual(slow.drain(pub), [["a1"]]);
    pub.send("a4");
    assert.deepEqual(slow.sent, [["a4"]]);
    assert.equal(quick.sent.length, 4);
  });

  it("forgets who has gone, and what was asked for before a reconnect", () => {
    const pub = new Pub({});
    const [a, b] = [subscriber(pub, ["x", "y"]), subscriber(pub, ["x"])];
    pub.pipeTerminated(a);
    pub.readActivated(a);
    pub.writeActivated(a);
    pub.peerReady(b);
    b.arrive(pub, ["\x01y"]);
    pub.send("x");
    pub.send("y");
    assert.deepEqual([a.sent, b.sent], [[], [["y"]]]);
  });

  it("with invertMatching, sends to those who have not asked", () => {
    const pub = new Pub({ invertMatching: true });
    const [a, b] = [subscriber(pub, ["a"]), subscriber(pub, ["b"])];
    for (const message of ["a", "b", "c"]) pub.send(message);
    assert.deepEqual(
      [a.sent, b.sent],
      [
        [["b"], ["c"]],
        [["a"], ["c"]],
      ],
    );
  });

  it("sends everything to a peer that cannot ask", () => {
    const pub = new Pub({});
    const pipe = new FakePipe();
    pipe.takesAll = true;
    pipe.join(pub);
    pub.peerReady(pipe);
    pub.send("x");
    assert.deepEqual(pipe.sent, [["x"]]);
  });
});

describe("XPUB", () => {
  const requests = (options: RoutingOptions): string[] => {
    const xpub = new Xpub(options);
    const [a, b] = [new FakePipe().join(xpub), new FakePipe().join(xpub)];
    a.arrive(xpub, ["\x01t"], ["\x01t"]);
    b.arrive(xpub, ["\x01t"]);
    a.arrive(xpub, ["\0t"]);
    a.arrive(xpub, ["\x01u"], ["\x01v"]);
    b.arrive(xpub, ["\x01v"]);
    xpub.pipeTerminated(a);
    b.arrive(xpub, ["\0t"], ["\0v"]);
    assert.equal(xpub.hasIn, true);
    return receiveAll(xpub).map((frames) => `${frames}`.replace("\x01", "+").replace("\0", "-"));
  };

  it("tells of the first who asks for a topic, and of the last who cancels it", () => {
    assert.deepEqual(requests({}), ["+t", "+u", "+v", "-u", "-t", "-v"]);
  });

  it("with verbose, tells of all who ask, with verboser of all who cancel, too", () => {
    const asked = ["+t", "+t", "+t", "+u", "+v", "+v"];
    assert.deepEqual(requests({ verbose: true }), [...asked, "-u", "-t", "-v"]);
    assert.deepEqual(requests({ verboser: true }), [
      ...asked.slice(0, 3),
      "-t",
      ...asked.slice(3),
      "-u",
      "-v",
      "-t",
      "-v",
    ]);
  });

  it("passes messages of subscribers' users on", () => {
    const xpub = new Xpub({});
    const pipe = new FakePipe().join(xpub);
    pipe.arrive(xpub, ["hello", "\x01x"], [""], ["\x01y", "z", "\x01w"]);
    assert.deepEqual(receiveAll(xpub), [["hello", "\x01x"], [""], ["\x01y"], ["z"], ["\x01w"]]);
    for (const message of ["x", "y", "w"]) xpub.send(message);
    assert.deepEqual(pipe.sent, [["y"], ["w"]]);
  });

  it("reads no more from a subscriber of whom much waits, and on when it is received", () => {
    for (const request of ["", "\x01", "\0"]) {
      const xpub = new Xpub({ verboser: true });
      const [greedy, other] = [new FakePipe().join(xpub), new FakePipe().join(xpub)];
      const message = `${request}${"x".repeat(MOST_WAITING / 4)}`;
      for (let n = 0; n < 10; n += 1) greedy.arrive(xpub, [message]);
      assert.equal(greedy.unread, 6);
      other.arrive(xpub, ["\x01t"]);
      assert.equal(other.unread, 0);
      xpub.receive();
      assert.equal(greedy.unread, 5);
      assert.equal(receiveAll(xpub).length, 10);
      assert.equal(greedy.unread, 0);
    }
  });

  it("hangs up on a subscriber that asks for too much, and forgets what it has asked for", () => {
    for (const socket of [new Pub({}), new Xpub({ manual: true })]) {
      const [greedy, other] = [subscriber(socket, ["b"]), subscriber(socket, ["a"])];
      const length = 2 ** 24;
      for (let n = 0; n < MOST_ASKED / length && !greedy.terminated; n += 1) {
        assert.equal(greedy.unread, 0);
        greedy.arrive(socket, [`\x01${"a".repeat(length - n)}`]);
        receiveAll(socket);
      }
      assert.equal(greedy.terminated, true);
      socket.send("b");
      assert.deepEqual([greedy.sent, other.terminated], [[], false]);
    }
  });

  it("welcomes each subscriber", () => {
    const xpub = new Xpub({ welcomeMessage: "hi" });
    const pipe = new FakePipe().join(xpub);
    assert.deepEqual(pipe.sent, [["hi"]]);
    xpub.setOption("welcomeMessage", Buffer.from("ho"));
    xpub.peerReady(pipe);
    assert.deepEqual(pipe.sent, [["hi"], ["ho"]]);
  });

  it("with noDrop, sends to nobody while one of them is full", () => {
    const xpub = new Xpub({ noDrop: true });
    const [slow, quick] = [subscriber(xpub, ["a", "ab"], 1), subscriber(xpub, ["a", "b"])];
    assert.equal(xpub.send("ab1"), true);
    assert.equal(xpub.send("ab2"), false);
    assert.equal(xpub.hasOut, false);
    assert.equal(xpub.send("b"), true, "what is not for the full one");
    assert.deepEqual(quick.drain(xpub), [["ab1"], ["b"]]);
    assert.equal(xpub.send("ab2"), false);
    assert.deepEqual(slow.drain(xpub), [["ab1"]]);
    assert.equal(xpub.hasOut, true);
    assert.equal(xpub.send("ab2"), true);
    assert.deepEqual([slow.sent, quick.sent], [[["ab2"]], [["ab2"]]]);
    assert.equal(xpub.send("ab3"), false);
    xpub.pipeTerminated(slow);
    assert.equal(xpub.hasOut, true);
    assert.equal(xpub.send("ab3"), true);
  });

  it("with noDrop, does not wait for one that wants no more, or has gone", () => {
    const xpub = new Xpub({ noDrop: true });
    const [slow, gone] = [subscriber(xpub, ["a"], 0), subscriber(xpub, ["b"], 0)];
    assert.equal(xpub.send("a"), false);
    slow.arrive(xpub, ["\0a"]);
    assert.equal(xpub.hasOut, true);
    assert.equal(xpub.send("a"), true);
    gone.gone = true;
    assert.equal(xpub.send("b"), true);
  });

  it("with manual, subscribes whom its user subscribes", () => {
    const xpub = new Xpub({ manual: true });
    const [a, b] = [subscriber(xpub, ["a"]), subscriber(xpub, ["b"])];
    assert.equal(xpub.setOption("subscribe", Buffer.from("nobody's")), true);
    assert.deepEqual(text(xpub.receive()), ["\x01a"]);
    xpub.setOption("subscribe", Buffer.from("A"));
    b.arrive(xpub, ["no request"]);
    assert.deepEqual(text(xpub.receive()), ["\x01b"]);
    assert.deepEqual(text(xpub.receive()), ["no request"]);
    xpub.setOption("subscribe", Buffer.from("B"));
    xpub.setOption("subscribe", Buffer.from("A"));
    for (const message of ["a", "b", "A", "B"]) xpub.send(message);
    assert.deepEqual([a.sent, b.sent], [[["A"]], [["A"], ["B"]]]);
    a.arrive(xpub, ["\x01a"], ["\0a"]);
    assert.deepEqual(receiveAll(xpub), [["\x01a"], ["\0a"]]);
    xpub.setOption("unsubscribe", Buffer.from("A"));
    xpub.send("A");
    assert.deepEqual([a.sent.length, b.sent.length], [1, 3]);
    xpub.pipeTerminated(b);
    assert.deepEqual(receiveAll(xpub), [["\0b"]]);
    xpub.setOption("subscribe", Buffer.from("C"));
    xpub.send("C");
    assert.deepEqual([a.sent.length, b.sent.length], [1, 3], "the cancellation is nobody's");
    assert.equal(new Xpub({}).setOption("subscribe", Buffer.from("x")), false);
  });

  it("with manual, subscribes nobody who has gone since", () => {
    const xpub = new Xpub({ manual: true });
    const a = subscriber(xpub, ["a"]);
    xpub.pipeTerminated(a);
    assert.deepEqual(text(xpub.receive()), ["\x01a"]);
    xpub.setOption("subscribe", Buffer.from("a"));
    xpub.send("a");
    assert.deepEqual(a.sent, []);
    assert.deepEqual(receiveAll(xpub), [["\0a"]]);
  });

  it("with manualLastValue, answers the one who asked last", () => {
    const xpub = new Xpub({ manual: true });
    const [a, b] = [subscriber(xpub, ["t"]), subscriber(xpub, ["t"])];
    for (let n = 0; n < 2; n += 1) {
      xpub.receive();
      xpub.setOption("subscribe", Buffer.from("t"));
    }
    xpub.setOption("manualLastValue", true);
    xpub.send("t for b");
    xpub.send("t for all");
    xpub.setOption("manualLastValue", false);
    xpub.setOption("manual", true);
    assert.deepEqual([a.sent, b.sent], [[["t for all"]], [["t for b"], ["t for all"]]]);
  });
});

describe("XSUB", () => {
  it("sends subscriptions to all publishers, and to those that come, come back or were not there yet", () => {
    const xsub = new Xsub({});
    const [early, late] = [new FakePipe().join(xsub), new FakePipe()];
    xsub.attach(late);
    xsub.send("\x01a");
    xsub.send(["\x01b", "\x01a"]);
    assert.deepEqual(early.commands, ["SUBSCRIBE a", "SUBSCRIBE b", "SUBSCRIBE a"]);
    assert.deepEqual(late.commands, []);
    xsub.peerReady(late);
    assert.deepEqual(late.commands, ["SUBSCRIBE a", "SUBSCRIBE b"]);
    xsub.send("\0a");
    xsub.send("\0c");
    xsub.send(Buffer.from("\0b"));
    assert.deepEqual(late.commands.slice(2), ["CANCEL b"]);
    xsub.send("\0a");
    assert.deepEqual(late.commands.slice(3), ["CANCEL a"]);
    xsub.send("\x01d");
    early.commands = [];
    xsub.peerReady(early);
    assert.deepEqual(early.commands, ["SUBSCRIBE d"]);
    xsub.pipeTerminated(early);
    xsub.send("\x01e");
    assert.equal(early.commands.length, 1);
    assert.equal(xsub.hasOut, true);
  });

  it("receives all that comes, in turn, and sends other messages up", () => {
    const xsub = new Xsub({});
    const [a, b] = [new FakePipe("", 1).join(xsub), new FakePipe().join(xsub)];
    a.arrive(xsub, ["1"], ["2"]);
    b.arrive(xsub, ["3"]);
    assert.deepEqual(receiveAll(xsub).flat(), ["1", "3", "2"]);
    xsub.send(["up", "\x01up"]);
    xsub.send("");
    assert.deepEqual(a.sent, [["up", "\x01up"]]);
    assert.deepEqual(b.sent, [["up", "\x01up"], [""]]);
    assert.deepEqual(b.commands, []);
  });
});

describe("SUB", () => {
  it("receives what it has subscribed to, whatever publishers send", () => {
    const sub = new Sub({});
    const pipe = new FakePipe().join(sub);
    assert.equal(sub.setOption("subscribe", "a"), true);
    assert.equal(sub.setOption("subscribe", Buffer.from("a")), true);
    assert.equal(sub.setOption("something", 1), false);
    pipe.arrive(sub, ["b"]);
    assert.equal(sub.hasIn, false);
    pipe.arrive(sub, ["b"], ["abc", "b"], ["", "a"]);
    assert.equal(sub.hasIn, true);
    assert.deepEqual(receiveAll(sub), [["abc", "b"]]);
    sub.setOption("unsubscribe", "a");
    pipe.arrive(sub, ["a"]);
    assert.deepEqual(receiveAll(sub), [["a"]]);
    sub.setOption("unsubscribe", "a");
    pipe.arrive(sub, ["a"]);
    assert.deepEqual(receiveAll(sub), []);
    assert.deepEqual(pipe.commands, ["SUBSCRIBE a", "SUBSCRIBE a", "CANCEL a"]);
    assert.throws(() => sub.send(), { code: "ENOTSUP" });
    assert.equal(sub.hasOut, false);
  });

  it("with invertMatching, receives what it has not subscribed to", () => {
    const sub = new Sub({ invertMatching: true });
    const pipe = new FakePipe().join(sub);
    sub.setOption("subscribe", "a");
    pipe.arrive(sub, ["ab"], ["b"]);
    assert.deepEqual(receiveAll(sub), [["b"]]);
  });
});
