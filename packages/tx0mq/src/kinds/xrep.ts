import { ZmqConnection } from "../connection/connection.js";
import { peerOf } from "../connection/outgoing.js";
import { type RequestHandler, replyTo, type ServeOptions, serve } from "../connection/serve.js";
import type { Endpoints } from "../endpoint.js";
import type { Frame } from "../engine/engine.js";
import {
  fromCaller,
  shown,
  ZmqArgumentError,
  ZmqOptionError,
  ZmqQueueFullError,
  ZmqStateError,
  ZmqUnknownRequestError,
  ZmqUnroutableError,
} from "../errors.js";
import type { ZmqFactory } from "../factory.js";
import type { Message } from "../frames.js";
import { sendable, unwrap } from "../frames.js";
import type { RouterOptions } from "../options.js";

/** The id of an open request, for `reply`. It has a meaning only in this connection. */
export type RequestId = number;

/** A request, as received: its id and its parts. */
export type XREPRequest = [id: RequestId, ...parts: Message];

/** Options of a {@link ZmqXREPConnection}: those of a ROUTER, and how many requests may be open. */
export interface XREPOptions extends RouterOptions {
  /**
   * How many replies ZeroMQ holds for each client. More replies wait in the connection, up to `sendQueueLimit`.
   * Once 64 MiB wait for one client, more are refused; replies that are sent within one turn of the event loop
   * wait whatever their size. ZMQ_SNDHWM. Default: 1,000.
   */
  sendHighWaterMark?: number | undefined;
  /** Reject replies to clients that are gone, instead of dropping them. Default: false. */
  mandatory?: boolean | undefined;
  /**
   * How many requests may be open at once. If one more comes, the oldest is given up: you cannot reply to it
   * any more. Default: 65,536.
   */
  maxOpenRequests?: number | undefined;
}

const MAX_OPEN_REQUESTS = 65_536;

const ignore = (): void => undefined;

/**
 * Replies to any number of open requests, in any order. It is a ROUTER that keeps the envelope of
 * each request, of any depth, until the reply. So it serves REQ, {@link ZmqXREQConnection}, and Python's
 * tx0mq and txZMQ, also through brokers.
 *
 * A message without an envelope is refused and reported as an `"error"` event.
 */
export class ZmqXREPConnection extends ZmqConnection<XREPRequest, never, RouterOptions> {
  static override readonly socketType = "ROUTER";
  protected static override readonly shownAs = "XREP";

  /** A full client holds up no other. */
  protected static override peerOf() {
    return peerOf;
  }

  /** How many requests may be open at once. */
  readonly maxOpenRequests: number;
  readonly #mandatory: boolean;

  /** The envelopes of open requests, oldest first, each with its delimiter. */
  readonly #open = new Map<RequestId, readonly Buffer[]>();
  /** The next to be given up, some of which may have got their replies meanwhile; the oldest last. */
  #oldest: RequestId[] = [];
  #lastId = 0;
  #droppedRequests = 0;
  #droppedReplies = 0;

  constructor(
    factory: ZmqFactory,
    endpoints?: Endpoints,
    { maxOpenRequests = MAX_OPEN_REQUESTS, mandatory = false, ...options }: XREPOptions = {},
  ) {
    if (!Number.isInteger(maxOpenRequests) || maxOpenRequests < 1) {
      throw new ZmqOptionError("maxOpenRequests", `is 1 or more, not ${shown(maxOpenRequests)}`);
    }
    // A ROUTER without `mandatory` drops messages to a full client.
    super(factory, endpoints, { ...options, mandatory: true });
    this.maxOpenRequests = maxOpenRequests;
    this.#mandatory = mandatory;
  }

  /** How many requests are open. */
  get openRequests(): number {
    return this.#open.size;
  }

  /** How many requests were given up because more than `maxOpenRequests` were open. */
  get droppedRequests(): number {
    return this.#droppedRequests;
  }

  /** How many replies were dropped because their client was gone, or did not read earlier ones. */
  get droppedReplies(): number {
    return this.#droppedReplies;
  }

  /**
   * Called with each request that no `receive()` and no iterator waits for: override it, and call
   * `reply` with the same id, now or later. (`"message"` listeners are called as well.)
   */
  gotMessage(_id: RequestId, ..._parts: Message): unknown {
    return undefined;
  }

