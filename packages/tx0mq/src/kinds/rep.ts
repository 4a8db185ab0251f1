import { ZmqConnection } from "../connection/connection.js";
import { ReplyTurns } from "../connection/lockstep.js";
import { type RequestHandler, replyTo, type ServeOptions, serve } from "../connection/serve.js";
import type { Frames, Message } from "../frames.js";
import type { RepOptions } from "../options.js";

/**
 * A REP socket (RFC 28): receives a request, sends its reply, and so on in turn. It receives no
 * further request before the reply is sent; a reply without a request is a `ZmqStateError`. If a handler
 * throws, or rejects, before it has replied, its request gets no reply, and the REP receives the next one.
 *
 * Underneath it is a ROUTER that keeps the envelope of the request for the reply: with libzmq's own REP,
 * what a broken peer sends can have the next peer's reply go nowhere. A message without an envelope is
 * refused and reported as an `"error"` event.
 *
 * To have many requests open at once, take {@link ZmqXREPConnection}.
 */
export class ZmqRepConnection extends ZmqConnection<Message, Frames, RepOptions> {
  static override readonly socketType = "REP";
  protected static override readonly engineType = "ROUTER";

  protected static override turns(): ReplyTurns {
    return new ReplyTurns();
  }

  /**
   * Replies to each request with what the handler returns, one after the other. When the connection is
   * shut down, the request in hand still gets its reply.
   *
   * ```ts
   * await rep.serve(async ([name]) => `Hello, ${name}`);
   * ```
   *
   * @returns a promise that resolves when the connection is shut down
   * @throws {ZmqStateError} if the connection is served already
   * @throws {ZmqClosedError} if it has been shut down before
   * @throws {ZmqArgumentError} for a handler that is no function; {ZmqOptionError} for a wrong option
   */
  serve(handler: RequestHandler, options: ServeOptions = {}): Promise<void> {
    return serve<Message>(this, handler, options, async (request) => {
      const reply = await replyTo(request, handler, options);
      if (reply === undefined) this.forgoTurn();
      else await this.send(reply);
    });
  }
}
