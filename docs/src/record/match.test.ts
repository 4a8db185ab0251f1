import assert from "node:assert/strict";
import { test } from "node:test";
import { match } from "./match.ts";
import type { RunEvent } from "./run.ts";

let at = 0;
const event = (
  connection: string,
  what: RunEvent["what"],
  more: Partial<RunEvent> = {},
): RunEvent => {
  at += 10;
  return { at, process: connection.slice(0, -1), connection, what, ...more };
};
const binds = (connection: string, type: string, address = "tcp://a:1") =>
  event(connection, "bind", { type, address, given: address });
const connects = (connection: string, type: string, address = "tcp://a:1") =>
  event(connection, "connect", { type, address, given: address });
const sends = (connection: string, ...frames: string[]) => event(connection, "send", { frames });
const receives = (connection: string, ...frames: string[]) =>
  event(connection, "receive", { frames });
const arrows = (...events: RunEvent[]) =>
  match(events).arrows.map(({ from, to, frames }) => `${from} ${to} ${frames.join("|")}`);

test("a message came from the socket at the other end of the address, not from another", () => {
  const events = [
    binds("a1", "PULL"),
    connects("b1", "PUSH"),
    connects("c1", "PUSH", "tcp://a:2"),
    sends("c1", "x"),
    sends("b1", "x"),
    receives("a1", "x"),
    receives("a1", "x"),
  ];
  assert.deepEqual(arrows(...events), ["b1 a1 x"]);
  assert.equal(match(events).strays, 1);
});

test("names within a process are another process's own", () => {
  const make = (other: string) => [
    binds("a1", "PAIR", "inproc://x"),
    connects(other, "PAIR", "inproc://x"),
    sends(other, "m"),
    receives("a1", "m"),
  ];
  assert.deepEqual(arrows(...make("a2")), ["a2 a1 m"]);
  assert.deepEqual(arrows(...make("b2")), []);
});

test("identities and envelopes lead requests and replies through a broker", () => {
  assert.deepEqual(
    arrows(
      binds("b1", "ROUTER", "tcp://a:1"),
      binds("b2", "DEALER", "tcp://a:2"),
      connects("c1", "REQ", "tcp://a:1"),
      connects("w1", "REP", "tcp://a:2"),
      sends("c1", "Hello"),
      receives("b1", "0x01", "", "Hello"),
      sends("b2", "0x01", "", "Hello"),
      receives("w1", "0x02", "0x01", "", "Hello"),
      sends("w1", "0x02", "0x01", "", "World"),
      receives("b2", "0x01", "", "World"),
      sends("b1", "0x01", "", "World"),
      receives("c1", "World"),
    ),
    ["c1 b1 Hello", "b2 w1 0x01||Hello", "w1 b2 World", "b1 c1 |World"],
  );
});

test("of several that say the same, it was the one with the identity", () => {
  assert.deepEqual(
    arrows(
      binds("r1", "ROUTER"),
      connects("a1", "DEALER"),
      connects("b1", "DEALER"),
      sends("a1", "from a"),
      sends("b1", "from b"),
      receives("r1", "A", "from a"),
      receives("r1", "B", "from b"),
      sends("b1", "both"),
      sends("a1", "both"),
      receives("r1", "A", "both"),
      receives("r1", "B", "both"),
    ).slice(2),
    ["a1 r1 both", "b1 r1 both"],
  );
});

test("what is published goes to each subscriber once, and what nobody took to none", () => {
  assert.deepEqual(
    arrows(
      binds("p1", "PUB"),
      connects("s1", "SUB"),
      connects("t1", "SUB"),
      sends("p1", "early"),
      sends("p1", "news"),
      receives("s1", "news"),
      receives("t1", "news"),
    ),
    ["p1 s1 news", "p1 t1 news"],
  );
});

test("a message may be noted as received a little before it is noted as sent", () => {
  assert.deepEqual(
    arrows(binds("a1", "PULL"), connects("b1", "PUSH"), receives("a1", "m"), sends("b1", "m")),
    ["b1 a1 m"],
  );
});

test("of a publisher that sent more than was noted it is still known that it sent this", () => {
  const events = [
    binds("p1", "PUB"),
    connects("s1", "SUB"),
    sends("p1", "1"),
    event("p1", "enough", { way: "send" }),
    receives("s1", "9999"),
  ];
  assert.deepEqual(arrows(...events), ["p1 s1 9999"]);
  assert.equal(match(events).more, true);
});
