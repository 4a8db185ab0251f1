import { checkMechanism, zapOptions } from "./auth/mechanism.js";
import { shown, ZmqOptionError } from "./errors.js";
import type { FrameRule } from "./frames.js";
import { type Form, KEY, ROUTING_ID, SHORT } from "./option-forms.js";
import {
  RECEIVE_ONLY,
  SEND_ONLY,
  SINGLE_FRAME,
  SOCKET_TYPES,
  type SocketTypeName,
} from "./socket-type.js";

/** Options that every connection takes. Each is set before the socket binds or connects. */
export interface ConnectionOptions {
  /**
   * How long a shutdown may wait for undelivered messages, and for readers that are at work on a message, in ms;
   * -1 for ever (for readers a minute). ZMQ_LINGER. Default: the factory's `lingerPeriod`. If that is not set
   * either, 100, but 1,500 for readers at work, and longer for a connection that has just begun, and for messages
   * that a peer may still be reading.
   */
  lingerPeriod?: number | undefined;
  /**
   * How many messages may wait in the connection when ZeroMQ takes no more (no peer yet, or its
   * high-water mark is reached). One more is refused with a {@link ZmqQueueFullError}.
   * Default: 65,536.
   */
  sendQueueLimit?: number | undefined;

  /** Which I/O threads serve the socket, as a bit mask; 0 for all. ZMQ_AFFINITY. Default: 0. */
  affinity?: number | undefined;
  /**
   * Length of the queue of connections that are not yet accepted. ZMQ_BACKLOG. Default: 100; with the engine of
   * `@tx0mq/zmtp` 4,096.
   */
  backlog?: number | undefined;
  /** Time-out of one attempt to connect, in ms; 0 for the system's. ZMQ_CONNECT_TIMEOUT. Default: 0. */
  connectTimeout?: number | undefined;
  /** How long a ZMTP handshake may take, in ms; 0 for ever. ZMQ_HANDSHAKE_IVL. Default: 30,000. */
  handshakeInterval?: number | undefined;
  /** Time between two ZMTP heartbeats (PING), in ms; 0 for none. ZMQ_HEARTBEAT_IVL. Default: 0. */
  heartbeatInterval?: number | undefined;
  /**
   * How long a peer's answer to a PING may take before the peer counts as gone, in ms; 0 for ever.
   * ZMQ_HEARTBEAT_TIMEOUT. Default: `heartbeatInterval`.
   */
  heartbeatTimeout?: number | undefined;
  /**
   * After how many ms without a word from us the peer is to count us as gone, in steps of 100, 6,553,599 at most. Our
   * PINGs tell it. ZMQ_HEARTBEAT_TTL. Default: 0, never.
   */
  heartbeatTimeToLive?: number | undefined;
  /** Queue messages only for peers that are connected, not for connections on their way. ZMQ_IMMEDIATE. Default: false. */
  immediate?: boolean | undefined;
  /** The only network interface to use. ZMQ_BINDTODEVICE. Default: any. */
  interface?: string | undefined;
  /**
   * Look up host names and interfaces as IPv6 first, and bind a wildcard to IPv4 and IPv6. Addresses that
   * are written as IPv6, as `tcp://[::1]:5555`, do not need it. ZMQ_IPV6. Default: false.
   */
  ipv6?: boolean | undefined;
  /**
   * In bytes; -1 for any. A peer that sends a larger frame is disconnected. If the frames of a message are
   * larger together, or are more than 65,536, the message is refused and reported as an `"error"` event; but
   * by then it has been received as a whole. (The engine in TypeScript disconnects the peer before that, without
   * an `"error"` event; it limits nothing over `inproc://`.) ZMQ_MAXMSGSIZE. Default: -1.
   */
  maxMessageSize?: number | undefined;
  /** Largest packet of a multicast transport, in bytes. ZMQ_MULTICAST_MAXTPDU. Default: 1,500. */
  multicastMaxTransportDataUnit?: number | undefined;
  /** Rate limit of multicast transports, in kbit/s. ZMQ_RATE. Default: 100. */
  rate?: number | undefined;
  /** How long a multicast receiver can be away without loss, in ms. ZMQ_RECOVERY_IVL. Default: 10,000. */
  recoveryInterval?: number | undefined;
  /**
   * Time before a connection that was lost, or was not made, is tried again, in ms, and a random part of as much
   * again; 0 or -1 for never. ZMQ_RECONNECT_IVL. Default: 100.
   */
  reconnectInterval?: number | undefined;
  /** The reconnect interval doubles up to this, in ms, without a random part; 0 for no growth. ZMQ_RECONNECT_IVL_MAX. Default: 0. */
  reconnectMaxInterval?: number | undefined;
  /** Address of a SOCKS5 proxy for TCP. ZMQ_SOCKS_PROXY. Default: none. */
  socksProxy?: string | undefined;
  /** SO_KEEPALIVE: 1 on, 0 off, -1 the system's. ZMQ_TCP_KEEPALIVE. Default: -1. */
  tcpKeepalive?: number | undefined;
  /** TCP_KEEPCNT; -1 the system's. ZMQ_TCP_KEEPALIVE_CNT. Default: -1. */
  tcpKeepaliveCount?: number | undefined;
  /** TCP_KEEPIDLE, in s; -1 the system's. ZMQ_TCP_KEEPALIVE_IDLE. Default: -1. */
  tcpKeepaliveIdle?: number | undefined;
  /** TCP_KEEPINTVL, in s; -1 the system's. ZMQ_TCP_KEEPALIVE_INTVL. Default: -1. */
  tcpKeepaliveInterval?: number | undefined;
  /** TCP_USER_TIMEOUT, in ms; 0 the system's. ZMQ_TCP_MAXRT. Default: 0. */
  tcpMaxRetransmitTimeout?: number | undefined;
  /** The TOS byte of outgoing IP packets. ZMQ_TOS. Default: 0. */
  typeOfService?: number | undefined;

