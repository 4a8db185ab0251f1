import type { PipeLimits } from "./remote-pipe.js";
import type { SessionOptions } from "./session.js";

/** A socket's options under the library's names, checked by it. */
export type Options = Readonly<Record<string, unknown>>;

/** ZMQ_SNDHWM and ZMQ_RCVHWM where they are not given. */
const HIGH_WATER_MARK = 1000;
/** ZMQ_HANDSHAKE_IVL where it is not given, in ms. */
const HANDSHAKE_INTERVAL = 30_000;

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
