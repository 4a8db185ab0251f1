import { randomInt } from "node:crypto";
import { ZmqConnection } from "../connection/connection.js";
import type { Withdrawable } from "../connection/outgoing.js";
import type { Endpoints } from "../endpoint.js";
import type { Frame } from "../engine/engine.js";
import {
  awaited,
  fromCaller,
  ZmqAbortError,
  ZmqArgumentError,
  ZmqClosedError,
  type ZmqError,
  ZmqOptionError,
  ZmqProtocolError,
  ZmqStateError,
  ZmqTimeoutError,
} from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import type { Message } from "../frames.js";
import { EMPTY, sendable } from "../frames.js";
import { SETTLED } from "../internal.js";
import type { DealerOptions } from "../options.js";
import { checkWait, onAbort, onExpiry, period } from "../time.js";
import { Slots } from "./slots.js";

/** What may end a request before its reply comes. */
export interface RequestOptions {
  /** Reject with a {@link ZmqTimeoutError} after so many ms; -1 for never. Default: the connection's `requestTimeout`. */
  timeout?: number | undefined;
  /** Reject with a {@link ZmqAbortError} when it is aborted. */
  signal?: AbortSignal | undefined;
}

const NO_OPTIONS: RequestOptions = {};

/** Options of a {@link ZmqXREQConnection}: those of a DEALER, and a time-out. */
export interface XREQOptions extends Omit<DealerOptions, "conflate"> {
  /** Time-out of requests that have none of their own, in ms; -1 for none. Default: -1. */
  requestTimeout?: number | undefined;
  /**
   * Deal requests only to servers that are connected. Without it, if one of several servers goes away, its
   * requests wait until it comes back. With it, if a server goes, its replies that have come and are not read
   * yet are lost. ZMQ_IMMEDIATE. Default: false.
   */
  immediate?: boolean | undefined;
}

interface Request extends Withdrawable {
  resolve: (reply: Message) => void;
  reject: (error: ZmqError) => void;
  /** Its slot, and a number that differs from those of earlier requests in this slot. */
  slot: number;
  readonly count: number;
  release: (() => void) | undefined;
  /** The promise that its sender holds. */
  held: Promise<Message> | undefined;
}

const ignore = (): void => undefined;

/** Ids are a random prefix of the connection, of 8 bytes, and a request's slot and count, of 4 bytes each. */
const ID_SIZE = 16;
const SLOT_AT = 8;
const COUNT_AT = 12;

/**
 * Requests, any number of them in flight: `sendMsg` returns a promise of the reply, and replies come in any
 * order. It is a DEALER that sends `[id, empty, ...parts]`; the id comes back with the reply. So it
 * talks to REP, to {@link ZmqXREPConnection}, to Python's tx0mq and txZMQ, and through brokers.
 *
 * Requests go to the connected peers in turn, and wait while there is none. If you give up a request while
 * it waits, it is not sent. No request is sent twice: if one is lost with its peer, it rejects after its
 * time-out, and without a time-out never.
 *
 * It reads its messages itself: `receive()`, an iteration or a listener to `"message"` is a `ZmqStateError`. So it
 * keeps the process alive until it is shut down.
 */
export class ZmqXREQConnection extends ZmqConnection<never, never> {
  static override readonly socketType = "DEALER";
  /** If you give up a request while no server is there, it is not sent when one comes. */
  protected static override readonly holdsForPeers = true;
  protected static override readonly shownAs = "XREQ";
  protected static override readonly receiveError = "the replies of an XREQ go to their sendMsg()";
  /** Time-out of requests that have none of their own, in ms; -1 for none. */
  readonly requestTimeout: number;

  /** The requests in flight. */
  readonly #requests = new Slots<Request>();
  /** The two halves of the prefix. */
  readonly #high = randomInt(2 ** 32);
  readonly #low = randomInt(2 ** 32);
  #count = 0;
  #lateReplies = 0;

  constructor(
    factory: ZmqFactory,
    endpoints?: Endpoints,
    { requestTimeout = -1, ...options }: XREQOptions = {},
  ) {
    period("requestTimeout", requestTimeout);
    if ((options as DealerOptions).conflate) {
      throw new ZmqOptionError(
        "conflate",
        "keeps one frame, and requests have several; a DEALER conflates messages of one frame",
      );
    }
    super(factory, endpoints, options);
    this.requestTimeout = requestTimeout;
  }

  /** How many requests are in flight. */
  get requestsInFlight(): number {
    return this.#requests.size;
  }

  /** How many replies were dropped because their request had been given up, or was never made. */
  get lateReplies(): number {
    return this.#lateReplies;
  }

  /**
   * Sends a request. The promise resolves to the parts of the reply.
   *
   * @param args the parts of the request, at least one; behind them, options
   * @throws {ZmqTimeoutError} when the reply did not come in time
   * @throws {ZmqAbortError} when the signal was aborted
   * @throws {ZmqClosedError} when the connection was shut down before the reply came
   * @throws {ZmqArgumentError} for a value that cannot be sent
   * @throws {ZmqOptionError} for a wrong time-out or signal
   * @throws {ZmqQueueFullError} when `sendQueueLimit` messages wait to be sent already
   */
  sendMsg(...args: Frame[] | [...parts: Frame[], options: RequestOptions]): Promise<Message> {
    const last = args.at(-1);
    const options = isPlainObject(last) ? (last as RequestOptions) : undefined;
    const parts = options === undefined ? args : args.slice(0, -1);
    const { timeout = this.requestTimeout, signal } = options ?? NO_OPTIONS;
    try {
      if (options !== undefined) checkOptions(options);
      if (parts.length === 0) throw new ZmqArgumentError("a request has at least one part");
      if (signal?.aborted) throw new ZmqAbortError(signal.reason);
      return this.#request(sendable(parts) as Frame[], timeout, signal);
    } catch (error) {
      return Promise.reject(fromCaller(error, this.sendMsg));
    }
  }

