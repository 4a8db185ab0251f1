import type { EventEmitter } from "node:events";
import { constants } from "node:os";
import { setTimeout, turn } from "./clock.js";
import { ZmqClosedError } from "./errors.js";

/** Signals that end a process by default and that a terminal or a supervisor sends. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The shutdowns to run when the process ends. */
const registered = new Set<() => Promise<void>>();
/** The process has nothing left to do, but for its shutdowns. */
let leaving = false;

/** Calls `shutdown` when a signal ends the process or it has nothing left to do. @returns a function that undoes it */
export function atExit(shutdown: () => Promise<void>): () => void {
  if (registered.size === 0 && !leaving) listen();
  registered.add(shutdown);
  return () => {
    if (registered.delete(shutdown)) stopUnlessNeeded();
  };
}

function listen(): void {
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on("beforeExit", onBeforeExit);
}

function stopUnlessNeeded(): void {
  if (registered.size === 0 && !leaving) stopListening();
}

function stopListening(): void {
  for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  process.removeListener("beforeExit", onBeforeExit);
}

async function onBeforeExit(): Promise<void> {
  leaving = true;
  await shutDownAll();
  await turn(); // a signal may have come that is not heard yet
  await turn();
  leaving = false;
  stopUnlessNeeded();
}

async function shutDownAll(): Promise<void> {
  await Promise.all([...registered].map((shutdown) => shutdown()));
}

async function onSignal(signal: NodeJS.Signals): Promise<void> {
  stopListening(); // so that a second signal ends the process at once
  const ours = process.listenerCount(signal) === 0;
  if (ours) endQuietly();
  await shutDownAll();
  await turn(); // what the shutdown made go on comes to its end
  await turn();
  if (ours) endBySignal(signal);
}

/** Ends the process as the signal would have: a shell sees 128 plus its number. */
function endBySignal(signal: NodeJS.Signals): void {
  const code = 128 + constants.signals[signal];
  process.exitCode = code;
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(code), 100); // where something has hidden the signal
}

/** Ends the process as Node does if no code listens to an uncaught exception. */
function endByError(error: Error): void {
  console.error(error);
  process.exit(1);
}

/**
 * While a signal ends the process, operations fail because their connections close. That is no news: it gets no
 * stack trace. Other errors go where they would go: to the program's own listeners, or to Node.
 */
function endQuietly(): void {
  if (process.hasUncaughtExceptionCaptureCallback()) return; // the program's own
  const emitter: EventEmitter = process;
  let origin = "uncaughtException";
  process.on("uncaughtExceptionMonitor", (_error, from) => {
    origin = from;
  });
  try {
    process.setUncaughtExceptionCaptureCallback((error) => {
      if (error instanceof ZmqClosedError) return;
      if (!emitter.emit("uncaughtException", error, origin)) endByError(error);
    });
  } catch {
    // With node:domain in use, Node refuses the callback. Then the program's own listeners hear everything.
    const alone = process.listenerCount("uncaughtException") === 0;
    process.on("uncaughtException", (error) => {
      if (alone && !(error instanceof ZmqClosedError)) endByError(error);
    });
  }
}
