// Freelance client, model one: a REQ for each try. One server is tried three times; of several, each is
// tried once, in turn, until one replies.

import { ZmqFactory, ZmqReqConnection, ZmqTimeoutError } from "tx0mq";
import { flags } from "tx0mq/flags";

const { timeout, retries, endpoints } = flags(
  { timeout: 1000, retries: 3 },
  { endpoints: ["tcp://localhost:5555"] },
);

const factory = new ZmqFactory({ lingerPeriod: 0 });
factory.registerForShutdown();
const tries = endpoints.length > 1 ? endpoints : Array(retries).fill(endpoints[0]);
let running = false;
for (const endpoint of tries) {
  running = await tryRequest(endpoint);
  if (running) break;
}
if (running) console.log("Service is running OK");
else process.exitCode = 1;
await factory.shutdown();

async function tryRequest(endpoint: string): Promise<boolean> {
  console.log(`Trying echo service at ${endpoint}...`);
  const client = new ZmqReqConnection(factory, { connect: endpoint });
  try {
    await client.send("Hello world");
    await client.receive({ timeout });
    return true;
  } catch (error) {
    if (!(error instanceof ZmqTimeoutError)) throw error;
    console.log(`No response from ${endpoint}`);
    return false;
  } finally {
    await client.shutdown(); // its request must not reach a server that comes later
  }
}
