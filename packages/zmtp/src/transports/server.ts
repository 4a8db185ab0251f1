import * as net from "node:net";
import { failure, failureOf } from "./failure.js";
import { Reader } from "./socket-stream.js";
import type { ListenerSink } from "./transport.js";

/** A handle of libuv's that is bound. */
interface Handle {
  close(): void;
}

/** Asks libuv for a Unix socket instead of a port. */
const PIPE = -1;

const { _createServerHandle: createServerHandle } = net as unknown as {
  _createServerHandle(
    place: string,
    port: number,
    addressType: 4 | 6 | typeof PIPE,
    fd: undefined,
    flags: number,
  ): Handle | number;
};

/**
 * How many connections wait until they are accepted; the system may have a limit of its own. Of those that come when
 * the queue is full, TCP tries the last again after seconds. libzmq has 100, but a thread that always accepts.
 */
export const BACKLOG = 4096;

/**
 * Listens at an IP address at once: when it returns, the port is ours.
 *
 * `server.listen({ host, port })` looks the host up first, even 127.0.0.1, and so reports only later whether it
 * could listen. node:net exports the function that it binds with then: `_createServerHandle`. It returns a handle, or
 * libuv's error number. To listen with a handle is documented, and done at once. libuv reports EADDRINUSE not at
 * the bind, but at the listen; a server that could not listen has no address.
 *
 * @param port 0 for any
 * @returns the port
 * @throws an Error with the system's `code`
 */
export function listenAtPort(
  server: net.Server,
  host: string,
  port: number,
  backlog: number,
): number {
  const what = `cannot listen at ${host}:${port}`;
  const handle = createServerHandle(host, port, net.isIPv6(host) ? 6 : 4, undefined, 0);
  if (typeof handle === "number") throw failureOf(handle, what);
  server.unref();
  server.listen(handle, backlog);
  const address = server.address();
  if (address === null || typeof address === "string") throw failure("EADDRINUSE", what);
  return address.port;
}

/**
 * Listens at a Unix socket at once. `server.listen({ path })` does so, but reports only later why it could not:
 * another try finds the reason.
 *
 * @throws an Error with the system's `code`; libuv has EACCES for ENOENT
 */
export function listenAtPath(server: net.Server, path: string, backlog: number): void {
  server.unref();
  server.listen({ path, backlog, exclusive: true });
  if (server.listening) return;
  const handle = createServerHandle(path, PIPE, PIPE, undefined, 0);
  const what = `cannot listen at ${path}`;
  if (typeof handle === "number") throw failureOf(handle, what);
  handle.close();
  throw failure("EADDRINUSE", what); // it was free too late
}

/**
 * Makes a server listen, and reports its errors from then on.
 *
 * @param listen makes it listen, or throws
 */
export function startServer<T>(server: net.Server, sink: ListenerSink, listen: () => T): T {
  let listens = false; // what is thrown here, node:net tells once more
  server.on("error", (error) => {
    if (listens) sink.failed(error);
  });
  const bound = listen();
  listens = true;
  return bound;
}

/** A connection, and its reader; without a reader it is read by events. */
export interface Accepted {
  readonly socket: net.Socket;
  readonly reader: Reader | undefined;
}

/**
 * Makes a {@link Reader} read a connection that a server has accepted. You can give the option `onread` only to a
 * socket that you make, but the server has made this one. So its handle goes over to a new socket, as when
 * node:child_process hands a connection on. The server has to have the option `pauseOnConnect`.
 */
export function accept(socket: net.Socket): Accepted {
  const given = socket as unknown as { _handle?: Handle | null };
  const handle = given._handle;
  if (!handle) return { socket, reader: undefined };
  given._handle = null;
  const reader = new Reader();
  const options = { handle, onread: reader.onread, pauseOnCreate: true };
  return { socket: new net.Socket(options as net.SocketConstructorOpts), reader };
}
