// The server of 2012: a ROUTER, bound to tcp://127.0.0.1:5555, and a DEALER, bound to inproc://workers,
// deal requests to ten REPs, each of which works for a second.

import { setTimeout as sleep } from "node:timers/promises";
import {
  proxy,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqRepConnection,
  ZmqRouterConnection,
} from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, workers, work } = flags({
  endpoint: "tcp://127.0.0.1:5555",
  workers: 10,
  work: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const clients = new ZmqRouterConnection(factory, { bind: endpoint });
const backend = new ZmqDealerConnection(factory, { bind: "inproc://workers" });
proxy(clients, backend);
console.log(`Server ${process.pid} listening on ${clients.address}`);
for (let n = 0; n < workers; n++) routine();

async function routine(): Promise<void> {
  const socket = new ZmqRepConnection(factory, { connect: backend.address });
  await socket.serve(async (message) => {
    await sleep(work);
    return message;
  });
}
