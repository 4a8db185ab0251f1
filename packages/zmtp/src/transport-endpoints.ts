import { BoundEndpoint, ConnectedEndpoint, type EndpointHost } from "./endpoints.js";
import { SocketError } from "./sockets/socket.js";
import type { Transport } from "./transports/transport.js";
import { TRANSPORTS } from "./transports/transports.js";

/** Types that have messages for datagrams. */
const OVER_UDP: ReadonlySet<string> = new Set(["RADIO", "DISH", "DGRAM"]);

/** A socket, and the name of its type. */
export interface NamedHost extends EndpointHost {
  readonly name: string;
}

/** Binds a socket over any transport but inproc. @throws an Error with a `code` */
export function bindEndpoint(host: NamedHost, transport: string, place: string) {
  return new BoundEndpoint(host, transportOf(host, transport), place);
}

/** Connects a socket over any transport but inproc. @throws an Error with a `code` */
export function connectEndpoint(
  host: NamedHost,
  transport: string,
  place: string,
  address: string,
) {
  return new ConnectedEndpoint(host, transportOf(host, transport), place, address);
}

function transportOf(host: NamedHost, name: string): Transport {
  if (name === "udp" && !OVER_UDP.has(host.name)) {
    throw new SocketError("ENOCOMPATPROTO", `a ${host.name} socket has no messages for udp`);
  }
  const transport = TRANSPORTS.get(name);
  if (transport === undefined) {
    throw new SocketError("EPROTONOSUPPORT", `there is no transport ${name}`);
  }
  if (host.type.isRaw && transport.hasMessages) {
    throw new SocketError("ENOCOMPATPROTO", `${name} has messages of its own`);
  }
  return transport;
}
