import assert from "node:assert/strict";
import { test } from "node:test";
import { drawSequence, message } from "./draw.ts";
import type { Recording, Step } from "./recording.ts";

const recording = (steps: Step[], lifelines = ["a: REQ", "b: REP"]): Recording => ({
  ...{ hash: "", start: "", interrupted: false, output: [], lifelines, steps },
});
const sends = (...frames: string[]): Step => ({ from: "a: REQ", to: "b: REP", frames });
const draw = (...steps: Step[]) => drawSequence(recording(steps)) ?? "";

test("who bound and connected, what went where, and how much is left out, is written in order", () => {
  const svg = draw(
    { over: "b: REP", note: ["binds tcp://*:1", "binds tcp://*:2"] },
    sends("", "Hello"),
    { from: "b: REP", to: "a: REQ", frames: ["World"] },
    { more: 1234 },
  );
  assert.deepEqual(
    Array.from(svg.matchAll(/<text[^>]*>(.*?)<\/text>/g), ([, text]) => text),
    [
      ...["a", "REQ", "b", "REP", "binds tcp://*:1", "binds tcp://*:2"],
      ...["&quot;&quot; │ Hello", "World", "… 1,234 more"],
    ],
  );
  assert.match(
    svg,
    /aria-label="[^"]*a: REQ to b: REP: &quot;&quot; │ Hello; b: REP to a: REQ: World/,
  );
  assert.doesNotMatch(svg, /\n|undefined|NaN/);
});

test("an arrow is as long as what is written along it", () => {
  const gap = (svg: string) => {
    const [a = 0, b = 0] = Array.from(svg.matchAll(/d="M(\d+) \d+V/g), ([, x]) => Number(x));
    return b - a;
  };
  assert(gap(draw(sends("x".repeat(26)))) > 26 * 7);
  assert(gap(draw(sends("x"))) < 100);
});

test("frames stand side by side, as far as there is room", () => {
  assert.equal(message(["", "0x00", "a\nb"]), '"" │ 0x00 │ a b');
  assert.equal(message(["x".repeat(99), "y".repeat(20), "z"]), `${"x".repeat(25)}… │ … 2 more`);
});

test("what is sent is text and no elements", () => {
  assert.match(draw(sends("<b>&")), />&lt;b&gt;&amp;</);
});

test("nothing is drawn where nothing was sent", () => {
  assert.equal(drawSequence(recording([{ over: "b: REP", note: ["binds x"] }])), undefined);
});
