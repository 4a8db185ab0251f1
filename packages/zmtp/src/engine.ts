import type { Engine, EngineContext } from "tx0mq";
import { Context } from "./context.js";
import { ThreadNames } from "./thread-names.js";

/** This thread's part of the context that all threads share. */
let shared: EngineContext | undefined;

/** The parts that this engine has, and that libzmq may be built without (zmq_has). */
const CAPABILITIES: ReadonlySet<string> = new Set(["curve", "draft", "ipc", "ws"]);

/**
 * ZeroMQ in TypeScript: `new ZmqFactory({ engine: zmtp })`, or `TX0MQ_ENGINE=zmtp` in the environment for a
 * whole process.
 */
export const zmtp: Engine = {
  /** The version of libzmq that it behaves like. */
  zmqVersion: "4.3.5",
  has: (capability) => CAPABILITIES.has(capability),
  createContext(options) {
    if (!options.shared) return new Context(options);
    shared ??= new Context(options, new ThreadNames());
    return { createSocket: shared.createSocket.bind(shared), release: () => undefined };
  },
};