  /** Be the server of the PLAIN mechanism (RFC 24). A `ZmqAuthenticator` has the users. ZMQ_PLAIN_SERVER. Default: false. */
  plainServer?: boolean | undefined;
  /** User name of a PLAIN client: 1 to 255 bytes. ZMQ_PLAIN_USERNAME. Default: none, which is no security. */
  plainUsername?: string | undefined;
  /** Password of a PLAIN client: 1 to 255 bytes. ZMQ_PLAIN_PASSWORD. Default: none. */
  plainPassword?: string | undefined;
  /** Be the server of the CURVE mechanism (RFC 26). A `ZmqAuthenticator` knows the clients. ZMQ_CURVE_SERVER. Default: false. */
  curveServer?: boolean | undefined;
  /** Own public key: 40 characters of Z85 (RFC 32) or 32 bytes. ZMQ_CURVE_PUBLICKEY. Default: none. */
  curvePublicKey?: string | Uint8Array | undefined;
  /** Own secret key: 40 characters of Z85 or 32 bytes. ZMQ_CURVE_SECRETKEY. Default: none. */
  curveSecretKey?: string | Uint8Array | undefined;
  /** For a client, the server's public key. ZMQ_CURVE_SERVERKEY. Default: none. */
  curveServerKey?: string | Uint8Array | undefined;
  /**
   * The domain in requests to the ZAP handler (RFC 27), a `ZmqAuthenticator`. ZMQ_ZAP_DOMAIN. Default: `"global"`
   * for the server of a mechanism, else none, and then there are no requests.
   */
  zapDomain?: string | undefined;
  /**
   * Let no client in while there is no ZAP handler. If false, a CURVE server without a handler lets in every
   * client that knows its public key, and a socket with only a `zapDomain` lets in all; a PLAIN server still
   * lets none in. ZMQ_ZAP_ENFORCE_DOMAIN. Default: true if there is a domain.
   */
  zapEnforceDomain?: boolean | undefined;
}

/** Options of the types that send. */
export interface SendOptions {
  /** SO_SNDBUF, in bytes; -1 the system's. ZMQ_SNDBUF. Default: -1. */
  sendBufferSize?: number | undefined;
  /** How many messages ZeroMQ holds for each peer; 0 for any number. ZMQ_SNDHWM. Default: 1,000. */
  sendHighWaterMark?: number | undefined;
  /** Hops that a multicast packet may take. ZMQ_MULTICAST_HOPS. Default: 1. */
  multicastHops?: number | undefined;
}

/** Options of the types that receive. */
export interface ReceiveOptions {
  /** SO_RCVBUF, in bytes; -1 the system's. ZMQ_RCVBUF. Default: -1. */
  receiveBufferSize?: number | undefined;
  /** How many messages of each peer ZeroMQ holds for us; 0 for any number. ZMQ_RCVHWM. Default: 1,000. */
  receiveHighWaterMark?: number | undefined;
}

interface Routed {
  /** The name by which ROUTER peers know this socket: 1 to 255 bytes, the first not 0. ZMQ_ROUTING_ID. Default: made up by each peer. */
  routingId?: string | Uint8Array | undefined;
  /** Send an empty message to each new peer, so that a ROUTER there learns the routing id. ZMQ_PROBE_ROUTER. Default: false. */
  probeRouter?: boolean | undefined;
}

