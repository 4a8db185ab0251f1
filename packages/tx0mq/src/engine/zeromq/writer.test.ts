import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "../../testing/stage.js";
import type { EngineSink } from "../engine.js";
import type { NativeSocket } from "./binding.js";
import { Signals } from "./signals.js";
import { Writer } from "./writer.js";

void test("in a thread that ends, what waits for room is told nothing, and the binding is let alone", async () => {
  const calls: string[] = [];
  let wake: () => void = () => undefined;
  const native = {
    setNumber: () => calls.push("set"),
    getNumber: () => calls.push("get"),
    transmit: () => calls.push("transmit"),
    transmitNothing: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
  } as unknown as NativeSocket;
  const sink = { full: () => Promise.resolve(), wantsRoom: () => true } as unknown as EngineSink;
  const signals = new Signals(native);
  const writer = new Writer(native, signals, sink, false);
  const room = writer.whenWritable();
  const later = new Writer(native, signals, sink, false);

  signals.closed = true;
  signals.abandoned = true;
  calls.length = 0;
  wake();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await settled(room), false);
  await writer.send("late");
  await later.send("late");
  assert.equal(await settled(later.whenWritable()), false);
  assert.deepEqual(calls, []);
});
