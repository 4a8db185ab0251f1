import { EVENTS, LINGER, type NativeSocket, POLLIN, POLLOUT } from "./binding.js";

/** An address that no user connects to, since no socket can listen at it (see `Signals`). */
export const NOWHERE = "tcp://127.0.0.1:0";

/**
 * What waits in the binding on a socket, and how it gets its signal.
 *
 * libzmq signals a change once. Any other look at the socket (its events, bind, connect, the begin of
 * another wait) may take the signal that a waiting receive or send needs. So call `wakeWaiting` after each
 * such look.
 */
export class Signals {
  /** Whether a receive may wait in the binding. */
  messageAwaited = false;
  /** Whether a send waits in the binding. */
  roomAwaited = false;
  /** The socket is being closed: the engine calls it no more. */
  closed = false;
  /** It was closed because its thread ends: waits get no answer, and the binding is not called again. */
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

  /** Looks whether the socket has room. If it has a message, wakes a receive that waits. */
  findsRoom(): boolean {
    const events = this.#native.getNumber(EVENTS);
    if (this.messageAwaited && (events & POLLIN) !== 0) void this.#native.transmitNothing();
    return (events & POLLOUT) !== 0;
  }

  /**
   * While a send waits, no call of the binding wakes it. A connection that is opened and given up again
   * brings a signal from the I/O thread, which wakes all that waits.
   */
  #signalAnew(): void {
    const native = this.#native;
    const linger = native.getNumber(LINGER);
    native.setNumber(LINGER, 0);
    try {
      native.connect(NOWHERE);
      native.disconnect(NOWHERE);
    } catch {
      // A type that cannot connect (DGRAM): the next look (`LOOK_AGAIN`) comes in time.
    }
    native.setNumber(LINGER, linger);
  }
}
