// How a program ends on Ctrl-C or SIGTERM: a REP socket, bound to tcp://*:5555, that works for a second
// on each request and sends it back. A signal ends it while it waits, and while it works.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqRepConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, work } = flags({ endpoint: "tcp://*:5555", work: 1000 });

// On a signal the factory shuts down, and then the signal ends the process.
const factory = new ZmqFactory();
factory.registerForShutdown();
const socket = new ZmqRepConnection(factory, { bind: endpoint });
console.log(`interrupt listening on ${socket.address}: press Ctrl-C`);

// The shutdown ends this loop. A request in hand is finished first.
for await (const request of socket) {
  console.log(`Working on ${request}`);
  await sleep(work);
  await socket.send(request);
  console.log("Replied");
}

console.log("W: interrupt received, cleaning up"); // the program's own clean-up goes here
await factory.shutdown(); // it is on its way: this waits for its end
console.log("W: socket closed, bye");
