import { isIPv6 } from "node:net";
import { ZmqArgumentError, ZmqEndpointError } from "./errors.js";

/** Whether a socket listens at an address or connects to it. */
export const ZmqEndpointType = {
  /** Listen there for peers (zmq_bind). */
  bind: "bind",
  /** Connect to the peer there, and again whenever it has gone (zmq_connect). */
  connect: "connect",
} as const;
export type ZmqEndpointType = (typeof ZmqEndpointType)[keyof typeof ZmqEndpointType];

const TRANSPORTS = ["tcp", "ipc", "inproc", "udp", "ws", "wss", "pgm", "epgm", "tipc", "norm"];
const TCP = /^(?:(?:\[\S+\]|[^\s[\];]+):(?:\*|\d+);)?(?<host>\[\S+\]|[^\s[\];]+):(?<port>\*|\d+)$/;
/** A host to connect to: a name, or an IP address. */
const HOST = /^[a-z\d:[][\w.:%[\]-]*$/i;
/** The longest path in sockaddr_un, without the terminating NUL. */
const IPC_PATH_LIMIT = process.platform === "linux" ? 107 : 103;

/**
 * Where a connection binds or connects: an endpoint type and an address such as
 * `tcp://127.0.0.1:5555`, `ipc:///tmp/feed` or `inproc://workers`.
 *
 * With a wildcard port (`tcp://127.0.0.1:*`) the system chooses one. The connection's `endpoints` then
 * have the real port.
 */
export class ZmqEndpoint {
  /** `"bind"` or `"connect"`. */
  readonly type: ZmqEndpointType;
  /** `transport://place`, as `tcp://127.0.0.1:5555`. */
  readonly address: string;

  /** @throws {ZmqEndpointError} for an address that can be neither bound nor connected to. */
  constructor(type: ZmqEndpointType, address: string) {
    if (type !== ZmqEndpointType.bind && type !== ZmqEndpointType.connect) {
      throw new ZmqEndpointError(
        String(address),
        `the type is "bind" or "connect", not ${String(type)}`,
      );
    }
    check(type, address);
    this.type = type;
    this.address = address;
  }

  /** An endpoint to listen at. */
  static bind(address: string): ZmqEndpoint {
    return new ZmqEndpoint(ZmqEndpointType.bind, address);
  }

  /** An endpoint to connect to. */
  static connect(address: string): ZmqEndpoint {
    return new ZmqEndpoint(ZmqEndpointType.connect, address);
  }

  toString(): string {
    return `${this.type} ${this.address}`;
  }
}

/** An endpoint, as constructors take it: `{ bind: address }`, `{ connect: address }` or a {@link ZmqEndpoint}. */
export type Endpoint =
  | ZmqEndpoint
  | { readonly bind: string; readonly connect?: undefined }
  | { readonly connect: string; readonly bind?: undefined };

/** One endpoint or several. */
export type Endpoints = Endpoint | readonly Endpoint[];

/** @throws {ZmqArgumentError} for a value that is no endpoint; {ZmqEndpointError} for a wrong address */
export function toEndpoint(value: Endpoint): ZmqEndpoint {
  if (value instanceof ZmqEndpoint) return value;
  if (typeof value === "object" && value !== null) {
    const { bind, connect } = value;
    if (bind !== undefined && connect === undefined) return ZmqEndpoint.bind(bind);
    if (connect !== undefined && bind === undefined) return ZmqEndpoint.connect(connect);
  }
  throw new ZmqArgumentError(
    `${JSON.stringify(value)} is no endpoint: write { bind: address } or { connect: address }`,
  );
}

/** The address for a peer on this machine, of a socket bound to `address`: a wildcard host becomes loopback. */
export function reachable(address: string): string {
  return address
    .replace(/^(tcp|udp|ws|wss):\/\/(?:0\.0\.0\.0|\*):/, "$1://127.0.0.1:")
    .replace(/^(tcp|udp|ws|wss):\/\/\[::\]:/, "$1://[::1]:");
}

/** Whether the address has an IPv6 address in it, as in `tcp://[::1]:5555`. */
export function hasIPv6Address(address: string): boolean {
  const [, places = ""] = /^(?:tcp|udp|wss?):\/\/(.*)$/.exec(address) ?? [];
  return places.split(";").some((place) => {
    const host = place.slice(0, place.lastIndexOf(":"));
    return isIPv6(host.replace(/^\[(.*)\]$/, "$1"));
  });
}

/** Finds errors at once that libzmq finds late (a connect), names otherwise (EINVAL), or does not find (port 99999). */
function check(type: ZmqEndpointType, address: string): void {
  if (typeof address !== "string") {
    throw new ZmqEndpointError(String(address), "an address is a string");
  }
  // libzmq takes what stands before it for the address.
  if (address.includes("\0")) throw new ZmqEndpointError(address, "an address has no NUL in it");
  const [, transport, rest = ""] = /^([a-z]+):\/\/(.*)$/s.exec(address) ?? [];
  if (transport === undefined) {
    throw new ZmqEndpointError(
      address,
      "an address is written transport://place, as in tcp://127.0.0.1:5555",
    );
  }
  if (!TRANSPORTS.includes(transport)) {
    throw new ZmqEndpointError(
      address,
      `unknown transport "${transport}"; there are ${TRANSPORTS.join(", ")}`,
    );
  }
  if (transport === "tcp") checkTcp(type, address, rest);
  else if (rest === "") throw new ZmqEndpointError(address, `${transport}:// wants a name`);
  else if (address === "ipc://*" && type === ZmqEndpointType.connect) {
    throw new ZmqEndpointError(address, "a wildcard name can only be bound");
  } else if (transport === "ipc" && Buffer.byteLength(rest) > IPC_PATH_LIMIT) {
    throw new ZmqEndpointError(
      address,
      `the path of a Unix socket has ${IPC_PATH_LIMIT} bytes at most`,
      "ENAMETOOLONG",
    );
  }
}

function checkTcp(type: ZmqEndpointType, address: string, rest: string): void {
  const { host, port } = TCP.exec(rest)?.groups ?? {};
  if (host === undefined || port === undefined) {
    throw new ZmqEndpointError(address, "tcp:// wants host:port");
  }
  if (Number(port) > 65_535) throw new ZmqEndpointError(address, "ports end at 65535");
  if (type === ZmqEndpointType.bind) return;
  if (host === "*") throw new ZmqEndpointError(address, "a wildcard host can only be bound");
  if (!HOST.test(host)) throw new ZmqEndpointError(address, `"${host}" is no name of a host`);
  if (port === "*" || Number(port) === 0) {
    throw new ZmqEndpointError(address, "a wildcard port can only be bound");
  }
}
