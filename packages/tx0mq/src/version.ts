import { defaultEngine } from "./engine/default.js";

/** The version of tx0mq. */
export const version = "0.1.0";

/**
 * The version of libzmq, as `"4.3.5"`: the one that is loaded, or that another engine behaves like. zmq_version
 *
 * @throws {ZmqOptionError} where the engine cannot be loaded
 */
export function zmqVersion(): string {
  return defaultEngine().zmqVersion;
}

/**
 * Whether the engine has something that builds of libzmq may leave out: `"draft"`, the draft socket types,
 * `"curve"`, `"ipc"`, `"gssapi"`, `"norm"`, `"pgm"`, `"tipc"`. zmq_has
 *
 * @throws {ZmqOptionError} where the engine cannot be loaded
 */
export function zmqHas(capability: string): boolean {
  return defaultEngine().has(capability);
}
