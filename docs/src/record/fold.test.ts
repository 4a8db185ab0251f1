import assert from "node:assert/strict";
import { test } from "node:test";
import { diagram, fold, shorten, sideBySide } from "./fold.ts";
import { match } from "./match.ts";
import type { Step } from "./recording.ts";
import type { RunEvent } from "./run.ts";

const step = (message: string): Step => ({ from: "a", to: "b", frames: [message] });
const items = (...messages: string[]) =>
  messages.map((message) => ({ shape: message.replace(/\d+/, "#"), step: step(message) }));
const many = (count: number, word = "") => Array.from({ length: count }, (_, n) => `${word}${n}`);

test("of many alike three are shown, and the others counted; what is rare stays", () => {
  assert.deepEqual(fold(items("READY", ...many(100), "END"), false), [
    step("READY"),
    step("0"),
    step("1"),
    step("2"),
    { more: 97 },
    step("END"),
  ]);
});

test("one left out between two is shown, and of an open end the least is told", () => {
  assert.deepEqual(fold(items(...many(4), "END", ...many(2)), true), [
    ...many(4).map(step),
    step("END"),
    { more: 2, atLeast: true },
  ]);
});

test("where too much is different, there is less of each, and then an end", () => {
  const words = ["a", "b", "c", "d"].flatMap((word) => many(3, word));
  assert.deepEqual(
    fold(items(...words), false, 4).filter((it) => "from" in it),
    ["a0", "b0", "c0", "d0"].map(step),
  );
  assert.deepEqual(fold(items("a", "b", "c", "d", "e"), false, 2), [
    step("a"),
    step("b"),
    { more: 3 },
  ]);
});

test("output keeps its beginning and its end", () => {
  assert.deepEqual(shorten(many(4), 2, 1), many(4));
  assert.deepEqual(shorten(many(9), 2, 1), ["0", "1", "… 6 more lines", "8"]);
});

let at = 0;
const event = (process: string, what: RunEvent["what"], more: Partial<RunEvent>): RunEvent => {
  at += 10;
  return { at, process, what, ...more };
};
/** A program that pushes to a sink. */
const worker = (process: string, args: string[] = []): RunEvent[] => [
  event(process, "start", { program: "work", args }),
  event(process, "connect", {
    connection: `${process}/1`,
    type: "PUSH",
    address: "tcp://x:1",
    given: "tcp://x:1",
  }),
  event(process, "send", { connection: `${process}/1`, frames: ["1"] }),
];
const sink = (process: string, count: number): RunEvent[] => [
  event(process, "start", { program: "sink", args: [] }),
  event(process, "bind", {
    connection: `${process}/1`,
    type: "PULL",
    address: "tcp://x:1",
    given: "tcp://*:1",
  }),
  ...many(count).map(() =>
    event(process, "receive", { connection: `${process}/1`, frames: ["1"] }),
  ),
];
const drawn = (...events: RunEvent[]) => diagram(events, match(events));

test("programs have lifelines, several of the same are numbered or have their arguments", () => {
  const numbered = drawn(...worker("11/0"), ...worker("12/0"), ...sink("13/0", 2));
  assert.deepEqual(numbered.lifelines, ["work-1: PUSH", "sink: PULL", "work-2: PUSH"]);
  assert.deepEqual(numbered.steps[0], { over: "work-1: PUSH", note: ["connects to tcp://x:1"] });
  const named = drawn(...worker("11/0", ["A"]), ...worker("12/0", ["B"]), ...sink("13/0", 2));
  assert.deepEqual(named.lifelines, ["work A: PUSH", "sink: PULL", "work B: PUSH"]);
});

test("where there are too many, those that do the same share a lifeline", () => {
  const workers = many(12).flatMap((n) => worker(`${100 + Number(n)}/0`));
  const { lifelines, steps } = drawn(...workers, ...sink("200/0", 12));
  assert.deepEqual(lifelines, ["12 × work: PUSH", "sink: PULL"]);
  assert.deepEqual(steps[0], { over: "12 × work: PUSH", note: ["12 connect to tcp://x:1"] });
  assert.deepEqual(steps.at(-1), { more: 9 });
});

test("sockets of one program that talk to one another have lifelines of their own", () => {
  const socket = (connection: string, what: RunEvent["what"], more: Partial<RunEvent>) =>
    event("1/0", what, { connection, address: "inproc://x", given: "inproc://x", ...more });
  const { lifelines } = drawn(
    event("1/0", "start", { program: "all", args: [] }),
    socket("a", "bind", { type: "PAIR" }),
    socket("b", "connect", { type: "PAIR" }),
    socket("a", "send", { frames: ["m"] }),
    socket("b", "receive", { frames: ["m"] }),
  );
  assert.deepEqual(lifelines, ["all: PAIR at x", "all: PAIR to x"]);
});

test("lifelines that talk to one another stand side by side", () => {
  const steps = [
    ["client", "front"],
    ["back", "worker"],
  ].map(([from = "", to = ""]) => ({ from, to, frames: [] }));
  const placed = sideBySide(["front", "back", "worker", "client"], steps);
  assert.deepEqual(placed, ["front", "client", "back", "worker"]);
  assert.deepEqual(sideBySide(["b", "a"], []), ["b", "a"]);
});
