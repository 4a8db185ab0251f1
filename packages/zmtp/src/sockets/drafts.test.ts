import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakePipe, receiveAll, text } from "../testing/fake-pipe.js";
import { Client } from "./client.js";
import { Dish } from "./dish.js";
import { Gather } from "./gather.js";
import { Radio } from "./radio.js";
import { Scatter } from "./scatter.js";
import { Server } from "./server.js";

describe("SERVER", () => {
  it("gives peers numbers, and sends to whom the number says", () => {
    const server = new Server({});
    const [a, b] = [new FakePipe("", 1).join(server), new FakePipe().join(server)];
    a.arrive(server, ["two", "frames"], ["from a"]);
    b.arrive(server, ["from b"]);
    assert.deepEqual(text(server.receive()), ["from b"]);
    const ofB = server.meta?.routingId as number;
    assert.equal(server.hasIn, true);
    assert.equal(server.meta?.routingId, ofB, "a look changes nothing");
    assert.deepEqual(text(server.receive()), ["from a"]);
    const ofA = server.meta?.routingId as number;
    assert.equal(ofB, (ofA + 1) >>> 0 || 1);
    assert.equal(server.send("to a", { routingId: ofA }), true);
    assert.equal(server.send("more", { routingId: ofA }), false);
    assert.equal(server.send(["to b"], { routingId: ofB }), true);
    assert.equal(server.hasOut, true);
    assert.deepEqual([a.sent, b.sent], [[["to a"]], [["to b"]]]);
    assert.throws(() => server.send(["two", "frames"], { routingId: ofB }), { code: "EINVAL" });
    assert.throws(() => server.send("nobody"), { code: "EHOSTUNREACH" });
    server.pipeTerminated(b);
    assert.throws(() => server.send("gone", { routingId: ofB }), { code: "EHOSTUNREACH" });
  });
});

describe("CLIENT, SCATTER and GATHER", () => {
  it("have messages of one frame", () => {
    for (const socket of [new Client({}), new Scatter({})]) {
      const pipe = new FakePipe().join(socket);
      assert.equal(socket.send(["1"]), true);
      assert.throws(() => socket.send(["1", "2"]), { code: "EINVAL" });
      assert.deepEqual(pipe.sent, [["1"]]);
    }
    for (const socket of [new Client({}), new Gather({})]) {
      const pipe = new FakePipe().join(socket);
      pipe.arrive(socket, ["1", "2"]);
      assert.equal(socket.hasIn, false);
      pipe.arrive(socket, ["1", "2"], ["3"]);
      assert.deepEqual(receiveAll(socket), [["3"]]);
    }
  });
});

describe("RADIO", () => {
  it("sends to those who have joined the group", () => {
    const radio = new Radio({});
    const [a, b] = [new FakePipe("", 2), new FakePipe()];
    for (const pipe of [a, b]) pipe.join(radio);
    a.tell(radio, "JOIN", "news", "news", "\xc3\xa9");
    a.arrive(radio, ["nonsense"], ["JOIN", "none"], ["LEAVE", "news"]); // no commands
    b.tell(radio, "JOIN", "new");
    for (const group of ["news", Buffer.from("new"), "none", "é"]) radio.send("x", { group });
    radio.send(["y"], { group: "news" });
    assert.throws(() => radio.send(["1", "2"], { group: "news" }), { code: "EINVAL" });
    assert.throws(() => radio.send("1", { group: "é".repeat(128) }), { code: "EINVAL" });
    assert.deepEqual(a.drain(radio), [
      ["news", "x"],
      ["\xc3\xa9", "x"],
    ]);
    assert.deepEqual(b.sent, [["new", "x"]]);
    a.tell(radio, "LEAVE", "news", "nothing");
    radio.send("z", { group: "news" });
    radio.peerReady(b);
    radio.pipeTerminated(a);
    radio.readActivated(a);
    for (const group of ["new", "é"]) radio.send("z", { group });
    assert.deepEqual([a.sent, b.sent.length], [[], 1]);
    assert.deepEqual([radio.hasOut, radio.hasIn], [true, false]);
  });

  it("hangs up on a peer that joins too many groups, and keeps no names that are too long", () => {
    const radio = new Radio({});
    const [greedy, other] = [new FakePipe().join(radio), new FakePipe().join(radio)];
    other.tell(radio, "JOIN", "x".repeat(255), "x".repeat(256));
    for (let n = 0; n < 2 ** 18; n += 1) greedy.tell(radio, "JOIN", `${n}`);
    assert.equal(greedy.terminated, false);
    greedy.tell(radio, "JOIN", "one more");
    assert.equal(greedy.terminated, true);
    for (const group of ["7", "x".repeat(255)]) radio.send("x", { group });
    assert.deepEqual([greedy.sent.length, other.sent.length], [0, 1]);
  });

  it("sends everything to a peer that cannot join", () => {
    const radio = new Radio({});
    const pipe = new FakePipe();
    pipe.takesAll = true;
    pipe.join(radio);
    radio.send("x", { group: "g" });
    assert.deepEqual(pipe.sent, [["g", "x"]]);
  });
});

it("a RADIO hears of groups that a peer joins as it comes, and forgets them when it comes back", () => {
  const radio = new Radio({});
  const pipe = new FakePipe();
  pipe.tell(radio, "JOIN", "g");
  pipe.join(radio);
  radio.send("one", { group: "g" });
  radio.peerReady(pipe);
  radio.send("two", { group: "g" });
  assert.deepEqual(pipe.sent, [["g", "one"]]);
});

describe("DISH", () => {
  it("joins and leaves groups, and tells those who come", () => {
    const dish = new Dish({});
    const [a, b] = [new FakePipe().join(dish), new FakePipe()];
    dish.attach(b);
    dish.joinGroup("one");
    dish.joinGroup("two");
    assert.throws(() => dish.joinGroup("one"), { code: "EINVAL" });
    assert.throws(() => dish.joinGroup("x".repeat(256)), { code: "EINVAL" });
    dish.leaveGroup("one");
    assert.throws(() => dish.leaveGroup("one"), { code: "EINVAL" });
    dish.peerReady(b);
    dish.pipeTerminated(a);
    dish.joinGroup("three");
    assert.deepEqual(a.commands, ["JOIN one", "JOIN two", "LEAVE one"]);
    assert.deepEqual(b.commands, ["JOIN two", "JOIN three"]);
  });

  it("receives what is of its groups", () => {
    const dish = new Dish({});
    const pipe = new FakePipe().join(dish);
    dish.joinGroup("é");
    pipe.arrive(dish, ["other", "x"], ["\xc3\xa9"], ["\xc3\xa9", "1", "2"], ["\xc3\xa9", "right"]);
    assert.equal(dish.hasIn, true);
    assert.deepEqual(receiveAll(dish), [["right"]]);
    assert.deepEqual(dish.meta, { group: "é" });
    assert.equal(dish.malformed([Buffer.from("é"), Buffer.from("right")]), undefined);
    const x = Buffer.from("x");
    for (const wrong of [[x], [x, x, x], [Buffer.alloc(256), x]]) {
      assert.equal(dish.malformed(wrong), "no group and message");
    }
    assert.throws(() => dish.send("x"), { code: "ENOTSUP" });
  });
});
