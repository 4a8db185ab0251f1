import { type LookupAddress, lookup } from "node:dns";
import * as net from "node:net";
import { networkInterfaces } from "node:os";
import { clearTimeout, nextTick, setTimeout } from "../clock.js";
import { failure } from "./failure.js";
import { accept, BACKLOG, listenAtPort, startServer } from "./server.js";
import { Reader, SocketStream } from "./socket-stream.js";
import type {
  Attempt,
  AttemptSink,
  Listener,
  ListenerSink,
  Stream,
  Transport,
  TransportOptions,
} from "./transport.js";

/**
 * The options that node:net cannot set, by the library's names, with the values that ask for nothing. Any other value
 * is refused (EINVAL). They are libzmq's SO_BINDTODEVICE, SO_RCVBUF, SO_SNDBUF, TCP_KEEPCNT, TCP_KEEPINTVL,
 * TCP_USER_TIMEOUT, IP_TOS, and a proxy.
 */
export const REFUSED_OPTIONS: ReadonlyMap<string, string | number> = new Map<
  string,
  string | number
>([
  ["interface", ""],
  ["receiveBufferSize", -1],
  ["sendBufferSize", -1],
  ["socksProxy", ""],
  ["tcpKeepaliveCount", -1],
  ["tcpKeepaliveInterval", -1],
  ["tcpMaxRetransmitTimeout", 0],
  ["typeOfService", 0],
]);

const PORTS = 65_536;
/** The errors of listening at all addresses if the system has no IPv6. */
const NO_IPV6: ReadonlySet<string> = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL"]);

/**
 * TCP. A place to listen at is `host:port`, the host an IP address, `*` for all, `localhost`, or the name of a
 * network interface, the port a number, or `*` for any that is free. A place to connect to is `host:port`, the host an
 * IP address or a name, or `source;host:port`, where the source is a place as one to listen at.
 */
export const tcp: Transport = {
  listen(place, options, sink) {
    return new TcpListener(place, options, sink);
  },
  connect(place, options, sink) {
    const reader = new Reader();
    const told: SocketSink = {
      connected: (socket) => sink.connected(streamOf(socket, reader)),
      failed: (error, wasThere) => sink.failed(error, wasThere),
      delayed: () => sink.delayed?.(),
    };
    return new TcpAttempt(place, options, told, reader);
  },
};

/** The socket's TCP_NODELAY, SO_KEEPALIVE and TCP_KEEPIDLE (in s). Node sets the number and interval of probes. */
export function tuning({ tcpKeepalive = -1, tcpKeepaliveIdle = -1 }: TransportOptions) {
  return {
    noDelay: true,
    keepAlive: tcpKeepalive > 0,
    keepAliveInitialDelay: Math.max(0, tcpKeepaliveIdle) * 1000,
  };
}

/** Writes `host:port` as in an address, with brackets around an IPv6 address. */
export function hostAndPort(host = "", port = 0): string {
  return `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function streamOf(socket: net.Socket, reader?: Reader): Stream {
  const address = `tcp://${hostAndPort(socket.localAddress, socket.localPort)}`;
  return new SocketStream(socket, address, socket.remoteAddress ?? "", reader);
}

// Places ----------------------------------------------------------------------------------------

/** A port of an IP address. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Splits `host:port`; the brackets of an IPv6 address go. @throws an Error with the code `"EINVAL"` */
export function splitPlace(place: string): { readonly host: string; readonly port: string } {
  const end = place.lastIndexOf(":");
  if (end < 1) throw failure("EINVAL", `${place} is not host:port`);
  return { host: place.slice(0, end).replace(/^\[(.*)\]$/, "$1"), port: place.slice(end + 1) };
}

/** The number of a port; 0 for any. @throws an Error with the code `"EINVAL"` */
export function portOf(place: string, port: string): number {
  if (port === "*") return 0;
  if (!/^\d+$/.test(port) || Number(port) >= PORTS) throw failure("EINVAL", `no port in ${place}`);
  return Number(port);
}

/** Finds the address of this machine that the place means. */
function localPlace(place: string, ipv6: boolean): Place {
  const { host, port } = splitPlace(place);
  return { host: localHost(host, ipv6), port: portOf(place, port) };
}

/** An address of this machine: of all (`*`), loopback, or a network interface. @throws an Error with `"ENODEV"` */
export function localHost(host: string, ipv6: boolean): string {
  if (host === "*") return ipv6 ? "::" : "0.0.0.0";
  if (net.isIP(host) !== 0) return host;
  if (host === "localhost") return "127.0.0.1"; // Node looks names up later only
  const found = interfaceAddresses(host);
  const v4 = found.find(({ family }) => family === "IPv4");
  // An address that works without a zone goes first.
  const v6 = found
    .filter(({ family }) => family === "IPv6")
    .sort((a, b) => (a.scopeid ?? 0) - (b.scopeid ?? 0))[0];
  const v6Address = v6?.scopeid ? `${v6.address}%${host}` : v6?.address;
  const address = ipv6 ? (v6Address ?? v4?.address) : v4?.address;
  if (address === undefined) throw failure("ENODEV", `there is no interface ${host}`);
  return address;
}

interface InterfaceAddress {
  readonly family: string;
  readonly address: string;
  readonly scopeid?: number;
}

