import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { clearTimeout, setTimeout } from "../clock.js";
import { lazily } from "../lazy.js";
import { ForeignError, ProtocolError } from "../protocol/message.js";
import { failure } from "./failure.js";
import { hostAndPort, listenAtPlace, splitPlace, TcpAttempt, tuning } from "./tcp.js";
import type {
  Attempt,
  AttemptSink,
  Listener,
  ListenerSink,
  Transport,
  TransportOptions,
} from "./transport.js";
import { NO_MECHANISM, ZwsStream } from "./zws.js";

const http = lazily<typeof import("node:http")>("node:http");
const websockets = lazily<typeof import("ws")>("ws");

/** In ms, by default: how long the HTTP request may take, like the handshake behind it. */
const REQUEST_LIMIT = 30_000;
/** In bytes: how large a command of a handshake may be, and how much CURVE adds to a message. */
const LEAST_LIMIT = 65_536;
const ADDED = 64;

/**
 * WebSockets (RFC 45, ZWS 2.0). A place is one of TCP with a path, `127.0.0.1:5555/zeromq`; a listener takes
 * requests for any path, as libzmq's does. The peers agree on the mechanism by the WebSocket's subprotocol.
 * Heartbeats are pings of the WebSocket.
 */
export const ws: Transport = {
  hasMessages: true,
  listen(place, options, sink) {
    return new WsListener(place, options, sink);
  },
  connect(place, options, sink) {
    return new WsAttempt(place, options, sink);
  },
};

/**
 * The subprotocols that fit, the most wanted one first. A subprotocol's name may not have a slash (RFC 6455), but
 * these do. The `ws` package would refuse them, as browsers do, so it does not get to see them.
 */
function subprotocols({ mechanism = "NULL" }: TransportOptions): string[] {
  return mechanism === "NULL" ? ["ZWS2.0/NULL", NO_MECHANISM] : [`ZWS2.0/${mechanism}`];
}

const HEADER = "sec-websocket-protocol";

/** Takes the names of subprotocols off a request or a response. */
function takeNames({ headers }: IncomingMessage): string[] {
  const { [HEADER]: names = "" } = headers;
  delete headers[HEADER];
  return names.split(",").map((name) => name.trim());
}

/** The settings of both sides for the package. */
function settings({ maxMessageSize = -1 }: TransportOptions) {
  const most = Math.max(maxMessageSize, LEAST_LIMIT) + ADDED;
  // The package takes only limits of up to 31 bits; the decoder takes all.
  const maxPayload = maxMessageSize < 0 || most >= 2 ** 31 ? 0 : most;
  // The package ends a connection on which it owes many pongs, so the stream answers pings itself.
  return { perMessageDeflate: false, autoPong: false, maxPayload };
}

/** Splits `host:port/path`. @throws an Error with the code `"EINVAL"` for a fragment: the package refuses it */
function splitPath(place: string): { readonly tcpPlace: string; readonly path: string } {
  if (place.includes("#")) throw notPlain(place);
  const at = place.indexOf("/");
  return at < 0
    ? { tcpPlace: place, path: "/" }
    : { tcpPlace: place.slice(0, at), path: place.slice(at) };
}

function notPlain(place: string): Error {
  return failure("EINVAL", `${place} is not host:port/path`);
}

/** Why a peer that wants these subprotocols is turned away. */
function unfit(names: readonly string[], fitting: readonly string[]): ProtocolError {
  const what = `the peer's subprotocol is ${JSON.stringify(names.join(", "))}, and ours is ${fitting[0]}`;
  const isZws = names.some((name) => name.startsWith(NO_MECHANISM));
  return new ProtocolError(what, isZws ? "ERR_ZMTP_MECHANISM_MISMATCH" : undefined);
}

function streamOf(socket: WebSocket, tcpSocket: Socket, path: string, name: string): ZwsStream {
  const address = `ws://${hostAndPort(tcpSocket.localAddress, tcpSocket.localPort)}${path}`;
  return new ZwsStream(socket, tcpSocket, address, name === NO_MECHANISM);
}

class WsListener implements Listener {
  readonly address: string;
  readonly #server: Server;

