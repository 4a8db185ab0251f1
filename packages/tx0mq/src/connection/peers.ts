import { ZmqAbortError, ZmqClosedError, ZmqTimeoutError } from "../errors.js";
import type { MonitorEvent } from "../monitor.js";
import { after, LONGEST_TIMER, onAbort, type WaitOptions } from "../time.js";

/** Somebody who waits for so many peers. */
interface Wait {
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Counts the peers of a connection: by what its monitor tells, where the engine does not say how many there are. */
export class Peers {
  readonly #known: () => number | undefined;
  readonly #waits = new Set<Wait>();
  #told = 0;
  /** Failed handshakes whose connection is still to end. */
  #failed = 0;

  /** @param known how many there are, where the engine says so */
  constructor(known: () => number | undefined) {
    this.#known = known;
  }

  /** How many are there. */
  get count(): number {
    return this.#known() ?? this.#told;
  }

  /** Resolves when there are so many peers. */
  wait(count: number, { timeout = -1, signal }: WaitOptions): Promise<void> {
    if (signal?.aborted) return Promise.reject(new ZmqAbortError(signal.reason));
    if (this.count >= count) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stops: (() => void)[] = [];
      const end = (): void => {
        this.#waits.delete(wait);
        for (const stop of stops) stop();
      };
      const wait: Wait = {
        count,
        resolve: () => {
          end();
          resolve();
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      this.#waits.add(wait);
      const expire = (): void => {
        const what = count === 1 ? "peer" : `${count} peers`;
        if (timeout >= 0) wait.reject(new ZmqTimeoutError(what, timeout));
      };
      // Without a time-out too: it keeps the process alive while somebody waits.
      stops.push(after(timeout < 0 ? LONGEST_TIMER : timeout, expire));
      if (signal !== undefined) {
        stops.push(onAbort(signal, () => wait.reject(new ZmqAbortError(signal.reason))));
      }
    });
  }

  /** The monitor has told something. */
  told({ type }: MonitorEvent): void {
    if (type === "handshakeSucceeded") this.#told += 1;
    else if (type === "handshakeFailed") this.#failed += 1;
    else if (type === "disconnected") {
      if (this.#failed > 0) this.#failed -= 1;
      else this.#told = Math.max(0, this.#told - 1);
    }
    this.changed();
  }

  /** There are more or fewer. */
  changed(): void {
    for (const wait of this.#waits) if (this.count >= wait.count) wait.resolve();
  }

  /** The connection is shut down. */
  end(what: string): void {
    for (const wait of this.#waits) wait.reject(new ZmqClosedError(what));
  }
}
