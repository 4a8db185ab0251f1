// Request-reply broker: a ROUTER for clients, bound to tcp://*:5559, and a DEALER for workers, bound
// to tcp://*:5560. Clients and workers come and go, and know nothing but the broker.

import { type ZmqConnection, ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { frontend, backend } = flags({ frontend: "tcp://*:5559", backend: "tcp://*:5560" });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loops below
const clients = new ZmqRouterConnection(factory, { bind: frontend });
const workers = new ZmqDealerConnection(factory, { bind: backend });
console.log(`rrbroker listening on ${clients.address}, workers on ${workers.address}`);

// A request goes to the next worker in turn. Its reply still carries the identity that the ROUTER put
// in front of it, and so finds its way back.
await Promise.all([forward(clients, workers), forward(workers, clients)]);

// If there is no worker, send() waits, and no more requests are read meanwhile.
async function forward(from: ZmqConnection, to: ZmqConnection): Promise<void> {
  for await (const message of from) await to.send(message);
}
