import { TimeoutError } from "./protocol/message.js";

/** ZMQ_HEARTBEAT_IVL, ZMQ_HEARTBEAT_TIMEOUT and ZMQ_HEARTBEAT_TTL, all in ms. */
export interface HeartbeatOptions {
  /** How often a PING is sent; 0 for never. */
  readonly heartbeatInterval: number;
  /** How long a PING may go without an answer; -1 for as long as the interval, 0 for ever. */
  readonly heartbeatTimeout: number;
  /** After how long without a word the peer should take us for gone; 0 lets it decide. */
  readonly heartbeatTimeToLive: number;
}

/** What heartbeats ask of a connection. */
export interface HeartbeatSink {
  /**
   * Sends a PING with this time to live, in tenths of a second.
   * @returns whether to wait for an answer: not if the connection cannot send, or does not read
   */
  ping(timeToLive: number): boolean;
  /** The peer counts as gone. */
  gone(error: TimeoutError): void;
}

/**
 * The heartbeats of one connection (RFC 37, "Connection Heartbeating"), as in libzmq. The peer counts as gone
 * if nothing at all comes for some time after our PING, or after a PING of its own with a time to live. Without
 * a PING no time runs: a connection may be idle for as long as it likes.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #sink: HeartbeatSink;
  #interval: NodeJS.Timeout | undefined;
  /** These run out if the peer does not answer our PING, and when its time to live is over. */
  #answer: Countdown | undefined;
  #life: Countdown | undefined;

  constructor(options: HeartbeatOptions, sink: HeartbeatSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** Begins to send PINGs, if the options say so. */
  start(): void {
    const { heartbeatInterval, heartbeatTimeout, heartbeatTimeToLive } = this.#options;
    if (heartbeatInterval <= 0) return;
    const timeToLive = Math.floor(heartbeatTimeToLive / 100);
    const limit = heartbeatTimeout < 0 ? heartbeatInterval : heartbeatTimeout;
    this.#interval = setInterval(() => {
      if (!this.#sink.ping(timeToLive) || limit === 0) return;
      this.#answer ??= new Countdown(limit, this.#sink);
    }, heartbeatInterval).unref();
  }

  /** Something has come, whatever it is; or the connection stops reading, so that nothing can. */
  heard(): void {
    if (this.#answer !== undefined) {
      this.#answer.stop();
      this.#answer = undefined;
    }
    if (this.#life !== undefined) {
      this.#life.stop();
      this.#life = undefined;
    }
  }

  /** A PING has come, and nothing behind it. @param timeToLive in tenths of a second; 0 for none */
  pinged(timeToLive: number): void {
    this.heard();
    if (timeToLive > 0) this.#life = new Countdown(timeToLive * 100, this.#sink);
  }

  stop(): void {
    this.heard();
    clearInterval(this.#interval);
    this.#interval = undefined;
  }
}

/** Time that runs out for a peer. */
class Countdown {
  readonly #timer: NodeJS.Timeout;
  #verdict: NodeJS.Immediate | undefined;

  constructor(limit: number, sink: HeartbeatSink) {
    this.#timer = setTimeout(() => {
      // If this process has computed for so long, what has come meanwhile is read first.
      this.#verdict = setImmediate(() => {
        sink.gone(new TimeoutError(`nothing came from the peer for ${limit} ms`));
      });
    }, limit).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#verdict);
  }
}
