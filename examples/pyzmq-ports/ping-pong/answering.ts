// The thread of pong: a REP that sends back what it gets.

import { parentPort, workerData } from "node:worker_threads";
import { ZmqFactory, ZmqRepConnection } from "tx0mq";

const { endpoint }: { endpoint: string } = workerData;

const responder = new ZmqRepConnection(
  new ZmqFactory(),
  { bind: endpoint },
  { routingId: "whoda" },
);
parentPort?.postMessage("ready");
for await (const ping of responder) await responder.send(ping);
