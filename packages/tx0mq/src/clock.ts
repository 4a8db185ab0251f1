/**
 * The timers of the process, and its microtasks, as they were when the library was loaded. A test may put fakes in
 * their place, for the time of its own program. Time-outs of waits follow these (see time.ts). What moves messages
 * does not: it goes on.
 */
import * as timers from "node:timers";
import * as promises from "node:timers/promises";

export const { clearImmediate, clearTimeout, setImmediate, setTimeout } = timers;
export const { setImmediate: turn, setTimeout: sleep } = promises;
export const { performance, queueMicrotask } = globalThis;
