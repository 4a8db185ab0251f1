import { TimeoutError } from "./protocol/message.js";

/** ZMQ_HEARTBEAT_IVL, ZMQ_HEARTBEAT_TIMEOUT and ZMQ_HEARTBEAT_TTL, all in ms. */
export interface HeartbeatOptions {
  /** How often a PING is sent; 0 for never. */
  readonly heartbeatInterval: number;
  /** How long a PING may go without an answer; -1 for as long as the interval, 0 for ever. */
  readonly heartbeatTimeout: number;
  /** After how long the peer should take us for gone; 0 lets it decide. */
  readonly heartbeatTimeToLive: number;
}

/** What heartbeats ask of a connection. */
export interface HeartbeatSink {
  /**
   * Sends a PING with this time to live, in tenths of a second.
   * @returns whether an answer may be waited for: not where nothing can be sent, or nothing is read
   */
  ping(timeToLive: number): boolean;
  /** The peer counts as gone. */
  gone(error: TimeoutError): void;
}

/**
 * The heartbeats of one connection (RFC 37, "Connection Heartbeating"), as libzmq has them: a peer is gone
 * where nothing at all has come for some time after a PING, ours or its own that tells a time to live. No
 * time runs while no PING was sent: a connection may be idle for as long as it likes.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #sink: HeartbeatSink;
  #interval: NodeJS.Timeout | undefined;
  /** Run where a PING of ours was not answered, and where the peer's time to live is over. */
  #answer: NodeJS.Timeout | undefined;
  #life: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatOptions, sink: HeartbeatSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** Begins to send PINGs, where the options say so. */
  start(): void {
    const { heartbeatInterval, heartbeatTimeout, heartbeatTimeToLive } = this.#options;
    if (heartbeatInterval <= 0) return;
    const timeToLive = Math.floor(heartbeatTimeToLive / 100);
    const limit = heartbeatTimeout < 0 ? heartbeatInterval : heartbeatTimeout;
    this.#interval = setInterval(() => {
      if (!this.#sink.ping(timeToLive) || limit === 0) return;
      this.#answer ??= this.#countdown(limit);
    }, heartbeatInterval).unref();
  }

  /** Something has come, whatever it is; or it will not be read when it comes. */
  heard(): void {
    if (this.#answer !== undefined) {
      clearTimeout(this.#answer);
      this.#answer = undefined;
    }
    if (this.#life !== undefined) {
      clearTimeout(this.#life);
      this.#life = undefined;
    }
  }

  /** A PING was the last that has come. @param timeToLive in tenths of a second; 0 for none */
  pinged(timeToLive: number): void {
    this.heard();
    if (timeToLive > 0) this.#life = this.#countdown(timeToLive * 100);
  }

  stop(): void {
    this.heard();
    clearInterval(this.#interval);
    this.#interval = undefined;
  }

  #countdown(limit: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#sink.gone(new TimeoutError(`nothing came from the peer for ${limit} ms`));
    }, limit).unref();
  }
}