  constructor(place: string, options: TransportOptions, sink: ListenerSink) {
    const { tcpPlace, path } = splitPath(place);
    const sockets = new (websockets().WebSocketServer)({
      ...settings(options),
      noServer: true,
      clientTracking: false,
    });
    const fitting = subprotocols(options);
    const chosen = new WeakMap<IncomingMessage, string>();
    sockets.on("headers", (headers, request) => {
      headers.push(`Sec-WebSocket-Protocol: ${chosen.get(request)}`);
    });
    const server = http().createServer(tuning(options), (_request, response) => {
      response.writeHead(426, { Connection: "close", Upgrade: "websocket" }).end();
    });
    this.#server = server;
    const { handshakeInterval = REQUEST_LIMIT } = options;
    const timers = new WeakMap<Duplex, NodeJS.Timeout>();
    server.on("connection", (socket) => {
      socket.unref();
      if (handshakeInterval === 0) return;
      const timer = setTimeout(() => socket.destroy(), handshakeInterval).unref();
      timers.set(socket, timer);
      socket.once("close", () => clearTimeout(timer));
    });
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      clearTimeout(timers.get(socket));
      const names = takeNames(request);
      const name = fitting.find((one) => names.includes(one));
      if (name === undefined) {
        sink.refused?.(unfit(names, fitting));
        socket.on("error", () => {}).once("finish", () => socket.destroy());
        socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
        return;
      }
      chosen.set(request, name);
      sockets.handleUpgrade(request, socket, head, (one) => {
        sink.accepted(streamOf(one, socket as Socket, path, name));
      });
    });
    const { host, port } = listenAtPlace(server, tcpPlace, options, sink);
    this.address = `ws://${hostAndPort(host, port)}${path}`;
  }

  close(): Promise<void> {
    this.#server.close(); // as for TCP, the port is free at once
    this.#server.closeAllConnections(); // those that have not become WebSockets
    return Promise.resolve();
  }
}

class WsAttempt implements Attempt {
  readonly #sink: AttemptSink;
  readonly #options: TransportOptions;
  readonly #tcp: TcpAttempt;
  readonly #url: string;
  readonly #path: string;
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(place: string, options: TransportOptions, sink: AttemptSink) {
    const { tcpPlace, path } = splitPath(place);
    const { host, port } = splitPlace(tcpPlace.slice(tcpPlace.indexOf(";") + 1));
    // The request tells the host by name. An address goes without its zone, which is not a part of a URL.
    this.#url = `ws://${hostAndPort(host.replace(/%.*$/, ""), Number(port))}${path}`;
    if (!URL.canParse(this.#url)) throw notPlain(place);
    this.#path = path;
    this.#sink = sink;
    this.#options = options;
    this.#tcp = new TcpAttempt(tcpPlace, options, {
      connected: (socket) => this.#ask(socket),
      failed: (error, wasThere) => this.#failed(error, wasThere),
      delayed: () => sink.delayed?.(),
    });
  }

  /** Asks for a WebSocket: the TCP connection is there. */
  #ask(tcpSocket: Socket): void {
    const { handshakeInterval = REQUEST_LIMIT } = this.#options;
    const offered = subprotocols(this.#options);
    const socket = new (websockets().WebSocket)(this.#url, {
      ...settings(this.#options),
      headers: { "Sec-WebSocket-Protocol": offered.join(",") },
      createConnection: () => tcpSocket,
    });
    this.#socket = socket;
    const failed = (error: NodeJS.ErrnoException) => {
      // An error of the system's has a code; the package's errors tell that the answer is none of a WebSocket.
      this.#failed(error.code === undefined ? new ForeignError(error.message) : error, true);
    };
    // The package's own limit has no effect on a connection that it did not make.
    const late = () => {
      failed(failure("ETIMEDOUT", `${this.#url} does not answer`));
      socket.terminate();
    };
    if (handshakeInterval > 0) this.#timer = setTimeout(late, handshakeInterval).unref();
    let chosen = "";
    socket.on("upgrade", (response) => {
      [chosen = ""] = takeNames(response);
    });
    socket.on("error", failed);
    socket.on("open", () => {
      if (this.#over) return;
      if (!offered.includes(chosen)) {
        failed(new ForeignError(`the peer wants the subprotocol ${JSON.stringify(chosen)}`));
        socket.terminate();
        return;
      }
      this.#end();
      const stream = streamOf(socket, tcpSocket, this.#path, chosen);
      socket.removeListener("error", failed);
      this.#sink.connected(stream);
    });
  }

  #failed(error: NodeJS.ErrnoException, wasThere = false): void {
    if (this.#over) return;
    this.#end();
    this.#sink.failed(error, wasThere);
  }

  #end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  cancel(): void {
    if (this.#over) return;
    this.#end();
    this.#tcp.cancel();
    this.#socket?.terminate();
  }
}
