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
  /** Is told who is alive, and who no longer. */
  log?: (what: string) => void;
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
  /** Who has it: one that is alive. Undefined while nobody is. */
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
  readonly #log: (what: string) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #servers = new Map<string, Server>();
  /** Those that are alive; the first one gets the requests. */
  readonly #actives = new Set<Server>();
  readonly #open = new Map<string, Open>();
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
    this.#router.on("disconnected", () => this.#broken());
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
   * @throws {ZmqTimeoutError} where no server has replied in time
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
    if (server === undefined) return;
    this.#router.send([server.endpoint, ...open.frames]).catch((error) => {
      if (error instanceof ZmqUnroutableError) this.#lost(server);
      else open.reject(error);
    });
  }

  /** Asks all of them, those that are dead too. Who cannot be reached will be silent. */
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

  /** What it has not replied to goes to the next one. */
  #lost(server: Server): void {
    if (!this.#actives.delete(server)) return;
    this.#log(`${server.endpoint} is dead`);
    for (const open of this.#open.values()) if (open.server === server) this.#send(open);
  }

  /**
   * Nobody says whose connection it was, and what was on its way there is lost, also when that server is
   * back at once. So all have to show that they are alive, and the first one gets what is open.
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

/** Promise.withResolvers, which Node 20 has not got. */
function withResolvers(): Pick<Open, "resolve" | "reject"> & { promise: Promise<Message> } {
  let resolve: Open["resolve"] = () => {};
  let reject: Open["reject"] = () => {};
  const promise = new Promise<Message>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}
