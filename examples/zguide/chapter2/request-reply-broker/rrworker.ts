// Request-reply worker: a REP socket, connected to the broker at tcp://localhost:5560.
// Receives a request, works for a second, replies "World", and so on for ever.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqRepConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, work } = flags({ endpoint: "tcp://localhost:5560", work: 1000 });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const responder = new ZmqRepConnection(factory, { connect: endpoint });
console.log(`rrworker works for ${endpoint}`);

for await (const [request] of responder) {
  console.log(`Received request: [${request}]`);
  await sleep(work);
  await responder.send("World");
}