  /**
   * Replies to a request. The promise settles when ZeroMQ has taken the reply; if you await it, you are as
   * slow as the client. A reply to a client that is gone is dropped. If you do not await it, you need not catch what
   * clients or a shutdown cause, only the errors of a wrong call.
   *
   * @throws {ZmqUnknownRequestError} if the request is not open: it has its reply already, or is unknown
   * @throws {ZmqArgumentError} for a value that cannot be sent; the request stays open
   * @throws {ZmqQueueFullError} for a client that does not read, or when `sendQueueLimit` replies wait already
   * @throws {ZmqUnroutableError} with `mandatory`, for a client that is gone
   * @throws {ZmqClosedError} when the connection is shut down before ZeroMQ has taken the reply
   */
  reply(id: RequestId, ...parts: Frame[]): Promise<void> {
    const envelope = this.#open.get(id);
    if (envelope === undefined) {
      return Promise.reject(fromCaller(new ZmqUnknownRequestError(id), this.reply));
    }
    if (parts.length === 0) {
      const error = new ZmqArgumentError("a reply has at least one part");
      return Promise.reject(fromCaller(error, this.reply));
    }
    try {
      sendable(parts);
    } catch (error) {
      return Promise.reject(fromCaller(error, this.reply));
    }
    this.#open.delete(id);
    const sent = this.#send([...envelope, ...parts]).catch(this.#dropped);
    // A client can be slow on purpose. That must not end a program that does not await its replies.
    sent.catch(ignore);
    return sent;
  }

  /** @throws {ZmqStateError} always: a reply that untyped code sends so would reach nobody */
  override send(_message: never): Promise<void> {
    const error = new ZmqStateError("an XREP sends its replies by reply()");
    return Promise.reject(fromCaller(error, this.send));
  }

  #send(frames: readonly Frame[]): Promise<void> {
    try {
      return this.sendOrThrow(frames);
    } catch (error) {
      return Promise.reject(fromCaller(error, this.reply));
    }
  }

  readonly #dropped = (error: unknown): void => {
    if (error instanceof ZmqUnroutableError || error instanceof ZmqQueueFullError) {
      this.#droppedReplies += 1;
    }
    if (!(error instanceof ZmqUnroutableError) || this.#mandatory) throw error;
  };

  /**
   * Replies to each request with what the handler returns, to any number of them at once. When the
   * connection is shut down, requests in hand still get their replies.
   *
   * ```ts
   * await server.serve(async ([url]) => (await fetch(String(url))).text());
   * ```
   *
   * @returns a promise that resolves when the connection is shut down
   * @throws {ZmqStateError} if the connection is served already
   * @throws {ZmqClosedError} if it has been shut down before
   * @throws {ZmqArgumentError} for a handler that is no function; {ZmqOptionError} for a wrong option
   */
  serve(handler: RequestHandler, options: ServeOptions = {}): Promise<void> {
    return serve<XREPRequest>(this, handler, options, async ([id, ...request]) => {
      let reply: readonly Frame[] | undefined;
      try {
        reply = await replyTo(request, handler, options);
      } finally {
        if (reply === undefined) this.#open.delete(id);
      }
      if (reply !== undefined) await this.reply(id, ...reply);
    });
  }

  override messageReceived(request: XREPRequest): unknown {
    super.messageReceived(request);
    return this.gotMessage(...request);
  }

  protected override handlesMessages(): boolean {
    return (
      this.messageReceived !== ZmqXREPConnection.prototype.messageReceived ||
      this.gotMessage !== ZmqXREPConnection.prototype.gotMessage ||
      this.listenerCount("message") > 0
    );
  }

  /** Opens a request. A request without an envelope throws, which is reported. */
  protected override decode(frames: Message): XREPRequest {
    const { envelope, body } = unwrap(frames);
    if (this.#open.size >= this.maxOpenRequests) this.#giveUpOldest();
    this.#lastId += 1;
    this.#open.set(this.#lastId, envelope);
    return [this.#lastId, ...body];
  }

  /** To find its first key, a Map passes all that were deleted before it. So it is asked for all keys at once. */
  #giveUpOldest(): void {
    do {
      if (this.#oldest.length === 0) this.#oldest = [...this.#open.keys()].reverse();
    } while (!this.#open.delete(this.#oldest.pop() as RequestId));
    this.#droppedRequests += 1;
  }
}
