// Echo server on promises: a ROUTER, bound to tcp://127.0.0.1:5555, sends each message back to where it
// came from. It awaits one after the other.

import { ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "tcp://127.0.0.1:5555" });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const socket = new ZmqRouterConnection(factory, { bind: endpoint });
console.log(`echofuture listening on ${socket.address}`);

for await (const message of socket) await socket.send(message);
