// Freelance client, model two: a DEALER sends each request to all servers at once, takes the first reply,
// and drops the others by their numbers.

import { ZmqDealerConnection, ZmqFactory, ZmqTimeoutError } from "tx0mq";
import { flags } from "tx0mq/flags";

const { timeout, requests, endpoints } = flags(
  { timeout: 2500, requests: 10_000 },
  { endpoints: ["tcp://localhost:5555"] },
);

const factory = new ZmqFactory({ lingerPeriod: 0 });
factory.registerForShutdown();
const connections = endpoints.map((endpoint) => ({ connect: endpoint }));
const client = new ZmqDealerConnection(factory, connections);
for (const endpoint of endpoints) console.log(`Connected to ${endpoint}`);

let dropped = 0;
const start = performance.now();
try {
  for (let sequence = 1; sequence <= requests; sequence++) {
    await request(sequence);
    if (sequence % 1000 === 0) console.log(`${sequence} requests replied`);
  }
  const cost = (1000 * (performance.now() - start)) / requests;
  console.log(`Average round trip cost: ${cost.toFixed(0)} usec`);
  console.log(`${dropped} other replies dropped`);
} catch (error) {
  if (!(error instanceof ZmqTimeoutError)) throw error;
  console.error("Name service not available, aborting");
  process.exitCode = 1;
}
await factory.shutdown();

/** Each server gets the request while no queue is full: a DEALER gives each its turn. The first reply will do. */
async function request(sequence: number): Promise<void> {
  for (const _ of endpoints) await client.send(["", String(sequence), "random name"], { timeout });
  const deadline = performance.now() + timeout;
  for (;;) {
    const left = Math.max(0, deadline - performance.now());
    const [, number] = await client.receive({ timeout: left });
    if (Number(number) === sequence) return;
    dropped += 1;
  }
}
