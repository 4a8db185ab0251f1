import { atExit } from "./at-exit.js";
import { sleep } from "./clock.js";
import type { AnyConnection } from "./connection/any.js";
import { PATIENT_FOR_WORK } from "./connection/shutdown.js";
import { defaultEngine } from "./engine/default.js";
import type { Engine, EngineContext } from "./engine/engine.js";
import { ZmqClosedError, ZmqOptionError } from "./errors.js";
import {
  kAdopt,
  kAtWork,
  kAwaitClose,
  kContext,
  kDisown,
  kEndsLast,
  kFinish,
  kLingersByDefault,
  kProxied,
  kReadsNoMore,
} from "./internal.js";
import { Once } from "./once.js";
import { noOthers, whole } from "./options.js";
import { LONGEST_TIMER } from "./time.js";

/**
 * How long a proxy has to take what workers in the same program have sent last: so many times so many ms. A large
 * message comes in pieces, each in a turn of the event loop of its own, and a busy machine gives few turns to a ms.
 */
const TURNS_FOR_LAST_REPLIES = 20;
const TURN_FOR_LAST_REPLIES = 5;

/** Options of a factory: of its context, and defaults of its connections. */
export interface FactoryOptions {
  /** Threads that do the network's work; one serves about a gigabyte a second. ZMQ_IO_THREADS. Default: 1. */
  ioThreads?: number | undefined;
  /** How many connections there can be at once. ZMQ_MAX_SOCKETS. Default: 1,023. */
  maxSockets?: number | undefined;
  /**
   * How long the shutdown of a connection may wait for undelivered messages, and for readers that are at work
   * on a message, in ms; -1 for ever (for readers a minute). It is ZMQ_LINGER of all sockets without one of
   * their own. Default: 100, but 1,500 for readers at work, and until a second after the connection began to
   * connect. For messages that a peer may still be reading, 10 more for each, and more for large ones, so that no
   * message to a peer that reads is lost.
   */
  lingerPeriod?: number | undefined;
  /**
   * Use the one context that all threads of the process share, so that `inproc://` reaches from one
   * thread to another. It keeps the `ioThreads` and `maxSockets` that it has. Default: false.
   *
   * Let a worker thread end by itself (tell it to shut its factory down). `worker.terminate()` crashes the
   * process if one of the thread's connections waits for a message: a defect of the `zeromq` package,
   * which the engine in TypeScript does not have.
   */
  shared?: boolean | undefined;
  /**
   * The code that does ZeroMQ's work. Default: the `zeromq` package, which brings libzmq; if the environment
   * variable `TX0MQ_ENGINE` is `zmtp`, the package `@tx0mq/zmtp`, which is TypeScript.
   */
  engine?: Engine | undefined;
}

const LINGER_PERIOD = 100;
/** libzmq has it as a number of 32 bits. */
const MOST_IO_THREADS = 2 ** 31 - 1;

/**
 * Owns a ZeroMQ context and the connections made in it.
 *
 * ```ts
 * await using factory = new ZmqFactory();
 * factory.registerForShutdown();
 * ```
 */
export class ZmqFactory {
  /** How many threads do the network's work. ZMQ_IO_THREADS */
  readonly ioThreads: number;
  /** Whether its context is the one that all threads of the process share. */
  readonly shared: boolean;
  readonly #connections = new Set<AnyConnection>();
  readonly #awaited = new Set<Promise<void>>();
  #lingerPeriod: number | undefined;
  #context: EngineContext | undefined;
  #readsNoMore = false;
  readonly #shutdown = new Once(() => this.#end());
  #unregister: (() => void) | undefined;

  /** @throws {ZmqOptionError} for a value that does not fit */
  constructor({
    ioThreads,
    maxSockets,
    lingerPeriod,
    shared = false,
    engine = defaultEngine(),
    ...others
  }: FactoryOptions = {}) {
    noOthers(others);
    if (typeof engine?.createContext !== "function") {
      throw new ZmqOptionError("engine", "is an engine, as zmtp of @tx0mq/zmtp, not its name");
    }
    whole("ioThreads", ioThreads, 0, MOST_IO_THREADS);
    whole("maxSockets", maxSockets, 1);
    whole("lingerPeriod", lingerPeriod, -1);
    if (shared && (ioThreads ?? maxSockets) !== undefined) {
      throw new ZmqOptionError("shared", "the shared context keeps its ioThreads and maxSockets");
    }
    this.ioThreads = ioThreads ?? 1;
    this.shared = shared;
    this.#lingerPeriod = lingerPeriod;
    this.#context = engine.createContext({ ioThreads, maxSockets, shared });
  }

