import { ZmqArgumentError, ZmqOptionError } from "./errors.js";

/** Node's timers take no longer time than this, in ms. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** How long to wait, and until when. */
export interface WaitOptions {
  /** Give up after so many ms with a `ZmqTimeoutError`; 0 waits for nothing that is not there already; -1 for ever. Default: -1. */
  timeout?: number | undefined;
  /** Give up with a `ZmqAbortError` when it is aborted. */
  signal?: AbortSignal | undefined;
}

/** @throws {ZmqOptionError} for what is no time-out */
export function period(name: string, value: number): number {
  if (Number.isFinite(value) && (value === -1 || value >= 0)) return value;
  throw new ZmqOptionError(name, `is a number of ms, or -1 for ever, not ${value}`);
}

/**
 * Checks the options of who waits: untyped code may give a number, or misspell a name, and would wait for ever.
 *
 * @throws {ZmqArgumentError} for what are no options; {ZmqOptionError} for a wrong one
 */
export function checkWait(options: WaitOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new ZmqArgumentError(`options are an object, as { timeout: 500 }, not ${options}`);
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

/** Runs it after so many ms. @returns what stops that */
export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, Math.min(ms, LONGEST_TIMER));
  return () => clearTimeout(timer);
}

/**
 * Runs it when all that was there already has been dealt with: after one turn of the event loop, and
 * another, because receiving takes one off after so many messages. @returns what stops that
 */
export function nextTurn(run: () => void): () => void {
  let immediate = setImmediate(() => {
    immediate = setImmediate(run);
  });
  return () => clearImmediate(immediate);
}

const waitingFor = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Runs it when the signal is aborted. However many wait for one signal, it gets a single listener,
 * so that Node has no reason to warn of a leak. @returns what stops that
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
