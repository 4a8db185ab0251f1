// Majordomo client API, asynchronous: any number of requests in flight through the broker. A DEALER socket.

import {
  EMPTY,
  type Frames,
  type Message,
  ZmqDealerConnection,
  type ZmqFactory,
  ZmqProtocolError,
} from "tx0mq";
import { CLIENT } from "../majordomo/mdp.ts";

export interface AsyncClientOptions {
  /** How long `receive` waits for a reply, in ms. */
  timeout?: number;
}

export interface Reply {
  /** The service that has replied. */
  readonly service: string;
  readonly body: Message;
}

/**
 * Sends requests to services, and receives the replies apart from that.
 *
 * A request is executed at most once: nothing asks again, and if the broker or a worker dies, requests
 * that are with them have no reply. Replies come in any order, for MDP/0.1 has no number that says which
 * request one belongs to. If that matters, put a number into the request, and have the service return it.
 *
 * Receive while you send. What a client does not receive waits in the broker, which in the end drops it.
 */
export class AsyncMajordomoClient {
  readonly #socket: ZmqDealerConnection;
  readonly #timeout: number;

  /** @param broker the broker's endpoint */
  constructor(factory: ZmqFactory, broker: string, { timeout = 2500 }: AsyncClientOptions = {}) {
    this.#socket = new ZmqDealerConnection(factory, { connect: broker }, { lingerPeriod: 0 });
    this.#timeout = timeout;
  }

  /**
   * Sends a request, and waits for no reply: only for room, when the broker is slow or not there.
   *
   * @throws {ZmqAbortError} when the signal was aborted; the request is not sent then
   * @throws {ZmqClosedError} when the client is shut down
   */
  send(service: string, request: Frames, options?: { signal?: AbortSignal }): Promise<void> {
    // A REQ would put the empty frame there.
    const body = Array.isArray(request) ? request : [request];
    return this.#socket.send([EMPTY, CLIENT, service, ...body], options);
  }

  /**
   * Receives the next reply, to any of the requests.
   *
   * @throws {ZmqTimeoutError} when none comes in time. It may still come, and goes to the next `receive`.
   * To ask again, make a new client, and send the requests that have no reply and may be repeated.
   * @throws {ZmqAbortError} when the signal was aborted; no reply is lost
   * @throws {ZmqProtocolError} for a message that is no reply of MDP/0.1; the client can be used again
   * @throws {ZmqClosedError} when the client is shut down
   */
  async receive({ signal }: { signal?: AbortSignal } = {}): Promise<Reply> {
    const message = await this.#socket.receive({ timeout: this.#timeout, signal });
    const [delimiter, header, service, first, ...rest] = message;
    if (delimiter.length > 0 || String(header) !== CLIENT || first === undefined) {
      throw new ZmqProtocolError(
        `a reply is an empty frame, ${CLIENT}, a service and a body`,
        message,
      );
    }
    return { service: String(service), body: [first, ...rest] };
  }

  /** Ends the client. Requests that the broker has not taken yet are given up. */
  shutdown(): Promise<void> {
    return this.#socket.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}
