import type { PipeLimits } from "./remote-pipe.js";
import type { SessionOptions } from "./session-sink.js";
import { SocketError } from "./sockets/socket.js";
import { REFUSED_OPTIONS } from "./transports/tcp.js";

/** A socket's options under the library's names, checked by it. */
export type Options = Readonly<Record<string, unknown>>;

/** The defaults of ZMQ_SNDHWM and ZMQ_RCVHWM. */
const HIGH_WATER_MARK = 1000;
/** The default of ZMQ_HANDSHAKE_IVL, in ms. */
const HANDSHAKE_INTERVAL = 30_000;

/** The smallest values that libzmq takes. For an option that is not here it takes any whole number. */
const LEAST: Readonly<Record<string, number>> = {
  backlog: 0,
  connectTimeout: 0,
  handshakeInterval: 0,
  heartbeatInterval: 0,
  heartbeatTimeToLive: 0,
  heartbeatTimeout: 0,
  lingerPeriod: -1,
  multicastHops: 1,
  multicastMaxTransportDataUnit: 1,
  rate: 1,
  receiveBufferSize: -1,
  receiveHighWaterMark: 0,
  reconnectInterval: -1,
  reconnectMaxInterval: 0,
  recoveryInterval: 0,
  sendBufferSize: -1,
  sendHighWaterMark: 0,
  tcpKeepalive: -1,
  tcpKeepaliveCount: -1,
  tcpKeepaliveIdle: -1,
  tcpKeepaliveInterval: -1,
  tcpMaxRetransmitTimeout: 0,
  typeOfService: 0,
};
/** The largest ZMQ_HEARTBEAT_TTL, in ms: a PING has 16 bits for it, in tenths of a second. */
const LONGEST_LIFE = 6_553_599;

/** This engine does not take an option, or its value. The message continues after the option's name. */
export class OptionError extends SocketError {
  readonly option: string;

  constructor(option: string, why: string) {
    super("EINVAL", why);
    this.option = option;
  }
}

/**
 * Refuses values that libzmq refuses, and options that this engine cannot fulfil. It takes the options of multicast
 * and of libzmq's threads (`affinity`), as libzmq takes them if they have no effect.
 *
 * @throws {OptionError} EINVAL
 */
export function checkOptions(options: Options): void {
  const { tcpKeepalive = -1, heartbeatTimeToLive = 0 } = options as Record<string, number>;
  if (tcpKeepalive < -1 || tcpKeepalive > 1) {
    throw new OptionError("tcpKeepalive", `is -1, 0 or 1, not ${tcpKeepalive}`);
  }
  if (heartbeatTimeToLive > LONGEST_LIFE) {
    const why = `is ${LONGEST_LIFE} or less, not ${heartbeatTimeToLive}`;
    throw new OptionError("heartbeatTimeToLive", why);
  }
  for (const [name, value] of Object.entries(options)) {
    const least = LEAST[name];
    if (least === undefined || typeof value !== "number" || value >= least) continue;
    throw new OptionError(name, `is ${least} or more, not ${value}`);
  }
  for (const [name, idle] of REFUSED_OPTIONS) {
    const value = options[name];
    if (value === undefined || value === idle || (idle === "" && isEmpty(value))) continue;
    throw new OptionError(name, "is nothing that Node.js could set");
  }
}

function isEmpty(value: unknown): boolean {
  return value instanceof Uint8Array && value.length === 0;
}

/** A number among the options, or its default. */
export function number(options: Options, name: string, otherwise: number): number {
  const value = options[name];
  return typeof value === "number" ? value : otherwise;
}

/** The options that concern one connection. */
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
