import { clearTimeout, performance, setTimeout } from "../../clock.js";

/** A socket that has bound or connected to inproc addresses. */
export interface InprocSocket {
  connect(address: string): void;
  readonly inprocAddresses: readonly string[];
  /** Deals with what other sockets have told it. @returns whether it may have messages to read */
  processCommands(): boolean;
  /** Unbinds and disconnects from all addresses beyond inproc. */
  leave(): void;
  /** Closes it, and does not wait for its end. */
  closeAtOnce(): void;
}

interface Place {
  bound: InprocSocket | undefined;
  /** Sockets that are bound or have been, and are not closed: each may have peers among the users. */
  readonly hosts: Set<InprocSocket>;
  /** Sockets that have bound or connected, and are not closed. */
  readonly users: Set<InprocSocket>;
  /** Sockets that have connected before any was bound, while none has been bound since. */
  readonly waiting: Set<InprocSocket>;
}

/** How many ms to wait for a closed socket if a peer holds on to it, because that has not read all. */
const GRACE = 20;

/**
 * Which sockets use which inproc address of a context. Inproc has no I/O thread, so that closing takes help:
 *
 * - libzmq holds on to a closed socket until each peer has noticed, and a peer that neither sends nor
 *   receives does not look. So `Inproc` makes the peers look.
 * - libzmq lets a socket connect where none is bound yet. Then it holds on to this socket, closed or not, until
 *   one is bound. So before the last of the waiting sockets is closed, `Inproc` binds one for a moment. Until
 *   then, the other waiting sockets that were shut down are abandoned: their connections gave them up, but they
 *   are open.
 */
export class Inproc {
  readonly #bindBriefly: (address: string) => boolean;
  /** Other threads bind and connect in the context too, and this one does not see it. */
  readonly #shared: boolean;
  readonly #places = new Map<string, Place>();
  readonly #abandoned = new Set<InprocSocket>();
  /** Sockets that connect to an address when one is bound there. */
  readonly #latecomers = new Map<string, Set<InprocSocket>>();
  /** The function to call when a socket's wait is over. */
  readonly #wakeUps = new Map<InprocSocket, () => void>();

  /** @param bindBriefly binds to an address for a moment; returns whether it could */
  constructor(bindBriefly: (address: string) => boolean, shared: boolean) {
    this.#bindBriefly = bindBriefly;
    this.#shared = shared;
  }

