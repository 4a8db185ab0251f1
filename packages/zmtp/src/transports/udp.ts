import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { type LookupAddress, lookup } from "node:dns";
import * as net from "node:net";
import { failure } from "./failure.js";
import { hostAndPort, localHost, type Place, portOf, splitPlace } from "./tcp.js";

/** The options that concern UDP, as the library names them. */
export interface UdpOptions {
  readonly ipv6?: boolean;
  /** How many routers a multicast datagram may pass, and one more. Default: 1. ZMQ_MULTICAST_HOPS */
  readonly multicastHops?: number;
}

/** What a UDP socket reports. */
export interface UdpSink {
  /** A datagram has come. */
  received(datagram: Buffer, from: Place): void;
  /** A datagram has left, or is lost. */
  sent(): void;
}

/**
 * A UDP socket. It does not keep the process alive. A place to bind is as one of tcp, or an address of a group, or
 * `interface;group:port`. A place to send to is `host:port`, or an address of a group as before.
 */
export class UdpSocket {
  /** Where it is bound. */
  readonly address: string;
  /** Where it sends to by default. */
  readonly target: Place;
  /** How many datagrams are on their way to the system. */
  waiting = 0;
  readonly #socket: Socket;
  readonly #sink: UdpSink;
  #closed = false;

  private constructor(target: Target, options: UdpOptions, sink: UdpSink, binds: boolean) {
    const { place, group, via } = target;
    this.#sink = sink;
    // As libzmq: all sockets that share a port of a group get all datagrams.
    this.#socket = createSocket({ type: target.type, reuseAddr: binds, lookup: lookupOnce() });
    const any = target.type === "udp6" ? "::" : "0.0.0.0";
    try {
      const host = binds && group === undefined ? place.host : any;
      bindNow(this.#socket, { host, port: binds ? place.port : 0 });
      if (group !== undefined) {
        if (binds) this.#socket.addMembership(group, via);
        else {
          const { multicastHops = 1 } = options;
          if (multicastHops > 0) this.#socket.setMulticastTTL(Math.min(multicastHops, 255));
          if (via !== undefined) this.#socket.setMulticastInterface(via);
        }
      }
    } catch (error) {
      this.#socket.close();
      throw error;
    }
    this.#socket.unref();
    this.#socket.on("error", () => undefined); // one datagram is lost
    const { address, port } = this.#socket.address();
    this.target = binds ? { host: address, port } : place;
    this.address = hostAndPort(group ?? address, port);
    if (!binds) return;
    this.#socket.on("message", (datagram: Buffer, from: RemoteInfo) => {
      sink.received(datagram, { host: from.address, port: from.port });
    });
  }

  /**
   * Binds an address at once; if it is one of a group, joins the group.
   *
   * @throws an Error with a `code` (`"EADDRINUSE"`, `"EADDRNOTAVAIL"`, `"ENODEV"`, `"EINVAL"`)
   */
  static bind(place: string, options: UdpOptions, sink: UdpSink): UdpSocket {
    return new UdpSocket(targetOf(place, options, true), options, sink, true);
  }

  /** Makes a socket for datagrams to a place. @throws an Error with a `code` if no peer can be there */
  static connect(place: string, options: UdpOptions, sink: UdpSink): UdpSocket {
    return new UdpSocket(targetOf(place, options, false), options, sink, false);
  }

  /** Sends a datagram. It may get lost without notice. */
  send(pieces: readonly Uint8Array[], { host, port }: Place = this.target): void {
    if (this.#closed) return;
    this.waiting += 1;
    this.#socket.send(pieces as Uint8Array[], port, host, () => {
      this.waiting -= 1;
      if (!this.#closed) this.#sink.sent();
    });
  }

  /** Frees the address at once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.removeAllListeners("message");
    this.#socket.close();
  }
}

/** The parts of a place. */
interface Target {
  readonly type: "udp4" | "udp6";
  readonly place: Place;
  /** The address, if it is one of a group. */
  readonly group: string | undefined;
  /** The interface for a group, in node:dgram's form. */
  readonly via: string | undefined;
}

function targetOf(place: string, { ipv6 = false }: UdpOptions, binds: boolean): Target {
  const middle = place.lastIndexOf(";");
  const { host, port } = splitPlace(place.slice(middle + 1));
  const number = portOf(place, port);
  if (!binds && (number === 0 || host === "*")) {
    throw failure("EINVAL", `nobody can be at ${place}`);
  }
  const group = isGroup(host) ? host : undefined;
  if (middle >= 0 && group === undefined) throw failure("EINVAL", `${host} is no group`);
  const address = binds && group === undefined ? localHost(host, ipv6) : host;
  const family = net.isIP(address) || (ipv6 ? 6 : 4);
  return {
    type: family === 6 ? "udp6" : "udp4",
    place: { host: address, port: number },
    group,
    via: middle < 0 ? undefined : interfaceOf(place.slice(0, middle), family),
  };
}

/** Whether it is a multicast address. */
function isGroup(host: string): boolean {
  if (net.isIPv6(host)) return /^ff/i.test(host);
  return net.isIPv4(host) && Number.parseInt(host, 10) >> 4 === 14;
}

function interfaceOf(name: string, family: number): string | undefined {
  if (name === "*") return undefined;
  const address = localHost(name.replace(/^\[(.*)\]$/, "$1"), family === 6);
  if (net.isIP(address) !== family) throw failure("EINVAL", `${name} is of another family`);
  return family === 6 ? `::%${name}` : address;
}

/** A lookup that knows addresses at once, and looks up each name only once. */
function lookupOnce() {
  const known = new Map<string, LookupAddress>();
  return (
    host: string,
    options: unknown,
    found: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
  ): void => {
    const family = net.isIP(host);
    if (family !== 0) {
      found(null, host, family);
      return;
    }
    const before = known.get(host);
    if (before !== undefined) {
      found(null, before.address, before.family);
      return;
    }
    lookup(host, options === 6 ? 6 : 4, (error, address, itsFamily) => {
      if (error === null) known.set(host, { address, family: itsFamily });
      found(error, address, itsFamily);
    });
  };
}

/** Binds a socket. Its lookup knows addresses at once, so the bind is done, or has failed, when this returns. */
function bindNow(socket: Socket, { host, port }: Place): void {
  let failed: Error | undefined;
  const keep = (error: Error): void => {
    failed = error;
  };
  socket.on("error", keep);
  // In a cluster's worker, a shared port would be bound only later.
  socket.bind({ address: host, port, exclusive: true });
  socket.off("error", keep);
  if (failed !== undefined) throw failed;
}
