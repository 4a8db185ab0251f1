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
} from "tx0mq";

export interface FreelanceOptions {
  /** How long a request may take, whoever answers it, in ms. Default: 9000, a TTL and three seconds. */
  timeout?: number;
  /** Time between two PINGs, in ms. Default: 2000. */
  pingInterval?: number;
  /** A server that has been silent for so many ms is dead, until it is heard again. Default: 6000. */
  ttl?: number;
}

interface Server {
  readonly endpoint: string;
  /** Runs out where nothing is heard of the server. */
  readonly expiry: NodeJS.Timeout;
}

interface Open {
  readonly frames: readonly Frame[];
  readonly resolve: (reply: Message) => void;
  readonly reject: (error: Error) => void;
  /** Whom it was sent to last. */
  server?: Server | undefined;
}

/**
 * Sends each request to a server that is alive, and to the next one where that one dies: no request is
 * lost while one of them lives. So a request may be done more than once; its promise gets one reply.
 */
export class FreelanceClient {
  readonly #router: ZmqRouterConnection;
  readonly #timeout: number;
  readonly #ttl: number;
  readonly #timer: NodeJS.Timeout;
  readonly #servers = new Map<string, Server>();
  /** Those that are alive; the first one gets the requests. */
  readonly #actives = new Set<Server>();
  readonly #open = new Map<string, Open>();
  #sequence = 0;

  constructor(
    factory: ZmqFactory,
    { timeout = 9000, pingInterval = 2000, ttl = 6000 }: FreelanceOptions = {},
  ) {
    this.#timeout = timeout;
    this.#ttl = ttl;
    this.#router = new ZmqRouterConnection(factory, [], { mandatory: true, lingerPeriod: 0 });
    this.#router.on("message", (message) => this.#heard(message));
    this.#router.on("handshakeSucceeded", () => this.#ping());
    this.#router.once("close", () => this.#end());
    this.#timer = setInterval(() => this.#ping(), pingInterval);
  }

  /** Adds a server, by its endpoint, which is its routing id as well. */
  connect(endpoint: string): void {
    const server = { endpoint, expiry: setTimeout(() => this.#lost(server), this.#ttl) };
    this.#servers.set(endpoint, server);
    this.#router.addEndpoints({ connect: endpoint });
  }

  /**
   * Sends a request, and promises the frames of its reply. Any number may be under way. After an error
   * it may have been done all the same.
   *
   * @throws {ZmqTimeoutError} where no server has replied in time
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
    const { promise, ...settle } = withResolvers();
    const open: Open = { frames: [sequence, ...frames], ...settle };
    const abort = (): void => open.reject(new ZmqAbortError(signal?.reason));
    const expire = (): void => open.reject(new ZmqTimeoutError("reply", this.#timeout));
    const timer = setTimeout(expire, this.#timeout);
    signal?.addEventListener("abort", abort);
    this.#open.set(sequence, open);
    this.#send(open);
    try {
      return await promise;
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

  /** To the first server that is alive; where none is, it waits for one. */
  #send(open: Open): void {
    const [server] = this.#actives;
    open.server = server;
    if (server !== undefined) this.#tell(server, open.frames);
  }

  #ping(): void {
    for (const server of this.#servers.values()) this.#tell(server, ["PING"]);
  }

  /** A server that cannot be reached is lost at once. */
  #tell(server: Server, frames: readonly Frame[]): void {
    this.#router.send([server.endpoint, ...frames]).catch(() => this.#lost(server));
  }

  /** [server, "PONG"], or [server, sequence, ...reply] */
  #heard([address, control, ...reply]: Message): void {
    const server = this.#servers.get(String(address));
    if (server === undefined) return;
    server.expiry.refresh();
    if (!this.#actives.has(server)) {
      this.#actives.add(server);
      for (const open of this.#open.values()) if (open.server === undefined) this.#send(open);
    }
    const [first, ...rest] = reply;
    if (first !== undefined) this.#open.get(String(control))?.resolve([first, ...rest]);
  }

  /** What it has not replied to goes to the next one. */
  #lost(server: Server): void {
    this.#actives.delete(server);
    for (const open of this.#open.values()) if (open.server === server) this.#send(open);
  }

  #end(): void {
    clearInterval(this.#timer);
    for (const { expiry } of this.#servers.values()) clearTimeout(expiry);
    for (const open of this.#open.values()) open.reject(new ZmqClosedError("the Freelance client"));
  }
}

/** Promise.withResolvers, which Node 20 has not got. */
function withResolvers(): Pick<Open, "resolve" | "reject"> & { promise: Promise<Message> } {
  let resolve: Open["resolve"] = () => {};
  let reject: Open["reject"] = () => {};
  const promise = new Promise<Message>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}
