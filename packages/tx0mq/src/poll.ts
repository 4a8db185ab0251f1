import type { AnyConnection, WaitOptions } from "./connection.js";
import { ZmqAbortError } from "./errors.js";
import { kPeek, kSocket } from "./internal.js";

/** What to wait for. */
export interface PollItems<R extends AnyConnection, W extends AnyConnection> {
  /** Wait until one of these has a message (ZMQ_POLLIN). */
  readable?: Iterable<R>;
  /** Wait until one of these would take a message (ZMQ_POLLOUT). */
  writable?: Iterable<W>;
}

/** What is ready: both sets are empty after a time-out. */
export interface PollResult<R extends AnyConnection, W extends AnyConnection> {
  readonly readable: Set<R>;
  readonly writable: Set<W>;
}

/**
 * Waits until one of several connections is readable or writable, and tells which are, as zmq_poll
 * does. It hands no message over: `receive()` does. A connection that was waited for and is not read
 * afterwards may have taken one message out of ZeroMQ, which its next reader gets.
 *
 * A connection that is shut down while it is waited for ends the wait.
 *
 * @param options `timeout` in ms: 0 only looks; left out or -1, waits for ever
 * @throws {ZmqAbortError} when the signal was aborted
 */
export async function poll<R extends AnyConnection, W extends AnyConnection>(
  items: PollItems<R, W>,
  { timeout = -1, signal }: WaitOptions = {},
): Promise<PollResult<R, W>> {
  if (signal?.aborted) throw new ZmqAbortError(signal.reason);
  const readers = [...(items.readable ?? [])];
  const writers = [...(items.writable ?? [])];
  const look = (): PollResult<R, W> => ({
    readable: new Set(readers.filter(({ readable }) => readable)),
    writable: new Set(writers.filter(({ writable }) => writable)),
  });
  const ready = look();
  if (ready.readable.size + ready.writable.size > 0) return ready;

  const deadline = timeout < 0 ? Number.POSITIVE_INFINITY : performance.now() + timeout;
  const cleanUps: (() => void)[] = [];
  try {
    await new Promise<void>((wake, reject) => {
      for (const connection of readers) {
        if (connection.closed) wake();
        else cleanUps.push(connection[kPeek](wake, deadline));
      }
      for (const connection of writers) {
        if (connection.closed) wake();
        else connection[kSocket].whenWritable().then(wake, wake);
      }
      if (timeout === 0) setImmediate(wake);
      else if (timeout > 0) {
        const timer = setTimeout(wake, Math.min(timeout, 2 ** 31 - 1));
        cleanUps.push(() => clearTimeout(timer));
      }
      if (signal !== undefined) {
        const abort = (): void => reject(new ZmqAbortError(signal.reason));
        signal.addEventListener("abort", abort, { once: true });
        cleanUps.push(() => signal.removeEventListener("abort", abort));
      }
    });
  } finally {
    for (const cleanUp of cleanUps) cleanUp();
  }
  return look();
}
