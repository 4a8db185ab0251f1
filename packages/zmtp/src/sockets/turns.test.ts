import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { FakePipe, receiveAll, text } from "../testing/fake-pipe.js";
import { Dealer } from "./dealer.js";
import { FairQueue } from "./fair-queue.js";
import { LoadBalancer } from "./load-balancer.js";
import { Pull } from "./pull.js";
import { Push } from "./push.js";
import { Scatter } from "./scatter.js";

describe("FairQueue", () => {
  it("takes one message of each pipe in turn", () => {
    const pull = new Pull({});
    const [a, b, c] = [new FakePipe(), new FakePipe(), new FakePipe()];
    for (const pipe of [a, b, c]) pipe.join(pull);
    a.arrive(pull, ["a1"], ["a2"], ["a3"]);
    b.arrive(pull, ["b1"]);
    c.arrive(pull, ["c1"], ["c2"]);
    assert.deepEqual(receiveAll(pull).flat(), ["a1", "b1", "c1", "a2", "c2", "a3"]);
    assert.equal(pull.hasIn, false);
    b.arrive(pull, ["b2", "in two frames"]);
    assert.equal(pull.hasIn, true);
    assert.equal(pull.hasIn, true);
    assert.deepEqual(receiveAll(pull), [["b2", "in two frames"]]);
  });

  it("reads what a pipe brings along, and nothing of one that has ended", () => {
    const pull = new Pull({});
    const [a, b] = [new FakePipe(), new FakePipe()];
    a.arrive(pull, ["a1"]);
    b.arrive(pull, ["b1"]);
    a.join(pull);
    b.join(pull);
    pull.pipeTerminated(a);
    pull.pipeTerminated(a);
    pull.readActivated(a);
    assert.deepEqual(receiveAll(pull), [["b1"]]);
    pull.pipeTerminated(b);
    assert.equal(pull.hasIn, false);
  });

  it("keeps the message that a look has shown, though its pipe ends", () => {
    const pull = new Pull({});
    const pipe = new FakePipe().join(pull);
    pipe.arrive(pull, ["kept"]);
    assert.equal(pull.hasIn, true);
    pull.pipeTerminated(pipe);
    assert.deepEqual(receiveAll(pull), [["kept"]]);
  });

  it("is fair, loses nothing and keeps the order of each pipe, whatever comes and goes", () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.tuple(fc.constant("arrive"), fc.nat(5), fc.integer({ min: 1, max: 4 })),
      },
      { weight: 8, arbitrary: fc.tuple(fc.constant("receive"), fc.nat(5), fc.constant(0)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("end"), fc.nat(5), fc.constant(0)) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new FairQueue();
        const socket = { readActivated: (pipe: FakePipe) => queue.activated(pipe) } as never;
        const pipes = new Map<number, FakePipe>();
        const waiting = new Map<number, string[]>();
        /** How many others were served since, for each that has had a message all the time. */
        const passed = new Map<number, number>();
        let n = 0;
        const check = (): boolean => {
          const message = text(queue.receive());
          const backlog = [...waiting.values()].some((messages) => messages.length > 0);
          assert.equal(message !== undefined, backlog);
          if (message === undefined) return false;
          const from = Number(message[0]?.split(" ")[0]);
          assert.equal(waiting.get(from)?.shift(), message[0]);
          passed.delete(from);
          for (const [name, messages] of waiting) {
            if (name === from || messages.length === 0) continue;
            passed.set(name, (passed.get(name) ?? 0) + 1);
            assert.ok((passed.get(name) ?? 0) <= 6, "somebody is served who was not due");
          }
          return true;
        };
        for (const [what, name, count] of steps) {
          if (what === "receive") check();
          else if (what === "end") {
            const pipe = pipes.get(name);
            if (pipe !== undefined) queue.terminated(pipe);
            for (const map of [pipes, waiting, passed]) map.delete(name);
          } else {
            const pipe = pipes.get(name) ?? new FakePipe();
            if (!pipes.has(name)) {
              pipes.set(name, pipe);
              waiting.set(name, []);
              queue.attach(pipe);
            }
            for (let i = 0; i < count; i += 1) {
              n += 1;
              waiting.get(name)?.push(`${name} ${n}`);
              pipe.arrive(socket, [`${name} ${n}`]);
            }
          }
        }
        while (check());
      }),
    );
  });
});

