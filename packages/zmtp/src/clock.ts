/**
 * The timers of the process, and its microtasks, as they were when the engine was loaded. A test may put fakes in
 * their place, for the time of its own program. Heartbeats and the limit of a handshake follow these. What moves
 * messages does not: it goes on.
 */
import * as timers from "node:timers";
import * as promises from "node:timers/promises";

export const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers;
export const { setImmediate: turn } = promises;
export const { performance, queueMicrotask } = globalThis;
export const { nextTick } = process;
