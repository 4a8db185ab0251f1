/**
 * If a thread ends while one of its sockets waits for something, the binding crashes the whole process. A worker
 * thread that exits by itself can close its sockets first. A thread that ends because the main thread ends
 * cannot: it is stopped in the middle of its work. So when the main thread exits, it first asks the others to
 * let go, and waits until they have, or `TIME_TO_LET_GO` is over.
 */
import { isSharedArrayBuffer } from "node:util/types";
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";
import { performance } from "../../clock.js";

/** How long libzmq may need to close sockets, in ms. */
const TIME_TO_CLOSE = 50;
/** How long the main thread waits for the others, in ms: a thread that computes does not hear it at once. */
const TIME_TO_LET_GO = 1_000;

/** A socket that a thread closes when it ends. */
export interface OpenSocket {
  closeAtOnce(): void;
  closeMonitor(): void;
}

/** The key of the numbers that all threads share: each thread passes them to those that it starts. */
const KEY = "tx0mq.threads";
/** Whether the process is about to end. */
const ENDING = 0;
/** How many worker threads have open sockets. */
const HOLDING = 1;
const shared = sharedNumbers();

function sharedNumbers(): Int32Array {
  const given: unknown = getEnvironmentData(KEY);
  if (isSharedArrayBuffer(given)) return new Int32Array(given);
  const made = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(KEY, made);
  return new Int32Array(made);
}

/** The open sockets of a worker thread. */
const open = new Set<OpenSocket>();
let isListening = false;

if (isMainThread) {
  process.once("exit", () => {
    Atomics.store(shared, ENDING, 1);
    Atomics.notify(shared, ENDING);
    const limit = performance.now() + TIME_TO_LET_GO;
    for (;;) {
      const holding = Atomics.load(shared, HOLDING);
      const left = limit - performance.now();
      if (holding === 0 || left <= 0) return;
      Atomics.wait(shared, HOLDING, holding, left);
    }
  });
} else process.once("exit", letGo);

/** Whether the process is about to end, so that a thread opens no more sockets. */
export function isEnding(): boolean {
  return !isMainThread && Atomics.load(shared, ENDING) === 1;
}

export function opened(socket: OpenSocket): void {
  if (isMainThread) return;
  if (open.size === 0) Atomics.add(shared, HOLDING, 1);
  open.add(socket);
  if (isListening) return;
  isListening = true;
  const { async: isAsync, value } = Atomics.waitAsync(shared, ENDING, 0);
  if (isAsync) void value.then(letGo);
}

export function closed(socket: OpenSocket): void {
  if (!open.delete(socket) || open.size > 0) return;
  Atomics.sub(shared, HOLDING, 1);
  Atomics.notify(shared, HOLDING);
}

/** Closes all sockets of the thread. */
function letGo(): void {
  const sockets = [...open];
  for (const socket of sockets) socket.closeAtOnce();
  if (sockets.length > 0)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TIME_TO_CLOSE);
  for (const socket of sockets) {
    socket.closeMonitor();
    closed(socket);
  }
}
