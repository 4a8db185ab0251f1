import { defaultEngine } from "./engine/default.js";

/** The version of tx0mq. */
export const version = "0.1.0";

/**
 * The version of libzmq, as `"4.3.5"`: the loaded one, or the one that another engine behaves like. zmq_version
 *
 * @throws {ZmqOptionError} if the engine cannot be loaded
 */
export function zmqVersion(): string {
  return defaultEngine().zmqVersion;
}

/**
 * Whether the engine has a part that libzmq may be built without: `"draft"`, the draft socket types,
 * `"curve"`, `"ipc"`, `"gssapi"`, `"norm"`, `"pgm"`, `"tipc"`, `"ws"`. zmq_has
 *
 * @throws {ZmqOptionError} if the engine cannot be loaded
 */
export function zmqHas(capability: string): boolean {
  return defaultEngine().has(capability);
}