  /** The linger period of connections that are made from now on, in ms; -1 for ever. */
  get lingerPeriod(): number {
    return this.#lingerPeriod ?? LINGER_PERIOD;
  }

  set lingerPeriod(ms: number) {
    this.#lingerPeriod = whole("lingerPeriod", ms, -1);
  }

  /** @internal Whether the linger period is not set. */
  get [kLingersByDefault](): boolean {
    return this.#lingerPeriod === undefined;
  }

  /** @internal Whether all connections that share its context have taken their last message. */
  get [kReadsNoMore](): boolean {
    return this.#readsNoMore;
  }

  /** The connections that are not shut down. */
  get connections(): ReadonlySet<AnyConnection> {
    return this.#connections;
  }

  /** Whether the factory has been shut down, or is being. */
  get closed(): boolean {
    return this.#shutdown.hasBegun;
  }

  /**
   * Shuts all connections down and gives the context up. Resolves when all is released, so that the
   * process can end by itself. A second call gives the same promise.
   *
   * If the body of a `for await` awaits it, the body waits for itself, 1,500 ms or the linger period: leave the
   * loop first.
   */
  shutdown(): Promise<void> {
    return this.#shutdown.begin();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #end(): Promise<void> {
    const context = this.#context;
    const all = [...this.#connections];
    const working = all.filter((one) => one[kAtWork] && !one[kProxied]);
    // A proxy passes on what the workers in the same program send last. It takes no more from elsewhere.
    const last = all.filter((one) => one[kProxied] && working.some((other) => meet(one, other)));
    if (last.length > 0) {
      const others = all.filter((one) => !last.includes(one));
      const limit = this[kLingersByDefault] ? PATIENT_FOR_WORK : this.lingerPeriod;
      const overdue = sleep(limit < 0 ? LONGEST_TIMER : limit, undefined, { ref: false });
      for (const one of last) one[kEndsLast] = true;
      await Promise.race([sendLast(working, others), overdue]);
      for (const one of last) one[kEndsLast] = false;
    }
    // One connection may have to send on what another has received.
    const finished = all.map((one) => one[kFinish]());
    this.#readsNoMore = !this.shared;
    await Promise.all(finished);
    await Promise.all([...all.map((one) => one.shutdown()), ...this.#awaited]);
    this.#unregister?.();
    this.#context = undefined;
    context?.release();
  }

  /**
   * Shuts the factory down when the process ends: on SIGINT, SIGTERM and SIGHUP, and when it has
   * nothing left to do.
   *
   * After a signal, the process ends as the signal ends it (a shell sees 128 plus its number). Before that, the
   * code that the shutdown made go on runs: the code behind a `for await`, `finally` blocks. Operations that
   * end in {@link ZmqClosedError} because of the signal print no stack trace. A second signal ends the process
   * at once. If the program listens to the signal itself, it has to end the process.
   */
  registerForShutdown(): void {
    if (this.closed) return;
    this.#unregister ??= atExit(() => this.shutdown());
  }

  /** @internal @throws {ZmqClosedError} */
  [kContext](): EngineContext {
    if (this.#context === undefined || this.closed) throw new ZmqClosedError("the factory");
    return this.#context;
  }

  /** @internal */
  [kAdopt](connection: AnyConnection): void {
    this.#connections.add(connection);
  }

  /** @internal */
  [kDisown](connection: AnyConnection): void {
    this.#connections.delete(connection);
  }

  /** @internal */
  [kAwaitClose](closing: Promise<void>): void {
    this.#awaited.add(closing);
    void closing.then(() => this.#awaited.delete(closing));
  }
}

/** Whether two connections use the same place. On this machine, a port is enough to know one of tcp by. */
function meet(one: AnyConnection, other: AnyConnection): boolean {
  const [places, others] = [one, other].map(({ endpoints }) =>
    endpoints.map(({ address }) => address.replace(/^(tcp|wss?):.*(?=:\d)/, "$1")),
  ) as [string[], string[]];
  return places.some((place) => others.includes(place));
}

/** Resolves when the working ones have ended, and a proxy has had time to take what they have sent. */
async function sendLast(
  working: readonly AnyConnection[],
  others: readonly AnyConnection[],
): Promise<void> {
  await Promise.all(others.map((one) => one[kFinish]()));
  await Promise.all(working.map((one) => one.shutdown()));
  for (let n = 0; n < TURNS_FOR_LAST_REPLIES; n += 1) await sleep(TURN_FOR_LAST_REPLIES);
}
