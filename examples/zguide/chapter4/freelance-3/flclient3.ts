// Freelance client, model three: asks 10,000 times, by the FreelanceClient of flcliapi.ts, which knows
// the servers at tcp://localhost:5555, 5556 and 5557, and which of them are alive.

import { ZmqFactory, ZmqTimeoutError } from "tx0mq";
import { flags } from "tx0mq/flags";
import { FreelanceClient } from "./flcliapi.ts";

const { requests, endpoints, ...periods } = flags(
  { requests: 10_000, timeout: 9000, pingInterval: 2000, ttl: 6000 },
  { endpoints: ["tcp://localhost:5555", "tcp://localhost:5556", "tcp://localhost:5557"] },
);

const factory = new ZmqFactory();
factory.registerForShutdown();
const client = new FreelanceClient(factory, { ...periods, log: console.log });
for (const endpoint of endpoints) {
  console.log(`connecting to ${endpoint}...`);
  client.connect(endpoint);
}

const start = performance.now();
try {
  for (let n = 1; n <= requests; n++) {
    await client.request(["random name"]);
    if (n % 1000 === 0) console.log(`${n} requests replied`);
  }
  const cost = (1000 * (performance.now() - start)) / requests;
  console.log(`Average round trip cost: ${cost.toFixed(0)} usec`);
} catch (error) {
  if (!(error instanceof ZmqTimeoutError)) throw error;
  console.error("Name service not available, aborting");
  process.exitCode = 1;
}
await factory.shutdown();
