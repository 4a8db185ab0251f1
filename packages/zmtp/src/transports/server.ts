import * as net from "node:net";
import { failure, failureOf } from "./failure.js";

/** A handle of libuv's that is bound. */
interface Handle {
  close(): void;
}

const { _createServerHandle: createServerHandle } = net as unknown as {
  _createServerHandle(
    address: string,
    port: number,
    addressType: 4 | 6 | -1,
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