interface Conflated {
  /**
   * Keep only the newest message. Messages must have one frame: if a peer sends several here, only the last
   * arrives. Subscriptions are messages too: if several reach a PUB at once, it knows only the last. Over
   * inproc the option of the connecting side counts. ZMQ_CONFLATE. Default: false.
   */
  conflate?: boolean | undefined;
}

interface Matched {
  /** Pass messages that do not match the subscriptions. Set it on publishers and subscribers. ZMQ_INVERT_MATCHING. Default: false. */
  invertMatching?: boolean | undefined;
}

interface Dropping {
  /** Wait for slow subscribers instead of dropping their messages. ZMQ_XPUB_NODROP. Default: false. */
  noDrop?: boolean | undefined;
}

/** Options of PAIR sockets. */
export interface PairOptions extends ConnectionOptions, SendOptions, ReceiveOptions {}
/** Options of PUB sockets. */
export interface PubOptions extends ConnectionOptions, SendOptions, Conflated, Matched, Dropping {}
/** Options of SUB sockets. */
export interface SubOptions extends ConnectionOptions, ReceiveOptions, Conflated, Matched {}
/** Options of REQ sockets. */
export interface ReqOptions extends ConnectionOptions, SendOptions, ReceiveOptions, Routed {
  /** Number the requests and drop replies to older ones. ZMQ_REQ_CORRELATE. Default: false. */
  correlate?: boolean | undefined;
  /** Allow a new request while a reply is due; it goes to the next peer in turn. ZMQ_REQ_RELAXED. Default: false. */
  relaxed?: boolean | undefined;
}
/** Options of REP sockets. */
export interface RepOptions extends ConnectionOptions, SendOptions, ReceiveOptions {
  /** The name by which ROUTER peers know this socket. ZMQ_ROUTING_ID. Default: made up by each peer. */
  routingId?: string | Uint8Array | undefined;
}
/** Options of DEALER sockets. */
export interface DealerOptions
  extends ConnectionOptions,
    SendOptions,
    ReceiveOptions,
    Routed,
    Conflated {}
/** Options of ROUTER sockets. */
export interface RouterOptions extends ConnectionOptions, SendOptions, ReceiveOptions, Routed {
  /** Refuse messages to unknown peers instead of dropping them. ZMQ_ROUTER_MANDATORY. Default: false. */
  mandatory?: boolean | undefined;
  /** Let a new peer take over the routing id of an old one. ZMQ_ROUTER_HANDOVER. Default: false. */
  handover?: boolean | undefined;
}
/** Options of PULL sockets. */
export interface PullOptions extends ConnectionOptions, ReceiveOptions, Conflated {}
/** Options of PUSH sockets. */
export interface PushOptions extends ConnectionOptions, SendOptions, Conflated {}
/** Options of XPUB sockets. */
export interface XPubOptions
  extends ConnectionOptions,
    SendOptions,
    ReceiveOptions,
    Matched,
    Dropping {
  /** Receive every subscription, not only the first of each tag. ZMQ_XPUB_VERBOSE. Default: false. */
  verbose?: boolean | undefined;
  /** Receive every subscription and every cancellation. ZMQ_XPUB_VERBOSER. Default: false. */
  verboser?: boolean | undefined;
  /** Subscriptions take effect only by `subscribe()` and `unsubscribe()` here. ZMQ_XPUB_MANUAL. Default: false. */
  manual?: boolean | undefined;
  /** A message for every new subscriber; the XPUB sends it while it is read or written. ZMQ_XPUB_WELCOME_MSG. Default: none. */
  welcomeMessage?: string | Uint8Array | undefined;
}
/** Options of XSUB sockets. */
export interface XSubOptions extends ConnectionOptions, SendOptions, ReceiveOptions {}
/** Options of STREAM sockets. */
export interface StreamOptions extends ConnectionOptions, SendOptions, ReceiveOptions {
  /** Receive a message with an empty frame when a peer comes or goes. ZMQ_STREAM_NOTIFY. Default: true. */
  notify?: boolean | undefined;
}
/** Options of SERVER sockets. */
export interface ServerOptions extends ConnectionOptions, SendOptions, ReceiveOptions {}
/** Options of CLIENT sockets. */
export interface ClientOptions extends ConnectionOptions, SendOptions, ReceiveOptions {}
/** Options of RADIO sockets. */
export interface RadioOptions extends ConnectionOptions, SendOptions {}
/** Options of DISH sockets. */
export interface DishOptions extends ConnectionOptions, ReceiveOptions {}
/** Options of GATHER sockets. */
export interface GatherOptions extends ConnectionOptions, ReceiveOptions {}
/** Options of SCATTER sockets. */
export interface ScatterOptions extends ConnectionOptions, SendOptions {}
/** Options of DGRAM sockets. */
export interface DgramOptions extends ConnectionOptions, SendOptions, ReceiveOptions {}

