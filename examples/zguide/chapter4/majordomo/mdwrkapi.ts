// Majordomo worker API: serves the requests for one service that the broker gives it. A DEALER socket.

import {
  EMPTY,
  type Message,
  poll,
  type RequestHandler,
  ZmqClosedError,
  ZmqDealerConnection,
  type ZmqFactory,
} from "tx0mq";
import { DISCONNECT, HEARTBEAT, READY, REPLY, REQUEST, WORKER } from "./mdp.ts";

export interface WorkerOptions {
  /** How often it tells the broker that it is alive, in ms: as often as the broker does. */
  heartbeat?: number;
  /** The broker is gone when so many of its heartbeats are missing. */
  liveness?: number;
  /** The pause before it connects anew for the second time, in ms. Later ones double. */
  reconnect?: number;
  /** The longest pause, in ms. */
  reconnectMax?: number;
  /** Is told when it connects to the broker, and why it does so anew. */
  log?: (what: string) => void;
}

/**
 * Serves one service, one request at a time, until it is shut down. It finds the broker again when that
 * has been away. A process may have any number of workers.
 *
 * A request comes to a worker at most once, but the client that had no reply in time asks again, and
 * another worker gets that. So a service has to be idempotent, or to remember what it has done.
 */
export class MajordomoWorker {
  readonly #factory: ZmqFactory;
  readonly #broker: string;
  readonly #service: string;
  readonly #options: Required<WorkerOptions>;
  #socket: ZmqDealerConnection | undefined;
  #pause = 0;
  #ended = false;

  /**
   * @param broker the broker's endpoint
   * @param service the service's name; those that begin with `mmi.` are the broker's own
   */
  constructor(
    factory: ZmqFactory,
    broker: string,
    service: string,
    {
      heartbeat = 2500,
      liveness = 3,
      reconnect = 2500,
      reconnectMax = 40_000,
      log = () => {},
    }: WorkerOptions = {},
  ) {
    this.#factory = factory;
    this.#broker = broker;
    this.#service = service;
    this.#options = { heartbeat, liveness, reconnect, reconnectMax, log };
  }

  /**
   * Registers with the broker and has each request handled. Heartbeats go on while a handler waits, and
   * stop while it blocks the event loop. Meanwhile the worker does not give the broker up: the guide's sends
   * no heartbeats to a worker that is at work.
   *
   * @param handler makes the reply. When it throws, there is none: the worker leaves the broker, and
   * `serve` rejects with the error. For a request that cannot be done, return a reply that says so.
   * @returns a promise that resolves when the worker, or its factory, is shut down and the handler done
   */
  async serve(handler: RequestHandler): Promise<void> {
    while (!this.#ended && !this.#factory.closed) {
      this.#socket = new ZmqDealerConnection(this.#factory);
      // Nothing comes before it is connected: this waits, and a shutdown ends it.
      await poll({ readable: [this.#socket] }, { timeout: this.#pause });
      if (!this.#socket.closed) await this.#converse(this.#socket, handler);
    }
  }

  /** Ends the worker. A request in hand may be replied to within the linger period of the factory. */
  async shutdown(): Promise<void> {
    this.#ended = true;
    await this.#socket?.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** From READY until one of the two has gone. @throws what the handler throws */
  async #converse(socket: ZmqDealerConnection, handler: RequestHandler): Promise<void> {
    const { heartbeat, liveness, reconnect, reconnectMax, log } = this.#options;
    const say = (...frames: (string | Buffer)[]) => socket.send([EMPTY, WORKER, ...frames]);
    const leave = (why: string) => {
      log(`${why}: connecting anew${this.#pause > 0 ? ` in ${this.#pause} ms` : ""}`);
      void socket.shutdown(); // ends the loop below
    };
    let heardAt = performance.now();
    let working = false;

    log(`Connecting to ${this.#broker}, to serve ${this.#service}`);
    this.#pause = Math.min(Math.max(reconnect, 2 * this.#pause), reconnectMax);
    socket.addEndpoints({ connect: this.#broker });
    void say(READY, this.#service);
    const beats = setInterval(() => {
      if (socket.closed) return;
      const silent = performance.now() - heardAt > heartbeat * liveness;
      if (silent && !working) leave("No sign of the broker");
      else void say(HEARTBEAT);
    }, heartbeat);

    try {
      for await (const message of socket) {
        const command = commandOf(message);
        if (command === undefined) {
          console.error(`mdwrkapi: invalid message: ${message.length} frames`);
          continue;
        }
        heardAt = performance.now();
        if (command === DISCONNECT) leave("Disconnected by the broker");
        else this.#pause = 0;
        if (command !== REQUEST) continue;
        const [client = EMPTY, , ...request] = message.slice(3);
        working = true;
        const reply = await handler(request as Message);
        await say(REPLY, client, EMPTY, ...(Array.isArray(reply) ? reply : [reply]));
        working = false;
        heardAt = performance.now();
      }
    } catch (error) {
      if (!(socket.closed && error instanceof ZmqClosedError)) throw error; // else it has been shut down
    } finally {
      clearInterval(beats);
      await socket.shutdown();
    }
  }
}

/** The command of a message from the broker; undefined if the message is not of MDP/0.1. */
function commandOf([delimiter, header, name, ...body]: Message): string | undefined {
  const command = String(name);
  const fits =
    command === REQUEST
      ? body.length >= 3 && body[1]?.length === 0
      : [HEARTBEAT, DISCONNECT].includes(command) && body.length === 0;
  return delimiter.length === 0 && String(header) === WORKER && fits ? command : undefined;
}