  /** @throws {ZmqStateError} always: untyped code that takes it for `sendMsg` would wait for a reply for ever */
  override send(_message: never): Promise<void> {
    const error = new ZmqStateError("an XREQ sends its requests by sendMsg()");
    return Promise.reject(fromCaller(error, this.send));
  }

  #request(parts: Frame[], timeout: number, signal: AbortSignal | undefined): Promise<Message> {
    this.#count = (this.#count + 1) >>> 0;
    const request: Request = {
      resolve: ignore,
      reject: ignore,
      slot: 0,
      count: this.#count,
      release: undefined,
      held: undefined,
    };
    const reply = new Promise<Message>((resolve, reject) => {
      request.resolve = resolve;
      request.reject = reject;
    });
    request.held = timeout < 0 && signal === undefined ? reply : awaited(reply);
    request.slot = this.#requests.add(request);
    request.release = this.#giveUpOn(request, timeout, signal);
    const frames = [this.#id(request), EMPTY, ...parts];
    try {
      const sent = this.sendOrThrow(frames, undefined, undefined, request);
      if (sent !== SETTLED) sent.catch((error) => this.#giveUp(request, error));
    } catch (error) {
      this.#giveUp(request, fromCaller(error, this.sendMsg) as ZmqError);
    }
    return request.held;
  }

  /** Sets up the ends of a request before its reply comes. @returns a function that takes them down again */
  #giveUpOn(
    request: Request,
    timeout: number,
    signal: AbortSignal | undefined,
  ): (() => void) | undefined {
    if (timeout < 0 && signal === undefined) return undefined;
    const expire = (): void => this.#giveUp(request, new ZmqTimeoutError("reply", timeout));
    const abort = (): void => this.#giveUp(request, new ZmqAbortError(signal?.reason));
    const stopTimer = timeout < 0 ? undefined : onExpiry(timeout, expire);
    const stopListening = signal === undefined ? undefined : onAbort(signal, abort);
    return () => {
      stopTimer?.();
      stopListening?.();
    };
  }

  #giveUp(request: Request, error: ZmqError): void {
    if (this.#requests.get(request.slot) !== request) return;
    this.#requests.delete(request.slot);
    request.release?.();
    request.withdraw?.(error); // where it still waits to be sent
    request.reject(error);
  }

  /** An id that no other request of this connection has, and hardly any request of another. */
  #id({ slot, count }: Request): Buffer {
    const id = Buffer.allocUnsafe(ID_SIZE);
    id.writeUInt32BE(this.#high, 0);
    id.writeUInt32BE(this.#low, 4);
    id.writeUInt32BE(slot, SLOT_AT);
    id.writeUInt32BE(count, COUNT_AT);
    return id;
  }

  /** The request that has the id, if it is in flight. */
  #requestOf(id: Buffer): Request | undefined {
    if (id.length !== ID_SIZE) return undefined;
    if (id.readUInt32BE(0) !== this.#high || id.readUInt32BE(4) !== this.#low) return undefined;
    const request = this.#requests.get(id.readUInt32BE(SLOT_AT));
    return request?.count === id.readUInt32BE(COUNT_AT) ? request : undefined;
  }

  override messageReceived(frames: Message): void {
    // By index: a destructuring pattern would go through an iterator.
    const delimiter = frames[1];
    if (delimiter === undefined || delimiter.length > 0 || frames.length < 3) {
      throw new ZmqProtocolError("a reply is an id, an empty frame and its parts", frames);
    }
    const request = this.#requestOf(frames[0]);
    if (request === undefined) {
      this.#lateReplies += 1;
      return;
    }
    this.#requests.delete(request.slot);
    request.release?.();
    // Most replies have one part, and a list literal is made quicker than a slice.
    request.resolve(frames.length === 3 ? [frames[2] as Buffer] : (frames.slice(2) as Message));
  }

  protected override handlesMessages(): boolean {
    return true;
  }

  protected override shuttingDown(): void {
    for (const request of this.#requests.all) {
      // If the sender awaits it, it sees the end; if not, that is no reason to crash.
      request.held?.catch(ignore);
      this.#giveUp(request, new ZmqClosedError(String(this)));
    }
  }
}

/** Whether a value may be options. For others that are no frame, `sendable` says what they are. */
function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Untyped code may use an object as a part. @throws {ZmqArgumentError} for that; {ZmqOptionError} for a wrong option */
function checkOptions(options: RequestOptions): void {
  const stranger = Object.keys(options).find((name) => name !== "timeout" && name !== "signal");
  if (stranger !== undefined) {
    throw new ZmqArgumentError(
      `a request has the options timeout and signal, not ${JSON.stringify(stranger)}; an object as a part is sent as text: JSON.stringify(object)`,
    );
  }
  checkWait(options);
}
