// Hello World server in three parts: a ROUTER for clients, bound to tcp://*:5555; a DEALER for
// workers, bound to tcp://*:5556; and one worker, a REP. More workers may join from outside.

import { setTimeout as sleep } from "node:timers/promises";
import {
  type ZmqConnection,
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
// find the way back. The loops below need not look at it.
await Promise.all([forward(clients, workers), forward(workers, clients), reply()]);

async function forward(from: ZmqConnection, to: ZmqConnection): Promise<void> {
  for await (const message of from) await to.send(message);
}

async function reply(): Promise<void> {
  for await (const [request] of worker) {
    console.log(`Received ${request}`);
    await sleep(work);
    await worker.send("World");
  }
}
