// Message queue: the request-reply broker, on the built-in proxy. A ROUTER for clients at
// tcp://*:5559, a DEALER for workers at tcp://*:5560, and one call that passes messages both ways.

import { proxy, ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { frontend, backend } = flags({ frontend: "tcp://*:5559", backend: "tcp://*:5560" });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the proxy
const clients = new ZmqRouterConnection(factory, { bind: frontend });
const workers = new ZmqDealerConnection(factory, { bind: backend });
console.log(`msgqueue listening on ${clients.address}, workers on ${workers.address}`);

await proxy(clients, workers).ended;
