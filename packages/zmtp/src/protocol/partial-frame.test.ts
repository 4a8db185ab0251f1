import assert from "node:assert/strict";
import { test } from "node:test";
import { AHEAD, PartialFrame } from "./partial-frame.js";

test("it has memory for what has come, and for AHEAD bytes", () => {
  const frame = new PartialFrame(0, 3 * 1024 ** 3);
  const chunk = Buffer.alloc(65_536);
  for (let come = 0; come < 20 * AHEAD; come += chunk.length) {
    assert.ok(frame.allocated <= come + AHEAD, `${frame.allocated} bytes for ${come}`);
    assert.equal(frame.fill(chunk, 0), chunk.length);
    assert.equal(frame.whole, false);
  }
});

test("pieces are put together, and what follows is left", () => {
  for (const size of [0, 1, 100, AHEAD - 1, AHEAD, AHEAD + 1, 3 * AHEAD + 5]) {
    const bytes = Buffer.alloc(size);
    for (let n = 0; n < size; n += 1) bytes[n] = (n * 7 + (n >> 10)) & 255;
    const frame = new PartialFrame(5, size);
    const all = Buffer.concat([Buffer.from("xy"), bytes, Buffer.from("rest")]);
    let at = 2;
    for (let end = 2; !frame.whole; ) {
      end = Math.min(all.length, end + 100_003);
      at = frame.fill(all.subarray(0, end), at);
    }
    assert.equal(at, 2 + size);
    assert.equal(frame.flags, 5);
    assert.ok(frame.take().equals(bytes), `${size} bytes`);
  }
});
