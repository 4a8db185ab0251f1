// The Freelance pattern, model three, as an API: a client that knows by itself which servers are alive,
// on a ROUTER that speaks to each by its endpoint.

import {
  type Frame,
  type Message,
  ZmqAbortError,
  ZmqClosedError,
  type ZmqFactory,
  ZmqRouterConnection,
  ZmqTimeoutError,
  ZmqUnroutableError,
} from "tx0mq";

export interface FreelanceOptions {
  /** How long a request may take, whoever answers it, in ms. Default: 9000, a TTL and three seconds. */
  timeout?: number;
  /** Time between two PINGs, in ms. Default: 2000. */
  pingInterval?: number;
  /** A server that has been silent for so many ms is dead, until it is heard again. Default: 6000. */
  ttl?: number;
  /** Is told which server is alive, and which is dead. */
  log?: (what: string) => void;
}

interface Server {
  readonly endpoint: string;
  /** Declares the server dead, if it has been silent for too long. */
  readonly expiry: NodeJS.Timeout;
}

interface OpenRequest {
  readonly frames: readonly Frame[];
  readonly resolve: (reply: Message) => void;
  readonly reject: (error: Error) => void;
  /** The server that has it; undefined while no server is alive. */
  server?: Server | undefined;
}

/**
 * Sends each request to a server that is alive, and to the next one if that one dies: no request is lost
 * while one of them lives. So a request may be done more than once; its promise gets one reply.
 */
export class FreelanceClient {
  readonly #router: ZmqRouterConnection;
  readonly #timeout: number;
  readonly #ttl: number;
  readonly #log: (what: string) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #servers = new Map<string, Server>();
  /** Those that are alive; the first one gets the requests. */
  readonly #actives = new Set<Server>();
  readonly #open = new Map<string, OpenRequest>();
  #sequence = 0;

  constructor(
    factory: ZmqFactory,
    { timeout = 9000, pingInterval = 2000, ttl = 6000, log = () => {} }: FreelanceOptions = {},
  ) {
    this.#timeout = timeout;
    this.#ttl = ttl;
    this.#log = log;
    this.#router = new ZmqRouterConnection(factory, [], {
      mandatory: true, // what is for a server that is full waits
      sendQueueLimit: Number.MAX_SAFE_INTEGER, // all that is open may have to go to the next server
      lingerPeriod: 0,
    });
    this.#router.on("message", (message) => this.#heard(message));
    this.#router.on("handshakeSucceeded", () => this.#ping());
    let failed = false; // a connection that was never made: the next event tells that it has ended
    this.#router.on("handshakeFailed", () => {
      failed = true;
    });
    this.#router.on("disconnected", () => {
      if (!failed) this.#broken();
      failed = false;
    });
    this.#router.once("close", () => this.#end());
    this.#timer = setInterval(() => this.#ping(), pingInterval);
  }

  /** Adds a server, by its endpoint, which is its routing id as well. It may come later. */
  connect(endpoint: string): void {
    if (this.#servers.has(endpoint)) return;
    this.#router.addEndpoints({ connect: endpoint });
    const server = { endpoint, expiry: setTimeout(() => this.#lost(server), this.#ttl) };
    this.#servers.set(endpoint, server);
  }

  /**
   * Sends a request, and promises the frames of its reply. Any number may be under way. After an error
   * it may have been done all the same.
   *
   * @throws {ZmqTimeoutError} if no server has replied in time
   * @throws {ZmqQueueFullError} when 64 MiB wait for the server already
   * @throws {ZmqAbortError} when the signal is aborted
   * @throws {ZmqClosedError} when the client is shut down
   */
  async request(
    frames: readonly Frame[],
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<Message> {
    if (signal?.aborted) throw new ZmqAbortError(signal.reason);
    if (this.#router.closed) throw new ZmqClosedError("the Freelance client");
    const sequence = String(++this.#sequence);
    const fail = (error: Error) => this.#open.get(sequence)?.reject(error);
    const abort = () => fail(new ZmqAbortError(signal?.reason));
    const expire = () => fail(new ZmqTimeoutError("reply", this.#timeout));
    const timer = setTimeout(expire, this.#timeout);
    signal?.addEventListener("abort", abort);
    try {
      return await new Promise<Message>((resolve, reject) => {
        const open: OpenRequest = { frames: [sequence, ...frames], resolve, reject };
        this.#open.set(sequence, open);
        this.#send(open);
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#open.delete(sequence);
    }
  }

  /** Ends all that is open with an error. */
  async shutdown(): Promise<void> {
    this.#end();
    await this.#router.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Sends a request to the first server that is alive. If there is none, the request waits for one. */
  #send(open: OpenRequest): void {
    const [server] = this.#actives;
    open.server = server;
    if (server === undefined) return;
    this.#router.send([server.endpoint, ...open.frames]).catch((error) => {
      if (error instanceof ZmqUnroutableError) this.#lost(server);
      else open.reject(error);
    });
  }

  /** Asks all servers, the dead ones too. One that cannot be reached will be silent. */
  #ping(): void {
    for (const { endpoint } of this.#servers.values()) {
      this.#router.send([endpoint, "PING"]).catch(() => {});
    }
  }

  /** [server, "PONG"], or [server, sequence, ...reply] */
  #heard([address, control, ...reply]: Message): void {
    const server = this.#servers.get(String(address));
    if (server === undefined) return;
    server.expiry.refresh();
    if (!this.#actives.has(server)) {
      this.#log(`${server.endpoint} is alive`);
      this.#actives.add(server);
      for (const open of this.#open.values()) if (open.server === undefined) this.#send(open);
    }
    const [first, ...rest] = reply;
    if (first !== undefined) this.#open.get(String(control))?.resolve([first, ...rest]);
  }

  /** Its open requests go to the next server. */
  #lost(server: Server): void {
    if (!this.#actives.delete(server)) return;
    this.#log(`${server.endpoint} is dead`);
    for (const open of this.#open.values()) if (open.server === server) this.#send(open);
  }

  /**
   * The event does not tell which server's connection has broken, and messages on their way there are lost, even
   * if that server is back at once. So all have to show that they are alive, and the first that does gets all
   * open requests.
   */
  #broken(): void {
    this.#log("a connection has broken: asking who is alive");
    this.#actives.clear();
    for (const open of this.#open.values()) open.server = undefined;
    this.#ping();
  }

  #end(): void {
    clearInterval(this.#timer);
    for (const { expiry } of this.#servers.values()) clearTimeout(expiry);
    for (const open of this.#open.values()) open.reject(new ZmqClosedError("the Freelance client"));
  }
}
