// The JSON-RPC server, at http://127.0.0.1:10000: its method "echo" returns its argument.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import jayson from "jayson";
import { flags } from "tx0mq/flags";

const { url } = flags({ url: "http://127.0.0.1:10000" });

const { hostname, port } = new URL(url);
const echo = ([text = ""]: string[], reply: (error: null, result: string) => void) =>
  reply(null, text);
const rpc = new jayson.Server({ echo }, { params: Array }); // whatever params a request has, or none
const server = rpc.http().listen(Number(port), hostname);
await once(server, "listening");
console.log(`jsonrpc-server at http://${hostname}:${(server.address() as AddressInfo).port}`);
