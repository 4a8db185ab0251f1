import { performance } from "./clock.js";
import type { AnyConnection } from "./connection/any.js";
import {
  fromCaller,
  shown,
  ZmqAbortError,
  ZmqArgumentError,
  ZmqClosedError,
  ZmqOptionError,
} from "./errors.js";
import { kPeek, kPeekRoom } from "./internal.js";
import { checkWait, onAbort, onExpiry, type WaitOptions } from "./time.js";

/** What to wait for. */
export interface PollItems<R extends AnyConnection, W extends AnyConnection> {
  /** Wait until one of these has a message (ZMQ_POLLIN). */
  readable?: Iterable<R> | undefined;
  /** Wait until one of these would take a message (ZMQ_POLLOUT). */
  writable?: Iterable<W> | undefined;
}

/** What is ready: both sets are empty after a time-out. */
export interface PollResult<R extends AnyConnection, W extends AnyConnection> {
  readonly readable: Set<R>;
  readonly writable: Set<W>;
}

/**
 * Waits until one of several connections is readable or writable, and tells which are, as zmq_poll
 * does. It hands no message over: `receive()` does. If it waits for a connection that you do not read
 * afterwards, one message of it may have left ZeroMQ; the connection's next reader gets it.
 *
 * The wait ends when one of the connections is shut down.
 *
 * @param options `timeout` in ms: 0 only looks; left out or -1, waits for ever
 * @throws {ZmqAbortError} when the signal was aborted
 * @throws {ZmqArgumentError} for a value that is no list of connections, and if there are none to wait for, for ever
 * @throws {ZmqOptionError} for a wrong option
 * @throws {ZmqClosedError} for a connection that is shut down already
 * @throws {ZmqStateError} for a connection that is never ready: its type does not receive or send, or it reads its
 * messages itself (XREQ), or it belongs to a proxy or a stream
 */
export async function poll<R extends AnyConnection, W extends AnyConnection>(
  items: PollItems<R, W>,
  options: WaitOptions = {},
): Promise<PollResult<R, W>> {
  const cleanUps: (() => void)[] = [];
  try {
    checkWait(options);
    const { timeout = -1, signal } = options;
    if (signal?.aborted) throw new ZmqAbortError(signal.reason);
    checkItems(items);
    const readers = listOf("readable", items.readable);
    const writers = listOf("writable", items.writable);
    if (readers.length + writers.length === 0 && timeout < 0 && signal === undefined) {
      throw new ZmqArgumentError("there is nothing to wait for: name connections, or a timeout");
    }
    for (const connection of [...readers, ...writers]) {
      if (connection.closed) throw new ZmqClosedError(String(connection));
    }
    const look = (): PollResult<R, W> => ({
      readable: new Set(readers.filter(({ readable }) => readable)),
      writable: new Set(writers.filter(({ writable }) => writable)),
    });
    const now = look();
    if (isSome(now)) return now;

    return await new Promise((resolve, reject) => {
      const end = (): void => resolve(look());
      const wake = (): void => {
        const ready = look();
        if (isSome(ready) || isAnyClosed(readers) || isAnyClosed(writers)) resolve(ready);
      };
      const deadline = timeout < 0 ? Number.POSITIVE_INFINITY : performance.now() + timeout;
      for (const connection of readers) cleanUps.push(connection[kPeek](wake, deadline));
      for (const connection of writers) cleanUps.push(connection[kPeekRoom](wake));
      if (timeout >= 0) cleanUps.push(onExpiry(timeout, end));
      if (signal !== undefined) {
        cleanUps.push(onAbort(signal, () => reject(new ZmqAbortError(signal.reason))));
      }
    });
  } catch (error) {
    throw fromCaller(error, poll);
  } finally {
    for (const cleanUp of cleanUps) cleanUp();
  }
}

/** Untyped code may give a list, or misspell a name, and would wait for ever. @throws {ZmqOptionError} for that */
function checkItems(items: PollItems<AnyConnection, AnyConnection>): void {
  if (typeof items !== "object" || items === null) {
    throw new ZmqArgumentError(`poll({ readable: [connection] }) waits, not poll(${shown(items)})`);
  }
  for (const name in items) {
    if (name === "readable" || name === "writable") continue;
    throw new ZmqOptionError(name, "there is no such option; there are readable and writable");
  }
}

/** @throws {ZmqArgumentError} for a value that is no list of connections */
function listOf<C extends AnyConnection>(name: string, given: Iterable<C> | undefined): C[] {
  const items: unknown = given ?? [];
  const list = isIterable(items) ? ([...items] as C[]) : undefined;
  if (list?.every((one) => typeof one?.[kPeek] === "function")) return list;
  throw new ZmqArgumentError(`${name} is a list of connections: poll({ ${name}: [connection] })`);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof (value as Iterable<unknown>)[Symbol.iterator] === "function";
}

function isSome({ readable, writable }: PollResult<AnyConnection, AnyConnection>): boolean {
  return readable.size + writable.size > 0;
}

function isAnyClosed(connections: readonly AnyConnection[]): boolean {
  return connections.some(({ closed }) => closed);
}
