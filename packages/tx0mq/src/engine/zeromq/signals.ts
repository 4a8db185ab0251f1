import { EVENTS, LINGER, type NativeSocket, POLLIN, POLLOUT } from "./binding.js";

/** An address that no user connects to, as nobody can listen at it (see `Signals`). */
export const NOWHERE = "tcp://127.0.0.1:0";

/**
 * What waits in the binding on a socket, and how it gets its signal.
 *
 * libzmq signals a change once. Whatever looks at the socket on the side (its events, bind, connect,
 * the begin of another wait) may take the signal that a waiting receive or send needs. So whoever has
 * looked calls `wakeWaiting`.
 */
export class Signals {
  /** Whether a receive may wait in the binding. */
  messageAwaited = false;
  /** Whether a send waits in the binding. */
  roomAwaited = false;
  /** The socket is being closed: nothing more is asked of it. */
  closed = false;
  /** It was closed because its thread ends: what waits is told nothing, and the binding is not called again. */
  abandoned = false;

  readonly #native: NativeSocket;

  constructor(native: NativeSocket) {
    this.#native = native;
  }

  /** Wakes a waiting receive or send whose signal was taken. */
  wakeWaiting(): void {
    const { messageAwaited, roomAwaited } = this;
    if (!(messageAwaited || roomAwaited) || this.closed) return;
    const awaited = (messageAwaited ? POLLIN : 0) | (roomAwaited ? POLLOUT : 0);
    if ((this.#native.getNumber(EVENTS) & awaited) === 0) return;
    if (roomAwaited) this.#signalAnew();
    else void this.#native.transmitNothing();
  }

  /** Looks whether the socket has room; a receive that waits is woken where it has a message. */
  findsRoom(): boolean {
    const events = this.#native.getNumber(EVENTS);
    if (this.messageAwaited && (events & POLLIN) !== 0) void this.#native.transmitNothing();
    return (events & POLLOUT) !== 0;
  }

  /**
   * While a send waits nothing can be asked of the binding that would wake it. A connection that is
   * opened and given up again brings a signal from the I/O thread, which wakes whatever waits.
   */
  #signalAnew(): void {
    const native = this.#native;
    const linger = native.getNumber(LINGER);
    native.setNumber(LINGER, 0);
    try {
      native.connect(NOWHERE);
      native.disconnect(NOWHERE);
    } catch {
      // A type that cannot connect (DGRAM): the next look comes in time.
    }
    native.setNumber(LINGER, linger);
  }
}