  #place(address: string, socket: InprocSocket): Place {
    let place = this.#places.get(address);
    if (place === undefined) {
      place = { bound: undefined, hosts: new Set(), users: new Set(), waiting: new Set() };
      this.#places.set(address, place);
    }
    place.users.add(socket);
    return place;
  }

  bound(address: string, socket: InprocSocket): void {
    const place = this.#place(address, socket);
    place.bound = socket;
    place.hosts.add(socket);
    this.#settle(place);
    const latecomers = this.#latecomers.get(address) ?? [];
    this.#latecomers.delete(address);
    for (const latecomer of latecomers) latecomer.connect(address);
  }

  /**
   * Connects the socket when one is bound there: libzmq would queue messages for a peer that is yet to come
   * (see ZMQ_IMMEDIATE). @returns whether it has to wait
   */
  connectLater(address: string, socket: InprocSocket): boolean {
    if (this.#shared || this.#places.get(address)?.bound !== undefined) return false;
    const latecomers = this.#latecomers.get(address) ?? new Set();
    this.#latecomers.set(address, latecomers.add(socket));
    return true;
  }

  /** The socket no longer waits to connect. @returns the addresses that it waited for */
  connectNoMore(socket: InprocSocket, at: string[] = [...this.#latecomers.keys()]): string[] {
    return at.filter((address) => {
      const latecomers = this.#latecomers.get(address);
      const waited = latecomers?.delete(socket) ?? false;
      if (latecomers?.size === 0) this.#latecomers.delete(address);
      return waited;
    });
  }

  connected(address: string, socket: InprocSocket): void {
    const place = this.#place(address, socket);
    if (place.bound === undefined) place.waiting.add(socket);
  }

  /** The socket is no longer bound there. */
  unbound(address: string, socket: InprocSocket): void {
    const place = this.#places.get(address);
    if (place?.bound === socket) place.bound = undefined;
  }

  isBound(address: string, socket: InprocSocket): boolean {
    return this.#places.get(address)?.bound === socket;
  }

  /** Whether the socket is connected to an address to which none has been bound yet. */
  isWaiting(socket: InprocSocket): boolean {
    return socket.inprocAddresses.some((address) => this.#places.get(address)?.waiting.has(socket));
  }

  #settle({ waiting }: Place): void {
    const waited = [...waiting];
    waiting.clear();
    for (const socket of waited) {
      if (this.isWaiting(socket)) continue;
      this.#wakeUps.get(socket)?.();
      if (!this.#abandoned.delete(socket)) continue;
      socket.closeAtOnce();
      this.#forget(socket);
    }
  }

  /**
   * Prepares the close of a socket: waits `linger` ms for peers (-1 for ever), then gives them up.
   *
   * @returns whether it can be closed now; if not, it is abandoned
   */
  async prepareClose(socket: InprocSocket, linger: number): Promise<boolean> {
    if (this.#shared) return true; // whether somebody is bound cannot be known
    if (linger !== 0 && this.isWaiting(socket)) await this.#waitForPeers(socket, linger);
    for (const address of socket.inprocAddresses) {
      const place = this.#places.get(address);
      if (!place?.waiting.has(socket)) continue;
      const others = [...place.waiting].filter((s) => s !== socket && !this.#abandoned.has(s));
      if (others.length === 0 && this.#bindBriefly(address)) this.#settle(place);
    }
    if (!this.isWaiting(socket)) return true;
    this.#abandoned.add(socket);
    return false;
  }

  #waitForPeers(socket: InprocSocket, linger: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = linger < 0 ? undefined : setTimeout(resolve, linger);
      this.#wakeUps.set(socket, () => {
        clearTimeout(timer);
        resolve();
      });
    }).then(() => void this.#wakeUps.delete(socket));
  }

  /** Makes the peers of a socket notice its end. @returns whether one may hold on to it */
  makePeersLook(socket: InprocSocket): boolean {
    let held = this.#shared;
    for (const address of socket.inprocAddresses) {
      const place = this.#places.get(address);
      if (place === undefined) continue;
      const { hosts, users } = place;
      // If a name has had several hosts, it is not known whose peer a user is.
      const peers = hosts.size === 1 && !hosts.has(socket) ? hosts : users;
      for (const peer of peers) if (peer !== socket && peer.processCommands()) held = true;
    }
    return held;
  }

  /** Waits for the end of a closed socket. If a peer holds on to it, for `atMost` or `GRACE` ms; -1 for ever. */
  async waitForEnd(
    socket: InprocSocket,
    ended: Promise<void> | undefined,
    atMost: number,
  ): Promise<void> {
    let over = ended === undefined;
    void ended?.then(() => {
      over = true;
    });
    const began = performance.now();
    for (let pause = 1; !over; pause = Math.min(2 * pause, 32)) {
      const held = this.makePeersLook(socket);
      await within(pause, ended);
      if (!held || atMost < 0) continue;
      if (performance.now() - began >= Math.max(atMost, GRACE)) break;
    }
    this.#forget(socket);
  }

  #forget(socket: InprocSocket): void {
    for (const address of socket.inprocAddresses) {
      const place = this.#places.get(address);
      if (place === undefined) continue;
      if (place.bound === socket) place.bound = undefined;
      place.hosts.delete(socket);
      place.users.delete(socket);
      place.waiting.delete(socket);
      if (place.users.size === 0) this.#places.delete(address);
    }
  }
}

/** Waits for a promise, but no longer than `ms`. */
async function within(ms: number, promise: Promise<void> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
