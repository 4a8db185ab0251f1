// Majordomo worker: serves "echo" for the broker at tcp://localhost:5555.

import { ZmqFactory } from "tx0mq";
import { flags } from "tx0mq/flags";
import { printMessages } from "./mdp.ts";
import { MajordomoWorker } from "./mdwrkapi.ts";

const { endpoint, service, v, ...options } = flags({
  endpoint: "tcp://localhost:5555",
  service: "echo",
  heartbeat: 2500,
  liveness: 3,
  reconnect: 2500,
  reconnectMax: 40_000,
  v: false, // print all messages
});
if (v) printMessages();

const factory = new ZmqFactory();
factory.registerForShutdown();
const worker = new MajordomoWorker(factory, endpoint, service, { ...options, log: console.log });
await worker.serve((request) => request);
