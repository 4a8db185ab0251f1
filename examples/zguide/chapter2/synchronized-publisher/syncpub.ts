// Synchronized publisher: an XPUB socket, bound to tcp://*:5561, and a REP socket, bound to tcp://*:5562.
// When ten subscribers are there and subscribed, it sends 1,000,000 updates, and nobody misses one.

import { parseArgs } from "node:util";
import {
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqRepConnection,
  ZmqXPubConnection,
} from "tx0mq";

const { publisher: address, sync, subscribers, updates } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
// On the wire an XPUB is a PUB, but it tells us who subscribes and (verboser) who leaves. Instead of
// dropping what a slow subscriber has no room for, it makes send() wait (noDrop).
const publisher = new ZmqXPubConnection(factory, ZmqEndpoint.bind(address), {
  verboser: true,
  noDrop: true,
});
const service = new ZmqRepConnection(factory, ZmqEndpoint.bind(sync));
console.log(`syncpub listening on ${publisher.lastEndpoint}, hellos on ${service.lastEndpoint}`);

for (let hello = 1; hello <= subscribers; hello++) {
  await service.receive();
  await service.send("");
  console.log(`Hello from subscriber ${hello} of ${subscribers}`);
}
service.on("message", () => service.send("")); // whoever is late need not wait

// A hello may have overtaken its subscription, which takes another way. We are ready when both are here.
let subscribed = 0;
while (subscribed < subscribers) subscribed += await change();

console.log(`Broadcasting ${updates} updates`);
const began = performance.now();
for (let update = 0; update < updates; update++) await publisher.send("Rhubarb");
await publisher.send("END");
const rate = updates / ((performance.now() - began) / 1000);
console.log(`Sent ${updates} updates, ${Math.round(rate)} a second`);

while (subscribed > 0) subscribed += await change(); // they leave when they have it all
await factory.shutdown();

/** Waits for a subscription (1) or the end of one (-1). */
async function change(): Promise<number> {
  const frames = await publisher.receive();
  const kind = frames.length === 1 ? frames[0]?.at(0) : undefined;
  if (kind === 0 || kind === 1) return kind === 1 ? 1 : -1;
  console.error(`syncpub: refused a message that is no subscription: "${frames}"`);
  return 0;
}

interface Options {
  publisher: string;
  sync: string;
  subscribers: number;
  updates: number;
}

function commandLine(): Options {
  process.on("uncaughtException", (error) => {
    console.error(`syncpub: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        publisher: { type: "string", default: "tcp://*:5561" },
        sync: { type: "string", default: "tcp://*:5562" },
        subscribers: { type: "string", default: "10" },
        updates: { type: "string", default: "1000000" },
      },
    });
    const { publisher, sync } = values;
    const count = (name: "subscribers" | "updates"): number => {
      if (/^[1-9]\d{0,14}$/.test(values[name])) return Number(values[name]);
      throw new Error(`--${name} is a whole number from 1, not "${values[name]}"`);
    };
    return { publisher, sync, subscribers: count("subscribers"), updates: count("updates") };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    const flags = "[--publisher ADDRESS] [--sync ADDRESS] [--subscribers N] [--updates N]";
    console.error(`usage: syncpub ${flags}   (${why})`);
    process.exit(2);
  }
}
