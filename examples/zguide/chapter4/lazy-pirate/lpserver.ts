// Lazy Pirate server: a REP socket, bound to tcp://*:5555. It sends each request back, a second later.
// After three of them it now and then works for too long, or ends as if it had crashed.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqRepConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, work, overload, faultless } = flags({
  endpoint: "tcp://*:5555",
  work: 1000,
  overload: 2000,
  faultless: false,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const server = new ZmqRepConnection(factory, { bind: endpoint });
console.log(`lpserver listening on ${server.address}`);

let cycles = 0;
for await (const [request] of server) {
  cycles += 1;
  if (!faultless && cycles > 3 && randomInt(4) === 0) {
    console.log("Simulating a crash");
    break;
  }
  if (!faultless && cycles > 3 && randomInt(4) === 0) {
    console.log("Simulating CPU overload");
    await sleep(overload);
  }
  console.log(`Normal request (${request})`);
  await sleep(work);
  await server.send(request);
}
