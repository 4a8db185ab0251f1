// The XML-RPC server, at http://127.0.0.1:10002: its method "echo" returns its argument.

import { XmlRpcServer } from "@foxglove/xmlrpc";
import { HttpServerNodejs } from "@foxglove/xmlrpc/nodejs";
import { flags } from "tx0mq/flags";

const { url } = flags({ url: "http://127.0.0.1:10002" });

const { hostname, port } = new URL(url);
const server = new XmlRpcServer(new HttpServerNodejs());
server.setHandler("echo", async (_method, [text]) => text);
await server.listen(Number(port), hostname);
console.log(`xmlrpc-server at http://${hostname}:${server.port()}`);
