import type { SocketTypeName } from "../../socket-type.js";
import type { ContextOptions, EngineContext, EngineSink } from "../engine.js";
import { Context, context, LINGER, NativeSocket } from "./binding.js";
import { Inproc } from "./inproc.js";
import { ZeromqSocket } from "./socket.js";

class ZeromqContext implements EngineContext {
  readonly #context: Context;
  readonly #pool: ZeromqContext[] | undefined;
  readonly #inproc: Inproc;

  constructor(zmqContext: Context, pool?: ZeromqContext[]) {
    this.#context = zmqContext;
    this.#pool = pool;
    this.#inproc = new Inproc((address) => this.#bindBriefly(address), pool === undefined);
  }

  createSocket(
    type: SocketTypeName,
    options: Readonly<Record<string, unknown>>,
    sink: EngineSink,
  ): ZeromqSocket {
    return new ZeromqSocket(type, this.#context, this.#inproc, options, sink);
  }

  /** Is bound to an inproc address for a moment. @returns whether that was possible */
  #bindBriefly(address: string): boolean {
    try {
      const socket = new NativeSocket("PAIR", this.#context);
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
 * Contexts that a factory has given back. The binding ends a context only when the process ends, so
 * an unused one is kept for the next factory that asks for the same.
 */
const pools = new Map<string, ZeromqContext[]>();
const sharedContext = new ZeromqContext(context);

export function createContext({ ioThreads, maxSockets, shared }: ContextOptions): EngineContext {
  if (shared) return sharedContext;
  const key = `${ioThreads} ${maxSockets}`;
  const pool = pools.get(key) ?? [];
  pools.set(key, pool);
  const used = pool.pop();
  if (used !== undefined) return used;
  const options = {
    ...(ioThreads === undefined ? {} : { ioThreads }),
    ...(maxSockets === undefined ? {} : { maxSockets }),
  };
  return new ZeromqContext(new Context(options), pool);
}
