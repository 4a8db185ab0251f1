import { sleep } from "../../clock.js";
import { EVENTS, LINGER, type NativeSocket } from "./binding.js";
import type { Inproc, InprocSocket } from "./inproc.js";
import type { Monitor } from "./monitor.js";
import type { Signals } from "./signals.js";
import { closed, type OpenSocket, opened } from "./threads.js";

/** Without file descriptors the end of a socket is not seen. Then it is given so many ms, or its linger. */
const UNSEEN_END = 50;
const LONGEST_UNSEEN_END = 1000;

function unseenEnd(linger: number): number {
  if (linger < 0) return LONGEST_UNSEEN_END;
  return Math.min(Math.max(linger, UNSEEN_END), LONGEST_UNSEEN_END);
}

/** The end of a socket. */
export class Closing implements OpenSocket {
  readonly #socket: InprocSocket;
  readonly #native: NativeSocket;
  readonly #signals: Signals;
  readonly #monitor: Monitor;
  readonly #inproc: Inproc;
  readonly #ended: () => void;
  #closed: Promise<void> | undefined;

  /** @param ended called when the socket is closed */
  constructor(
    socket: InprocSocket,
    native: NativeSocket,
    signals: Signals,
    monitor: Monitor,
    inproc: Inproc,
    ended: () => void,
  ) {
    this.#socket = socket;
    this.#native = native;
    this.#signals = signals;
    this.#monitor = monitor;
    this.#inproc = inproc;
    this.#ended = ended;
    opened(this);
  }

  /** @param beyondInproc whether the socket has bound or connected to anything that is not inproc */
  close(linger: number, beyondInproc: boolean): Promise<void> {
    this.#signals.closed = true;
    this.#closed ??= this.#close(linger, beyondInproc);
    return this.#closed;
  }

  /** Closes the socket, and does not wait for its end. */
  closeAtOnce(): void {
    this.#signals.closed = true;
    this.#signals.abandoned = true;
    this.#closed ??= Promise.resolve();
    if (this.#native.closed) return;
    this.#native.setNumber(LINGER, 0);
    this.#native.close();
  }

  closeMonitor(): void {
    this.#monitor.close();
  }

  async #close(linger: number, beyondInproc: boolean): Promise<void> {
    const socket = this.#socket;
    const inproc = this.#inproc;
    const usesInproc = socket.inprocAddresses.length > 0;
    if (usesInproc && !(await inproc.prepareClose(socket, linger))) {
      return this.#abandon(beyondInproc);
    }
    this.#native.setNumber(LINGER, linger);
    // The monitor ends when the socket is gone for good: ports free, messages sent or given up.
    // If a peer in inproc has not read all, that may never be, and there is nothing to wait for.
    if (beyondInproc || !inproc.makePeersLook(socket)) this.#monitor.start();
    this.#freeNames();
    this.#native.close();
    const ended = this.#monitor.ended ?? (beyondInproc ? sleep(unseenEnd(linger)) : undefined);
    if (usesInproc) await inproc.waitForEnd(socket, ended, beyondInproc ? linger : 0);
    else await ended;
    closed(this);
    this.#ended();
  }

  /** Leaves the socket to `Inproc`, which closes it when it can. Its addresses and other peers are free before. */
  async #abandon(beyondInproc: boolean): Promise<void> {
    const native = this.#native;
    if (!native.closed) {
      native.setNumber(LINGER, 0); // it has had its time
      this.#freeNames();
      this.#socket.leave();
    }
    if (beyondInproc) await sleep(UNSEEN_END);
    if (!native.closed) native.getNumber(EVENTS); // then libzmq lets go of the peers
    this.#ended();
  }

  /** Frees the names that it is bound to in inproc. Closing frees them only later. */
  #freeNames(): void {
    for (const address of this.#socket.inprocAddresses) {
      if (!this.#inproc.isBound(address, this.#socket)) continue;
      this.#native.disconnect(address);
      this.#inproc.unbound(address, this.#socket); // who connects from now on waits for another
    }
  }
}
