import type { Attempt, Stream, Transport, TransportOptions } from "./transport.js";

/** The options that concern connecting again, as the library names them. In ms. */
export interface DialerOptions extends TransportOptions {
  /** 0 or less: never again. Default: 100. */
  readonly reconnectInterval?: number;
  /** The interval doubles up to this; 0 for no growth, but randomness. Default: 0. */
  readonly reconnectMaxInterval?: number;
}

/** What a dialer tells, and when libzmq's monitor tells the same. Never within a call from above but `lost`. */
export interface DialerSink {
  /** There is a connection (ZMQ_EVENT_CONNECTED). When it is over, the dialer is to be told: `lost`. */
  connected(stream: Stream): void;
  /** An attempt takes a while (ZMQ_EVENT_CONNECT_DELAYED). */
  delayed(): void;
  /** An attempt has failed, its socket is closed (ZMQ_EVENT_CLOSED). Not told where the host has no address. */
  closed(error: NodeJS.ErrnoException): void;
  /** It will be tried again in so many ms (ZMQ_EVENT_CONNECT_RETRIED). */
  retried(interval: number): void;
  /** It will not be tried again, as `reconnectInterval` says so. */
  gaveUp(): void;
}

const LONGEST = 2 ** 31 - 1;
const INTERVAL = 100;

/**
 * Connects to a place, and again whenever it failed or the connection is lost, as libzmq 4.3.5 does: after
 * `reconnectInterval` and a random part of another one; or, where there is a `reconnectMaxInterval`, after
 * intervals that double up to it. A connection makes the interval short again. It does not keep the process
 * alive.
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

  /** Begins. @throws an Error with a `code` where the place is none that can be connected to */
  start(): void {
    const sink = this.#sink;
    this.#attempt = this.#transport.connect(this.#place, this.#options, {
      delayed: () => sink.delayed(),
      connected: (stream) => {
        this.#attempt = undefined;
        this.#interval = 0;
        sink.connected(stream);
      },
      failed: (error) => {
        this.#attempt = undefined;
        this.#failed(error);
      },
    });
  }

  /** The connection is over: it is tried again, after the interval. Tells `retried` or `gaveUp` at once. */
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

  /** Connects no more, and tells nothing more. A connection that was told of stays. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#attempt?.cancel();
    this.#attempt = undefined;
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (error.syscall !== "getaddrinfo") this.#sink.closed(error);
    this.lost();
  }

  #again(): void {
    try {
      this.start();
    } catch (error) {
      // The place was good before: an interface of the source is gone.
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
