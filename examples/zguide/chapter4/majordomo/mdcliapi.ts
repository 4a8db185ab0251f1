// Majordomo client API: asks a service through the broker, as a lazy pirate does. A REQ socket.

import {
  type Frames,
  type Message,
  type ZmqFactory,
  ZmqProtocolError,
  ZmqReqConnection,
  ZmqStateError,
  ZmqTimeoutError,
} from "tx0mq";
import { CLIENT } from "./mdp.ts";

export interface ClientOptions {
  /** How long it waits for a reply before it asks again, in ms. */
  timeout?: number;
  /** How many times it asks before it gives up. */
  retries?: number;
  /** Is told when it asks again. */
  log?: (what: string) => void;
}

/**
 * Asks services, one request at a time.
 *
 * A request is executed at least once if `send` resolves, and perhaps if it does not: a worker may
 * have died, or been too slow, with the request done. So services have to be idempotent, or to remember
 * what they have done. Of several replies the caller gets one, to the request that it has asked.
 */
export class MajordomoClient {
  readonly #factory: ZmqFactory;
  readonly #broker: string;
  readonly #timeout: number;
  readonly #retries: number;
  readonly #log: (what: string) => void;
  #socket: ZmqReqConnection;
  #asking = false;

  /** @param broker the broker's endpoint */
  constructor(
    factory: ZmqFactory,
    broker: string,
    { timeout = 2500, retries = 3, log = () => {} }: ClientOptions = {},
  ) {
    this.#factory = factory;
    this.#broker = broker;
    this.#timeout = timeout;
    this.#retries = retries;
    this.#log = log;
    this.#socket = this.#connect();
  }

  /**
   * Asks a service, and again on a new socket when there is no reply in time.
   *
   * @returns the frames of the reply
   * @throws {ZmqTimeoutError} when no try had a reply: no broker, no worker, or all are too slow. The client can
   * be used again; ask `mmi.service` whether there is a worker.
   * @throws {ZmqAbortError} when the signal was aborted
   * @throws {ZmqProtocolError} when the reply is not one of MDP/0.1
   * @throws {ZmqStateError} while another request is open: use a client for each, or mdcliapi2
   * @throws {ZmqClosedError} when the client is shut down
   */
  async send(
    service: string,
    request: Frames,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Message> {
    if (this.#asking) throw new ZmqStateError("a Majordomo client has one request open at a time");
    this.#asking = true;
    try {
      const message = [CLIENT, service, ...(Array.isArray(request) ? request : [request])];
      for (let tried = 1; tried <= this.#retries; tried++) {
        if (tried > 1) this.#log(`no reply of ${service}: asking again`);
        const reply = await this.#ask(message, signal);
        if (reply !== undefined) return bodyOf(reply, service);
      }
      throw new ZmqTimeoutError(`reply of ${service}`, this.#timeout * this.#retries);
    } finally {
      this.#asking = false;
    }
  }

  async #ask(message: Frames, signal: AbortSignal | undefined): Promise<Message | undefined> {
    const options = { timeout: this.#timeout, signal };
    try {
      await this.#socket.send(message, options);
      return await this.#socket.receive(options);
    } catch (error) {
      if (this.#socket.closed) throw error;
      // A REQ that waits for a reply cannot ask again. A late reply ends with the old socket.
      const old = this.#socket;
      this.#socket = this.#connect();
      await old.shutdown();
      if (error instanceof ZmqTimeoutError) return undefined;
      throw error;
    }
  }

  #connect(): ZmqReqConnection {
    return new ZmqReqConnection(this.#factory, { connect: this.#broker }, { lingerPeriod: 0 });
  }

  /** Ends the client, and an open request with a ZmqClosedError. */
  shutdown(): Promise<void> {
    return this.#socket.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}

function bodyOf(reply: Message, service: string): Message {
  const [header, name, first, ...rest] = reply;
  if (String(header) !== CLIENT || String(name) !== service || first === undefined) {
    throw new ZmqProtocolError(`a reply is ${CLIENT}, ${service} and a body`, reply);
  }
  return [first, ...rest];
}
