import { awaited, ZmqAbortError, ZmqClosedError, ZmqTimeoutError } from "../errors.js";
import type { MonitorEvent } from "../monitor.js";
import { after, LONGEST_TIMER, onAbort, onExpiry, type WaitOptions } from "../time.js";

/** A wait for `count` peers. */
interface Wait {
  readonly count: number;
  resolve: () => void;
  reject: (error: Error) => void;
  /** The promise that its caller holds. */
  held: Promise<void> | undefined;
}

const ignore = (): void => undefined;

/** Counts the peers of a connection, by its monitor's events if the engine does not know how many there are. */
export class Peers {
  readonly #known: () => number | undefined;
  readonly #waits = new Set<Wait>();
  /** How many peers the monitor has reported, by the address of the endpoint. */
  readonly #told = new Map<string, number>();
  /** Failed handshakes whose connection has not ended yet, likewise. */
  readonly #failed = new Map<string, number>();

  /** @param known how many there are, if the engine knows */
  constructor(known: () => number | undefined) {
    this.#known = known;
  }

  /** How many are there. */
  get count(): number {
    const known = this.#known();
    if (known !== undefined) return known;
    let sum = 0;
    for (const count of this.#told.values()) sum += count;
    return sum;
  }

  /** Resolves when `count` peers are there. @throws {ZmqAbortError} if the signal is aborted already */
  wait(count: number, { timeout = -1, signal }: WaitOptions): Promise<void> {
    if (signal?.aborted) throw new ZmqAbortError(signal.reason);
    if (this.count >= count) return Promise.resolve();
    const wait: Wait = { count, resolve: ignore, reject: ignore, held: undefined };
    const there = new Promise<void>((resolve, reject) => {
      const stops: (() => void)[] = [];
      const end = (): void => {
        this.#waits.delete(wait);
        for (const stop of stops) stop();
      };
      wait.resolve = () => {
        end();
        resolve();
      };
      wait.reject = (error) => {
        end();
        reject(error);
      };
      this.#waits.add(wait);
      const expire = (): void => {
        const what = count === 1 ? "peer" : `${count} peers`;
        wait.reject(new ZmqTimeoutError(what, timeout));
      };
      if (timeout >= 0) stops.push(onExpiry(timeout, expire));
      stops.push(after(LONGEST_TIMER, ignore)); // keeps the process alive during the wait
      if (signal !== undefined) {
        stops.push(onAbort(signal, () => wait.reject(new ZmqAbortError(signal.reason))));
      }
    });
    wait.held = awaited(there);
    return wait.held;
  }

  /**
   * The monitor has reported an event.
   *
   * @param isRaw whether the peers of the socket's type do not speak ZMTP: they make no handshake
   */
  told({ type, address }: MonitorEvent, isRaw = false): void {
    const raw = type === "accepted" || type === "connected";
    if (isRaw ? raw : type === "handshakeSucceeded") change(this.#told, address, 1);
    else if (type === "handshakeFailed" && !isRaw) change(this.#failed, address, 1);
    else if (type === "disconnected") {
      change(this.#failed.has(address) ? this.#failed : this.#told, address, -1);
    }
    this.changed();
  }

  /**
   * The peer at an address was disconnected, which libzmq's monitor does not report. If its host was given by name,
   * a peer that was lost and found again has another address here: the port tells, if no other endpoint has it.
   *
   * @param others the endpoints that are left
   */
  left(address: string, others: readonly { readonly address: string }[]): void {
    const isOnlyOne = !others.some((other) => portOf(other.address) === portOf(address));
    for (const counts of [this.#told, this.#failed]) {
      for (const told of counts.keys()) {
        if (told === address || (isOnlyOne && portOf(told) === portOf(address)))
          counts.delete(told);
      }
    }
  }

  /** The number of peers has changed. */
  changed(): void {
    for (const wait of this.#waits) if (this.count >= wait.count) wait.resolve();
  }

  /** The connection is shut down. */
  end(what: string): void {
    for (const wait of this.#waits) {
      wait.held?.catch(ignore); // if the caller awaits it, it sees the end; if not, that is no reason to crash
      wait.reject(new ZmqClosedError(what));
    }
  }
}

/** Counts up, or down, but not below 0. */
function change(counts: Map<string, number>, address: string, by: 1 | -1): void {
  const count = (counts.get(address) ?? 0) + by;
  if (count > 0) counts.set(address, count);
  else counts.delete(address);
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(":"));
}
