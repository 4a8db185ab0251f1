// Asynchronous Majordomo client: sends the service "echo" 100,000 requests through the broker at
// tcp://localhost:5555, and waits for no reply meanwhile. Before that, 5,000 one after the other.

import { ZmqFactory } from "tx0mq";
import { flags } from "tx0mq/flags";
import { MajordomoClient } from "../majordomo/mdcliapi.ts";
import { printMessages } from "../majordomo/mdp.ts";
import { AsyncMajordomoClient } from "./mdcliapi2.ts";

const { endpoint, service, synchronous, asynchronous, timeout, v } = flags({
  endpoint: "tcp://localhost:5555",
  service: "echo",
  synchronous: 5000, // requests
  asynchronous: 100_000,
  timeout: 2500,
  v: false, // print all messages
});
if (v) printMessages();

const factory = new ZmqFactory();
factory.registerForShutdown();

console.log(`${synchronous} requests, one after the other ...`);
const slow = await requestsPerSecond(synchronous, async () => {
  const client = new MajordomoClient(factory, endpoint, { timeout });
  for (let sent = 0; sent < synchronous; sent++) await client.send(service, "Hello world");
});

console.log(`${asynchronous} requests at once ...`);
const fast = await requestsPerSecond(asynchronous, async () => {
  const client = new AsyncMajordomoClient(factory, endpoint, { timeout });
  let received = 0;
  const send = async () => {
    for (let sent = 0; sent < asynchronous; sent++) await client.send(service, "Hello world");
    console.log(`All are sent, ${asynchronous - received} of them in flight`);
  };
  const receive = async () => {
    while (received < asynchronous) {
      await client.receive();
      received += 1;
      if (received % 10_000 === 0 && received < asynchronous) console.log(`${received} so far`);
    }
  };
  await Promise.all([send(), receive()]);
  console.log(`${received} replies received`);
});
console.log(`Asynchronous requests are ${(fast / slow).toFixed(1)} times as fast`);

async function requestsPerSecond(count: number, make: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await make();
  const rate = (1000 * count) / (performance.now() - start);
  console.log(` ${Math.round(rate)} requests/second`);
  return rate;
}
