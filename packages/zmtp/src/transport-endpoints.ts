import { BoundEndpoint, ConnectedEndpoint, type Endpoint, type EndpointHost } from "./endpoints.js";
import { SocketError } from "./sockets/socket.js";
import type { Transport } from "./transports/transport.js";
import { TRANSPORTS } from "./transports/transports.js";
import { UdpEndpoint } from "./udp-endpoint.js";

/** The types that can bind and connect over UDP; no other can. */
const OVER_UDP: Readonly<Record<"bind" | "connect", readonly string[]>> = {
  bind: ["DISH", "DGRAM"],
  connect: ["RADIO"],
};

/** A socket, and the name of its type. */
export interface NamedHost extends EndpointHost {
  readonly name: string;
}

/** Binds a socket over any transport but inproc. @throws an Error with a `code` */
export function bindEndpoint(
  host: NamedHost,
  transport: string,
  place: string,
): Endpoint & { readonly address: string } {
  checkTransport(host, "bind", transport);
  if (transport === "udp") return new UdpEndpoint(host, "bind", place);
  return new BoundEndpoint(host, transportOf(host, transport), place);
}

/** Connects a socket over any transport but inproc. @throws an Error with a `code` */
export function connectEndpoint(
  host: NamedHost,
  transport: string,
  place: string,
  address: string,
): Endpoint {
  checkTransport(host, "connect", transport);
  if (transport === "udp") return new UdpEndpoint(host, "connect", place);
  return new ConnectedEndpoint(host, transportOf(host, transport), place, address);
}

/**
 * Refuses what libzmq refuses, and DGRAM over anything but UDP: libzmq allows it, but nothing else has addresses for
 * DGRAM.
 */
export function checkTransport(
  { name, type }: NamedHost,
  how: "bind" | "connect",
  transport: string,
): void {
  const fits = transport === "udp" ? OVER_UDP[how].includes(name) : !type.isAddressed;
  if (fits) return;
  throw new SocketError("ENOCOMPATPROTO", `a ${name} socket cannot ${how} over ${transport}`);
}

function transportOf({ type }: NamedHost, name: string): Transport {
  const transport = TRANSPORTS.get(name);
  if (transport === undefined) {
    throw new SocketError("EPROTONOSUPPORT", `there is no transport ${name}`);
  }
  if (type.isRaw && transport.hasMessages) {
    throw new SocketError("ENOCOMPATPROTO", `${name} has messages of its own`);
  }
  return transport;
}
