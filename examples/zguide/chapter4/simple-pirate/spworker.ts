// Simple Pirate worker: a REQ socket, connected to tcp://localhost:5556. It says that it is ready, and
// sends each request back. After three of them it now and then takes too long, or ends as in a crash.

import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqReqConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, work, overload, faultless } = flags({
  endpoint: "tcp://localhost:5556",
  work: 1000,
  overload: 3000,
  faultless: false,
});
const READY = "\x01";
const name = randomBytes(4).toString("hex");

const factory = new ZmqFactory();
factory.registerForShutdown();
const worker = new ZmqReqConnection(factory, { connect: endpoint }, { routingId: name });
console.log(`${name}: worker ready`);
await worker.send(READY);

let cycles = 0;
for await (const message of worker) {
  cycles += 1;
  if (!faultless && cycles > 3 && randomInt(5) === 0) {
    console.log(`${name}: simulating a crash`);
    break;
  }
  if (!faultless && cycles > 3 && randomInt(5) === 0) {
    console.log(`${name}: simulating CPU overload`);
    await sleep(overload);
  }
  console.log(`${name}: normal reply`);
  await sleep(work);
  await worker.send(message);
}