function interfaceAddresses(name: string): readonly InterfaceAddress[] {
  try {
    return networkInterfaces()[name] ?? [];
  } catch (error) {
    // No file descriptors are left. The error's own code says only that it is a system error.
    const { info } = error as { info?: { code?: string } };
    throw failure(info?.code ?? "ENODEV", "cannot look for network interfaces");
  }
}

// Listening -------------------------------------------------------------------------------------

/**
 * Makes a server listen at a place.
 *
 * @returns where it listens
 * @throws an Error with the system's `code`
 */
export function listenAtPlace(
  server: net.Server,
  place: string,
  { ipv6 = false, backlog = BACKLOG }: TransportOptions,
  sink: ListenerSink,
): Place {
  const { host, port } = localPlace(place, ipv6);
  const listen = (address: string) => ({
    host: address,
    port: listenAtPort(server, address, port, backlog),
  });
  return startServer(server, sink, () => {
    try {
      return listen(host);
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!place.startsWith("*") || !ipv6 || !NO_IPV6.has(code)) throw error;
      return listen("0.0.0.0");
    }
  });
}

class TcpListener implements Listener {
  readonly address: string;
  readonly #server: net.Server;

  constructor(place: string, options: TransportOptions, sink: ListenerSink) {
    const accepted = (given: net.Socket) => {
      const { socket, reader } = accept(given);
      sink.accepted(streamOf(socket, reader));
    };
    this.#server = net.createServer({ ...tuning(options), pauseOnConnect: true }, accepted);
    const { host, port } = listenAtPlace(this.#server, place, options, sink);
    this.address = `tcp://${hostAndPort(host, port)}`;
  }

  close(): Promise<void> {
    // The handle is closed at once, and so the port is free; "close" would come after the last connection.
    this.#server.close();
    return Promise.resolve();
  }
}

// Connecting ------------------------------------------------------------------------------------

/** What a TCP attempt reports, as {@link AttemptSink}. */
export interface SocketSink extends Required<Omit<AttemptSink, "connected">> {
  /** The socket is unref()ed, and has no listener to errors yet. */
  connected(socket: net.Socket): void;
}

/** Connects by TCP; tries the addresses of a host one after another. */
export class TcpAttempt implements Attempt {
  readonly #sink: SocketSink;
  readonly #options: TransportOptions;
  readonly #port: number;
  readonly #source: Place | undefined;
  readonly #reader: Reader | undefined;
  #addresses: LookupAddress[] = [];
  #socket: net.Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** `delayed` was called. */
  #delayed = false;
  #over = false;

  /** @param reader reads the socket */
  constructor(place: string, options: TransportOptions, sink: SocketSink, reader?: Reader) {
    const { ipv6 = false, connectTimeout = 0 } = options;
    this.#reader = reader;
    const middle = place.indexOf(";");
    const { host, port } = splitPlace(place.slice(middle + 1));
    this.#port = portOf(place, port);
    if (this.#port === 0 || host === "*") throw failure("EINVAL", `nobody can be at ${place}`);
    this.#source = middle < 0 ? undefined : localPlace(place.slice(0, middle), ipv6);
    this.#sink = sink;
    this.#options = options;
    if (connectTimeout > 0) {
      const late = () => this.#failed(failure("ETIMEDOUT", `cannot connect to ${place}`));
      this.#timer = setTimeout(late, connectTimeout).unref();
    }
    const family = net.isIP(host);
    if (family !== 0) {
      this.#try({ address: host, family });
      return;
    }
    // IPv6 addresses go first, if they are wanted at all.
    lookup(host, { all: true, family: ipv6 ? 0 : 4 }, (error, found) => {
      if (this.#over) return;
      this.#addresses = (found ?? []).sort((a, b) => b.family - a.family);
      this.#next(error ?? failure("ENOTFOUND", `${host} has no address`));
    });
  }

  /** @param error the error to report if there is no other address to try */
  #next(error: NodeJS.ErrnoException): void {
    const address = this.#addresses.shift();
    if (address === undefined) this.#failed(error);
    else this.#try(address);
  }

  #try({ address, family }: LookupAddress): void {
    const source = this.#source;
    const socket = net.connect({
      host: address,
      port: this.#port,
      family,
      ...(source && { localAddress: source.host, localPort: source.port }),
      autoSelectFamily: false,
      ...(this.#reader && { onread: this.#reader.onread }),
      ...tuning(this.#options),
    });
    this.#socket = socket;
    socket.unref();
    if (!this.#delayed) {
      this.#delayed = true;
      nextTick(() => {
        if (!this.#over) this.#sink.delayed();
      });
    }
    const failed = (error: NodeJS.ErrnoException) => {
      if (!this.#over) this.#next(error);
    };
    socket.on("error", failed);
    socket.on("connect", () => {
      if (this.#over) return;
      if (isItself(socket)) {
        socket.destroy(failure("ECONNREFUSED", `nobody listens at port ${this.#port}`));
        return;
      }
      this.#end();
      socket.removeListener("error", failed);
      this.#sink.connected(socket);
    });
  }

  #failed(error: NodeJS.ErrnoException): void {
    this.cancel();
    this.#sink.failed(error, error.code === "ECONNRESET"); // which only a peer does that is there
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  cancel(): void {
    if (this.#over) return;
    this.#end();
    this.#socket?.destroy();
  }
}

/**
 * Whether a socket is connected to itself. If no process listens at a port of this machine, the system may take that
 * very port as the source of the connection, and then the socket reaches itself.
 */
function isItself({ localPort, remotePort, localAddress, remoteAddress }: net.Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}
