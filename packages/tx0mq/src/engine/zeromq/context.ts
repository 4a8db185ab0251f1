import { errnoOf, ZmqClosedError, ZmqSystemError } from "../../errors.js";
import type { SocketTypeName } from "../../socket-type.js";
import type { ContextOptions, EngineContext, EngineSink } from "../engine.js";
import { binding, type Context, LINGER, openSocket } from "./binding.js";
import { canOpenFiles, outOfDescriptors } from "./descriptors.js";
import { Inproc } from "./inproc.js";
import { ZeromqSocket } from "./socket.js";
import { isEnding } from "./threads.js";

/** ZMQ_MAX_SOCKETS_DFLT */
const MAX_SOCKETS = 1023;
/**
 * How many sockets to ask libzmq for, for each connection: one, two for its monitor, and one that has been
 * closed and is still there. The shared context gets more: threads fill it, and do not see each other.
 */
const SOCKETS_EACH = 4;
const SPARE_SOCKETS = 64;
const SHARED_SOCKETS = 16_384;
/** How many file descriptors a context opens with its first socket, beside two for each I/O thread. */
const DESCRIPTORS = 8;

class ZeromqContext implements EngineContext {
  readonly #context: Context;
  readonly #pool: ZeromqContext[] | undefined;
  readonly #inproc: Inproc;
  readonly #maxSockets: number;
  /** How many sockets are open. Those of monitors and of proxies do not count. */
  #open = 0;
  #started = false;

  constructor(zmqContext: Context, maxSockets: number, pool?: ZeromqContext[]) {
    this.#context = zmqContext;
    this.#maxSockets = maxSockets;
    this.#pool = pool;
    this.#inproc = new Inproc((address) => this.#bindBriefly(address), pool === undefined);
  }

  createSocket(
    type: SocketTypeName,
    options: Readonly<Record<string, unknown>>,
    sink: EngineSink,
  ): ZeromqSocket {
    const what = `cannot open a ${type} socket`;
    if (isEnding()) throw new ZmqClosedError("the process");
    if (this.#open >= this.#maxSockets) {
      const why = "too many sockets: shut connections down, or raise maxSockets";
      throw new ZmqSystemError(`${what}: ${why}`, "EMFILE");
    }
    this.#checkDescriptors(what);
    const ended = (): void => {
      this.#open -= 1;
    };
    const socket = new ZeromqSocket(type, this.#context, this.#inproc, options, sink, ended);
    this.#open += 1;
    this.#started = true;
    return socket;
  }

  /** The first socket starts libzmq's threads. If it had too few descriptors for them, it would abort the process. */
  #checkDescriptors(what: string): void {
    if (!this.#started && !canOpenFiles(DESCRIPTORS + 2 * this.#context.ioThreads)) {
      throw outOfDescriptors(what);
    }
  }

  /** Whether libzmq has a transport: if not, it says so of any address, before it reads the address. */
  has(transport: string): boolean {
    this.#checkDescriptors(`cannot ask for ${transport}://`);
    const socket = openSocket("PAIR", this.#context);
    this.#started = true;
    try {
      socket.bindSync(`${transport}://!`); // no address
      return true;
    } catch (error) {
      return errnoOf(error) !== "EPROTONOSUPPORT";
    } finally {
      socket.close();
    }
  }

  /** Binds to an inproc address for a moment. @returns whether that was possible */
  #bindBriefly(address: string): boolean {
    try {
      const socket = openSocket("PAIR", this.#context);
      socket.setNumber(LINGER, 0);
      socket.bindSync(address);
      socket.close();
      return true;
    } catch {
      return false;
    }
  }

  release(): void {
    this.#pool?.push(this);
  }
}

/**
 * Contexts that factories have given back. The binding ends a context only when the process ends, so
 * an unused one is kept for the next factory that asks for the same.
 */
const pools = new Map<string, ZeromqContext[]>();
let sharedContext: ZeromqContext | undefined;

export function createContext({ ioThreads, maxSockets, shared }: ContextOptions): ZeromqContext {
  const { Context, context } = binding();
  if (shared) {
    if (context.maxSockets < SHARED_SOCKETS) context.maxSockets = SHARED_SOCKETS;
    sharedContext ??= new ZeromqContext(context, MAX_SOCKETS);
    return sharedContext;
  }
  const key = `${ioThreads} ${maxSockets}`;
  const pool = pools.get(key) ?? [];
  pools.set(key, pool);
  const used = pool.pop();
  if (used !== undefined) return used;
  const connections = maxSockets ?? MAX_SOCKETS;
  const sockets = Math.min(SOCKETS_EACH * connections + SPARE_SOCKETS, context.maxSocketsLimit);
  const zmqContext = new Context({
    ...(ioThreads === undefined ? {} : { ioThreads }),
    maxSockets: sockets,
  });
  return new ZeromqContext(zmqContext, Math.min(connections, sockets / SOCKETS_EACH), pool);
}
