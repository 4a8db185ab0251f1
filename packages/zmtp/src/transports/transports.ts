import { ipc } from "./ipc.js";
import { tcp } from "./tcp.js";
import type { Transport } from "./transport.js";
import { ws } from "./ws.js";

/** The transports by the names that addresses begin with. Inproc is not one of them, since it has no bytes. */
export const TRANSPORTS: ReadonlyMap<string, Transport> = new Map([
  ["tcp", tcp],
  ["ipc", ipc],
  ["ws", ws],
]);
