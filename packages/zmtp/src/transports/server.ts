import * as net from "node:net";
import { failure, failureOf } from "./failure.js";
import { Reader } from "./socket-stream.js";
import type { ListenerSink } from "./transport.js";

/** A handle of libuv's that is bound. */
interface Handle {
  close(): void;
}

/** How libuv is asked for a Unix socket instead of a port. */
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
 * Listens at an IP address at once: when it returns, the port is ours.
 *
 * `server.listen({ host, port })` asks for the host first, even for 127.0.0.1, and so tells only later whether
 * it could. node:net exports what it binds by then: `_createServerHandle`, which gives a handle, or libuv's
 * error number; to listen with a handle is documented, and done at once. libuv keeps EADDRINUSE of a bind back
 * until then; what does not listen has no address.
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
 * Listens at a Unix socket at once. `server.listen({ path })` does so, but tells only later why it could not:
 * the reason is found by another try.
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
 * Has a server listen, and tells of its errors from then on.
 *
 * @param listen has it listen, or throws
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

/** A connection, and what it is read through; without that it is read by events. */
export interface Accepted {
  readonly socket: net.Socket;
  readonly reader: Reader | undefined;
}

/**
 * Has a connection that a server has accepted read through a {@link Reader}. The option `onread` is for who makes
 * a socket, and here the server does: its handle goes over to a new one, as where node:child_process hands a
 * connection on. The server has to have the option `pauseOnConnect`.
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
