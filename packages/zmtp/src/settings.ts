import type { PipeLimits } from "./remote-pipe.js";
import type { SessionOptions } from "./session.js";
import { SocketError } from "./sockets/socket.js";
import { REFUSED_OPTIONS } from "./transports/tcp.js";

/** A socket's options under the library's names, checked by it. */
export type Options = Readonly<Record<string, unknown>>;

/** ZMQ_SNDHWM and ZMQ_RCVHWM where they are not given. */
const HIGH_WATER_MARK = 1000;
/** ZMQ_HANDSHAKE_IVL where it is not given, in ms. */
const HANDSHAKE_INTERVAL = 30_000;

/**
 * Refuses options that nothing here can do. Those of multicast, and the threads that libzmq would use
 * (`affinity`), are taken as libzmq takes them where they concern nobody.
 *
 * @throws {SocketError} EINVAL
 */
export function checkOptions(options: Options): void {
  for (const [name, idle] of REFUSED_OPTIONS) {
    const value = options[name];
    if (value === undefined || value === idle || (idle === "" && isEmpty(value))) continue;
    throw new SocketError("EINVAL", `${name} is nothing that Node.js could set`);
  }
}

function isEmpty(value: unknown): boolean {
  return value instanceof Uint8Array && value.length === 0;
}

/** A number among the options, or what it is where it is not given. */
export function number(options: Options, name: string, otherwise: number): number {
  const value = options[name];
  return typeof value === "number" ? value : otherwise;
}

/** What concerns one connection. */
export function sessionOptions(options: Options): SessionOptions {
  const heartbeatInterval = number(options, "heartbeatInterval", 0);
  const heartbeatTimeout = number(options, "heartbeatTimeout", -1);
  return {
    handshakeInterval: number(options, "handshakeInterval", HANDSHAKE_INTERVAL),
    heartbeatInterval,
    heartbeatTimeout: heartbeatTimeout < 0 ? heartbeatInterval : heartbeatTimeout,
    heartbeatTimeToLive: number(options, "heartbeatTimeToLive", 0),
    maxMessageSize: number(options, "maxMessageSize", -1),
  };
}

/** How much a pipe holds. */
export function pipeLimits(options: Options): PipeLimits {
  return {
    sendHighWaterMark: number(options, "sendHighWaterMark", HIGH_WATER_MARK),
    receiveHighWaterMark: number(options, "receiveHighWaterMark", HIGH_WATER_MARK),
    conflate: options.conflate === true,
  };
}