/** How libzmq wants an option's value. */
export type OptionKind = "bool" | "int32" | "int64" | "uint64" | "bytes";

/** The properties of an option. */
export interface OptionEntry {
  /** The number of the ZMQ_ constant. */
  readonly id: number;
  readonly kind: OptionKind;
  /** The socket types that have it; all if left out. */
  readonly types?: readonly SocketTypeName[];
  /** The form that the bytes must have. */
  readonly form?: Form;
}

const TYPES = Object.keys(SOCKET_TYPES) as SocketTypeName[];
const SENDERS = TYPES.filter((type) => !RECEIVE_ONLY.has(type));
const RECEIVERS = TYPES.filter((type) => !SEND_ONLY.has(type));
const CONFLATERS = ["PULL", "PUSH", "SUB", "PUB", "DEALER"] as const;

/** libzmq's socket options under their names here. */
export const OPTIONS: Readonly<Record<string, OptionEntry>> = {
  affinity: { id: 4, kind: "uint64" },
  backlog: { id: 19, kind: "int32" },
  connectTimeout: { id: 79, kind: "int32" },
  handshakeInterval: { id: 66, kind: "int32" },
  heartbeatInterval: { id: 75, kind: "int32" },
  heartbeatTimeToLive: { id: 76, kind: "int32" },
  heartbeatTimeout: { id: 77, kind: "int32" },
  lingerPeriod: { id: 17, kind: "int32" },
  immediate: { id: 39, kind: "bool" },
  interface: { id: 92, kind: "bytes" },
  ipv6: { id: 42, kind: "bool" },
  maxMessageSize: { id: 22, kind: "int64" },
  multicastMaxTransportDataUnit: { id: 84, kind: "int32" },
  rate: { id: 8, kind: "int32" },
  recoveryInterval: { id: 9, kind: "int32" },
  reconnectInterval: { id: 18, kind: "int32" },
  reconnectMaxInterval: { id: 21, kind: "int32" },
  socksProxy: { id: 68, kind: "bytes" },
  tcpKeepalive: { id: 34, kind: "int32" },
  tcpKeepaliveCount: { id: 35, kind: "int32" },
  tcpKeepaliveIdle: { id: 36, kind: "int32" },
  tcpKeepaliveInterval: { id: 37, kind: "int32" },
  tcpMaxRetransmitTimeout: { id: 80, kind: "int32" },
  typeOfService: { id: 57, kind: "int32" },

  plainServer: { id: 44, kind: "bool" },
  plainUsername: { id: 45, kind: "bytes", form: SHORT },
  plainPassword: { id: 46, kind: "bytes", form: SHORT },
  curveServer: { id: 47, kind: "bool" },
  curvePublicKey: { id: 48, kind: "bytes", form: KEY },
  curveSecretKey: { id: 49, kind: "bytes", form: KEY },
  curveServerKey: { id: 50, kind: "bytes", form: KEY },
  zapDomain: { id: 55, kind: "bytes", form: SHORT },
  zapEnforceDomain: { id: 93, kind: "bool" },

  sendBufferSize: { id: 11, kind: "int32", types: SENDERS },
  sendHighWaterMark: { id: 23, kind: "int32", types: SENDERS },
  multicastHops: { id: 25, kind: "int32", types: SENDERS },
  receiveBufferSize: { id: 12, kind: "int32", types: RECEIVERS },
  receiveHighWaterMark: { id: 24, kind: "int32", types: RECEIVERS },

  routingId: { id: 5, kind: "bytes", form: ROUTING_ID, types: ["REQ", "REP", "ROUTER", "DEALER"] },
  probeRouter: { id: 51, kind: "bool", types: ["ROUTER", "DEALER", "REQ"] },
  correlate: { id: 52, kind: "bool", types: ["REQ"] },
  relaxed: { id: 53, kind: "bool", types: ["REQ"] },
  mandatory: { id: 33, kind: "bool", types: ["ROUTER"] },
  handover: { id: 56, kind: "bool", types: ["ROUTER"] },
  conflate: { id: 54, kind: "bool", types: CONFLATERS },
  invertMatching: { id: 74, kind: "bool", types: ["PUB", "SUB", "XPUB"] },
  noDrop: { id: 69, kind: "bool", types: ["PUB", "XPUB"] },
  verbose: { id: 40, kind: "bool", types: ["XPUB"] },
  verboser: { id: 78, kind: "bool", types: ["XPUB"] },
  manual: { id: 71, kind: "bool", types: ["XPUB"] },
  welcomeMessage: { id: 72, kind: "bytes", types: ["XPUB"] },
  notify: { id: 73, kind: "bool", types: ["STREAM"] },
};

