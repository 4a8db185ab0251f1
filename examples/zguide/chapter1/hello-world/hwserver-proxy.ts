// Hello World server in three parts: a ROUTER for clients, bound to tcp://*:5555; a DEALER for
// workers, bound to tcp://*:5556; and one worker, a REP. More workers may join from outside.

import { setTimeout as sleep } from "node:timers/promises";
import {
  proxy,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqRepConnection,
  ZmqRouterConnection,
} from "tx0mq";
import { flags } from "tx0mq/flags";

const { frontend, backend, work } = flags({
  frontend: "tcp://*:5555",
  backend: "tcp://*:5556",
  work: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const clients = new ZmqRouterConnection(factory, { bind: frontend });
const workers = new ZmqDealerConnection(factory, { bind: backend });
const worker = new ZmqRepConnection(factory, { connect: workers.address });
console.log(`hwserver-proxy listening on ${clients.address}, workers on ${workers.address}`);

// The ROUTER puts the client's identity in front of each request, and takes it off the reply to
// find the way back. The proxy, which passes both on, need not look at it.
proxy(clients, workers);

for await (const [request] of worker) {
  console.log(`Received ${request}`);
  await sleep(work);
  await worker.send("World");
}
