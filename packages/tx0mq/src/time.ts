import { clearImmediate, clearTimeout, setImmediate, setTimeout } from "./clock.js";
import { deferToNextTurn } from "./engine/turn.js";
import { shown, ZmqArgumentError, ZmqOptionError } from "./errors.js";

/** The longest time of Node's timers, in ms. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** How long to wait, and until when. */
export interface WaitOptions {
  /** Give up after so many ms with a `ZmqTimeoutError`; 0 does not wait for what is not there yet; -1 waits for ever. Default: -1. */
  timeout?: number | undefined;
  /** Give up with a `ZmqAbortError` when it is aborted. */
  signal?: AbortSignal | undefined;
}

/** @throws {ZmqOptionError} for a value that is no time-out */
export function period(name: string, value: number): number {
  if (Number.isFinite(value) && (value === -1 || value >= 0)) return value;
  throw new ZmqOptionError(name, `is a number of ms, or -1 for ever, not ${shown(value)}`);
}

/**
 * Checks the options of a wait. Untyped code may give a number, or misspell a name, and would wait for ever.
 *
 * @throws {ZmqArgumentError} for a value that is no options; {ZmqOptionError} for a wrong option
 */
export function checkWait(options: WaitOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new ZmqArgumentError(`options are an object, as { timeout: 500 }, not ${shown(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (name === "timeout" || name === "signal") continue;
    throw new ZmqOptionError(name, "there is no such option; there are timeout and signal");
  }
  const { timeout, signal } = options;
  if (timeout !== undefined) period("timeout", timeout);
  if (signal !== undefined && typeof signal?.addEventListener !== "function") {
    throw new ZmqOptionError("signal", "is an AbortSignal");
  }
}

/** Calls `run` after `ms`. @returns a function that stops that */
export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER));
  return () => clearTimeout(timer);
}

/**
 * Calls `run` when a time-out is over, and what came in time has been dealt with. If the process computes for longer
 * than the time-out, Node calls timers before it reads what has come. @returns a function that stops that
 */
export function onExpiry(timeout: number, run: () => void): () => void {
  if (timeout === 0) return nextTurn(run);
  const { setTimeout, clearTimeout } = globalThis; // a test's fakes, if it has some
  const timer = setTimeout(
    () => {
      stop = nextTurn(run);
    },
    Math.min(timeout, LONGEST_TIMER),
  );
  let stop = (): void => clearTimeout(timer);
  return () => stop();
}

/**
 * Calls `run` when all that was there already has been dealt with: after one turn of the event loop, in which
 * it is read; then after those sockets that had no time left in it, and their handlers. @returns a function that
 * stops that
 */
function nextTurn(run: () => void): () => void {
  let stopped = false;
  const behindOthers = (): void => {
    if (!stopped) immediate = setImmediate(run);
  };
  let immediate = setImmediate(() => deferToNextTurn(behindOthers));
  return () => {
    stopped = true;
    clearImmediate(immediate);
  };
}

const waitingFor = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `run` when the signal is aborted. A signal gets a single listener for any number of waits, so
 * that Node has no reason to warn of a leak. @returns a function that stops that
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let waiting = waitingFor.get(signal);
  if (waiting === undefined) {
    waiting = new Set();
    waitingFor.set(signal, waiting);
  }
  const all = waiting;
  if (all.size === 0) signal.addEventListener("abort", abortAll);
  all.add(run);
  return () => {
    if (all.delete(run) && all.size === 0) signal.removeEventListener("abort", abortAll);
  };
}

function abortAll(this: AbortSignal): void {
  const waiting = waitingFor.get(this);
  for (const run of [...(waiting ?? [])]) {
    waiting?.delete(run);
    run();
  }
  this.removeEventListener("abort", abortAll);
}
