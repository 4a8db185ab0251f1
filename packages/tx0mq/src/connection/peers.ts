import { ZmqAbortError, ZmqClosedError, ZmqTimeoutError } from "../errors.js";
import type { MonitorEvent } from "../monitor.js";
import { after, onAbort, type WaitOptions } from "../time.js";

/** Somebody who waits for so many peers. */
interface Wait {
  readonly count: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Counts the peers of a connection by what its monitor tells. */
export class Peers {
  readonly #waits = new Set<Wait>();
  #count = 0;
  /** Failed handshakes whose connection is still to end. */
  #failed = 0;

  /** How many are there. */
  get count(): number {
    return this.#count;
  }

  /** Resolves when there are so many peers. */
  wait(count: number, { timeout = -1, signal }: WaitOptions): Promise<void> {
    if (signal?.aborted) return Promise.reject(new ZmqAbortError(signal.reason));
    if (this.#count >= count) return Promise.resolve();
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
      if (timeout >= 0) {
        const what = count === 1 ? "peer" : `${count} peers`;
        stops.push(after(timeout, () => wait.reject(new ZmqTimeoutError(what, timeout))));
      }
      if (signal !== undefined) {
        stops.push(onAbort(signal, () => wait.reject(new ZmqAbortError(signal.reason))));
      }
    });
  }

  /** The monitor has told something. */
  told({ type }: MonitorEvent): void {
    if (type === "handshakeSucceeded") this.#count += 1;
    else if (type === "handshakeFailed") this.#failed += 1;
    else if (type === "disconnected") {
      if (this.#failed > 0) this.#failed -= 1;
      else this.#count = Math.max(0, this.#count - 1);
    }
    for (const wait of this.#waits) if (this.#count >= wait.count) wait.resolve();
  }

  /** The connection is shut down. */
  end(what: string): void {
    for (const wait of this.#waits) wait.reject(new ZmqClosedError(what));
  }
}