describe("LoadBalancer", () => {
  it("deals messages in turn, and leaves out who is full until there is room", () => {
    const push = new Push({});
    assert.equal(push.hasOut, false);
    assert.equal(push.send("nobody"), false);
    const [a, b] = [new FakePipe("", 1), new FakePipe("", 3)];
    a.join(push);
    b.join(push);
    assert.equal(push.hasOut, true);
    for (const message of ["1", "2", "3", "4"]) assert.equal(push.send(message), true);
    assert.deepEqual(a.sent, [["1"]]);
    assert.deepEqual(b.sent, [["2"], ["3"], ["4"]]);
    assert.equal(push.hasOut, false);
    assert.equal(push.send("5"), false);
    const writes = a.writes;
    assert.equal(push.send("5"), false);
    assert.equal(a.writes, writes, "one that is full is not asked again");
    a.drain(push);
    assert.equal(push.hasOut, true);
    assert.equal(push.send(["5", "in two frames"]), true);
    assert.deepEqual(a.sent, [["5", "in two frames"]]);
  });

  it("sends past a pipe that ends", () => {
    const push = new Push({});
    const [a, b] = [new FakePipe().join(push), new FakePipe().join(push)];
    push.send("1");
    push.pipeTerminated(b);
    push.writeActivated(b);
    push.send("2");
    assert.deepEqual(a.sent, [["1"], ["2"]]);
    push.pipeTerminated(a);
    assert.equal(push.send("3"), false);
  });

  it("spreads messages evenly over pipes that have room", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 }),
        (rooms) => {
          const balancer = new LoadBalancer();
          const pipes = rooms.map((room) => new FakePipe("", room));
          for (const pipe of pipes) balancer.attach(pipe);
          let sent = 0;
          while (balancer.hasOut) {
            assert.equal(balancer.send(String(sent)), true);
            sent += 1;
            const open = pipes.filter((pipe) => pipe.sent.length < pipe.capacity);
            const counts = open.map((pipe) => pipe.sent.length);
            assert.ok(Math.max(...counts, 0) - Math.min(...counts, Infinity) <= 1);
          }
          assert.equal(
            sent,
            rooms.reduce((sum, room) => sum + room, 0),
          );
          assert.equal(balancer.send("more"), false);
        },
      ),
    );
  });
});

describe("DEALER", () => {
  it("deals, and takes in turn", () => {
    const dealer = new Dealer({});
    const [a, b] = [new FakePipe().join(dealer), new FakePipe().join(dealer)];
    dealer.send(["1", ""]);
    dealer.send("2");
    assert.deepEqual([a.sent, b.sent], [[["1", ""]], [["2"]]]);
    a.arrive(dealer, ["a1"], ["a2"]);
    b.arrive(dealer, ["b1"]);
    assert.deepEqual(receiveAll(dealer).flat(), ["a1", "b1", "a2"]);
    dealer.pipeTerminated(a);
    dealer.send("3");
    assert.deepEqual(b.sent, [["2"], ["3"]]);
  });

  it("probes each new peer before anything else is sent", () => {
    const dealer = new Dealer({ probeRouter: true });
    const pipe = new FakePipe();
    dealer.attach(pipe);
    dealer.send("1");
    dealer.peerReady(pipe);
    assert.deepEqual(pipe.sent, [[""], ["1"]]);
  });
});

it("PUSH and SCATTER read what peers say that have nothing to say, and keep none of it", () => {
  for (const socket of [new Push({}), new Scatter({})]) {
    const pipe = new FakePipe().join(socket);
    pipe.read();
    pipe.arrive(socket, ["one"], ["two"]);
    assert.equal(pipe.unread, 0);
  }
});
