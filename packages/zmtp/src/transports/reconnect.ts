import { clearTimeout, setTimeout } from "../clock.js";
import type { Attempt, Stream, Transport, TransportOptions } from "./transport.js";

/** The options that concern connecting again, as the library names them. In ms. */
export interface DialerOptions extends TransportOptions {
  /** 0 or less: do not connect again. Default: 100. */
  readonly reconnectInterval?: number;
  /** The interval doubles up to this; with 0 it does not grow, but has a random part. Default: 0. */
  readonly reconnectMaxInterval?: number;
}

/** What a dialer reports, and libzmq's event for it. It never reports within a call from above, except `lost`. */
export interface DialerSink {
  /** There is a connection (ZMQ_EVENT_CONNECTED). When it is over, call the dialer's `lost`. */
  connected(stream: Stream): void;
  /** An attempt takes a while (ZMQ_EVENT_CONNECT_DELAYED). */
  delayed(): void;
  /** An attempt has failed, and its socket is closed (ZMQ_EVENT_CLOSED). Not called if the host has no address. */
  closed(error: NodeJS.ErrnoException): void;
  /** Somebody was there, but there is no connection. (Events: as of a connection whose handshake has failed.) */
  refused(error: Error): void;
  /** The dialer will try again in `interval` ms (ZMQ_EVENT_CONNECT_RETRIED). */
  retried(interval: number): void;
  /** The dialer will not try again, because of `reconnectInterval`. */
  gaveUp(): void;
}

const LONGEST = 2 ** 31 - 1;
const INTERVAL = 100;

/**
 * Connects to a place, and again when that fails or the connection is lost. As libzmq 4.3.5 it waits before, for
 * `reconnectInterval` and a random part of another one; or, if there is a `reconnectMaxInterval`, for intervals
 * that double up to it. After a connection, whatever becomes of it, the interval is short again. A dialer does not
 * keep the process alive.
 */
export class Dialer {
  readonly #transport: Transport;
  readonly #place: string;
  readonly #options: DialerOptions;
  readonly #sink: DialerSink;
  readonly #random: () => number;
  #attempt: Attempt | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The last interval; 0 before the first. */
  #interval = 0;
  #closed = false;

  /** @param random a number from 0 to less than 1 */
  constructor(
    transport: Transport,
    place: string,
    options: DialerOptions,
    sink: DialerSink,
    random: () => number = Math.random,
  ) {
    this.#transport = transport;
    this.#place = place;
    this.#options = options;
    this.#sink = sink;
    this.#random = random;
  }

  /** Begins. @throws an Error with a `code` if it is not possible to connect to the place */
  start(): void {
    const sink = this.#sink;
    this.#attempt = this.#transport.connect(this.#place, this.#options, {
      delayed: () => sink.delayed(),
      connected: (stream) => {
        this.#attempt = undefined;
        this.#interval = 0;
        sink.connected(stream);
      },
      failed: (error, wasThere) => {
        this.#attempt = undefined;
        this.#failed(error, wasThere);
      },
    });
  }

  /** The connection is over: connects again after the interval. Reports `retried` or `gaveUp` at once. */
  lost(): void {
    if (this.#closed) return;
    const { reconnectInterval = INTERVAL } = this.#options;
    if (reconnectInterval <= 0) {
      this.#sink.gaveUp();
      return;
    }
    const interval = this.#nextInterval(reconnectInterval);
    this.#timer = setTimeout(() => this.#again(), interval).unref();
    this.#sink.retried(interval);
  }

  /** Stops connecting, and reports nothing more. A connection that it has reported stays. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#attempt?.cancel();
    this.#attempt = undefined;
  }

  #failed(error: NodeJS.ErrnoException, wasThere = false): void {
    if (wasThere) {
      this.#interval = 0;
      this.#sink.refused(error);
    } else if (error.syscall !== "getaddrinfo") this.#sink.closed(error);
    this.lost();
  }

  #again(): void {
    try {
      this.start();
    } catch (error) {
      // The place was good before, so an interface of the source is gone.
      this.#failed(error as NodeJS.ErrnoException);
    }
  }

  #nextInterval(first: number): number {
    const { reconnectMaxInterval: most = 0 } = this.#options;
    if (most > 0) {
      this.#interval = Math.min(this.#interval === 0 ? first : this.#interval * 2, most, LONGEST);
      return this.#interval;
    }
    return Math.min(first + Math.floor(this.#random() * first), LONGEST);
  }
}
