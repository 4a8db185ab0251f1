// Hello World server: a REP socket, bound to tcp://*:5555.
// Receives "Hello", works for a second, replies "World", and so on for ever.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqRepConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, work } = flags({ endpoint: "tcp://*:5555", work: 1000 });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const responder = new ZmqRepConnection(factory, { bind: endpoint });
console.log(`hwserver listening on ${responder.address}`);

for await (const [request] of responder) {
  console.log(`Received ${request}`);
  await sleep(work);
  await responder.send("World");
}