/** Whether the value is one of the kind; integers of 64 bits as far as a number holds them. */
function fits(kind: OptionKind, value: unknown): boolean {
  switch (kind) {
    case "bool":
      return typeof value === "boolean";
    case "bytes":
      return typeof value === "string" || value instanceof Uint8Array;
    case "int32":
      return Number.isInteger(value) && (value as number) === ((value as number) | 0);
    case "int64":
      return Number.isSafeInteger(value);
    case "uint64":
      return Number.isSafeInteger(value) && (value as number) >= 0;
  }
}

const WANTED: Readonly<Record<OptionKind, string>> = {
  bool: "true or false",
  bytes: "a string or a Uint8Array",
  int32: "a whole number of 32 bits",
  int64: "a whole number",
  uint64: "a whole number that is not negative",
};

/**
 * Finds an option's entry and checks the value for it.
 *
 * @throws {ZmqOptionError} for an option that the type does not have or a value that does not fit.
 */
export function optionEntry(type: SocketTypeName, name: string, value: unknown): OptionEntry {
  const entry = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (entry === undefined) throw new ZmqOptionError(name, "there is no such option");
  if (entry.types !== undefined && !entry.types.includes(type)) {
    throw new ZmqOptionError(
      name,
      `${type} sockets do not have it; ${entry.types.join(", ")} sockets do`,
    );
  }
  if (!fits(entry.kind, value)) {
    throw new ZmqOptionError(name, `is ${WANTED[entry.kind]}, not ${shownIn(entry.kind, value)}`);
  }
  if (entry.form !== undefined && !entry.form.fits(value as string | Uint8Array)) {
    throw new ZmqOptionError(name, `is ${entry.form.wanted}`); // it may be a secret
  }
  return entry;
}

/**
 * Checks the options of a new socket, each and all together. Those that are undefined count as not given.
 *
 * @returns the options to set, in any order
 * @throws {ZmqOptionError}
 */
export function checkOptions(type: SocketTypeName, options: object): Record<string, unknown> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) optionEntry(type, name, value);
  const checked = Object.fromEntries(given);
  checkMechanism(checked);
  Object.assign(checked, zapOptions(checked));
  // These two are false by default. If set to false, they undo the options that make a socket a client.
  if (checked.curveServer === false) delete checked.curveServer;
  if (checked.plainServer === false) delete checked.plainServer;
  return checked;
}

/** The rule for messages that have one frame; undefined for a socket whose messages may have more. */
export function singleFrameRule(
  type: SocketTypeName,
  { conflate }: ConnectionOptions & Conflated,
): FrameRule | undefined {
  const hint = type === "PUB" ? "; publish(message, tag) sends one with singleFrame: true" : "";
  let why = `a ${type} with conflate keeps one frame, so its messages have one${hint}`;
  if (SINGLE_FRAME.has(type)) why = `messages of ${type} sockets have one frame`;
  else if (!conflate) return undefined;
  return (frames) => (Array.isArray(frames) && frames.length > 1 ? why : undefined);
}

/** A wrong value as an error shows it, without anything that may be part of a secret. */
function shownIn(kind: OptionKind, value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") return "an object";
  return kind === "bytes" ? `a ${typeof value}` : shown(value);
}

/** @param others what is left of the options when all known ones are taken out. @throws {ZmqOptionError} for any */
export function noOthers(others: object): void {
  const [stranger] = Object.keys(others);
  if (stranger !== undefined) throw new ZmqOptionError(stranger, "there is no such option");
}

/** @throws {ZmqOptionError} for a value that is not undefined, and no whole number, too small or too large */
export function whole<T extends number | undefined>(
  option: string,
  value: T,
  least: number,
  most = Number.POSITIVE_INFINITY,
): T {
  if (value === undefined) return value;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} to ${most}`;
  throw new ZmqOptionError(option, `is a whole number, ${range}, not ${shown(value)}`);
}
