// Hello World server with five threads: a ROUTER for clients, bound to tcp://*:5555, and a DEALER that
// deals their requests to the threads, bound to inproc://workers. A thread's own code is in worker.ts.

import { once } from "node:events";
import { proxy, ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { thread } from "tx0mq/thread";

const { frontend, backend, threads, work } = flags({
  frontend: "tcp://*:5555",
  backend: "inproc://workers",
  threads: 5,
  work: 1000,
});

const factory = new ZmqFactory({ shared: true }); // inproc reaches as far as the context
factory.registerForShutdown();
const clients = new ZmqRouterConnection(factory, { bind: frontend });
const workers = new ZmqDealerConnection(factory, { bind: backend });

const pool = Array.from({ length: threads }, (_, index) =>
  thread(new URL("./worker.ts", import.meta.url), {
    name: `Worker ${index + 1}`,
    backend: workers.address,
    work,
  }),
);
await Promise.all(pool.map((worker) => once(worker, "message"))); // all are connected
console.log(`mtserver listening on ${clients.address}, with ${threads} worker threads`);

proxy(clients, workers); // passes requests and replies on
