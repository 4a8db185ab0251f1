// A worker thread of mtserver: a REP socket, connected to inproc://workers. Sockets are never shared:
// each belongs to the thread that made it.

import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { ZmqFactory, ZmqRepConnection } from "tx0mq";

const { name, backend, work }: { name: string; backend: string; work: number } = workerData;

const factory = new ZmqFactory({ shared: true });
const responder = new ZmqRepConnection(factory, { connect: backend });
parentPort?.postMessage("connected");

for await (const [request] of responder) {
  console.log(`${name} received ${request}`);
  await sleep(work); // a real one would compute: that is what threads are for
  await responder.send("World");
  console.log(`${name} replied`);
}
