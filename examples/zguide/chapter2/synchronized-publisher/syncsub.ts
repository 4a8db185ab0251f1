// Synchronized subscriber: a SUB socket, connected to tcp://localhost:5561, and a REQ socket, connected
// to tcp://localhost:5562. Subscribes, says hello, and counts the updates until it gets "END".

import { once } from "node:events";
import { parseArgs } from "node:util";
import {
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqReqConnection,
  ZmqSubConnection,
} from "tx0mq";

const addresses = commandLine();
const publisher = ZmqEndpoint.connect(addresses.publisher);
const service = ZmqEndpoint.connect(addresses.sync);
const END = Buffer.from("END");

const factory = new ZmqFactory();
factory.registerForShutdown();

// 1. Subscribe, and wait for the publisher's handshake: the subscription leaves right behind it.
const subscriber = new ZmqSubConnection(factory);
subscriber.subscribe("");
const connected = once(subscriber, "handshakeSucceeded");
subscriber.addEndpoints(publisher);
await connected;

// 2. Only now connect the other socket and say hello, so that the subscription has a good start.
const client = new ZmqReqConnection(factory, service);
await client.send("");
await client.receive();

// 3. Count.
let updates = 0;
let began = 0;
for (;;) {
  const [update] = await subscriber.receive();
  if (began === 0) began = performance.now();
  if (update?.equals(END)) break;
  updates++;
}
const rate = updates / ((performance.now() - began) / 1000);
console.log(`Received ${updates} updates, ${Math.round(rate)} a second`);
await factory.shutdown();

function commandLine(): { publisher: string; sync: string } {
  process.on("uncaughtException", (error) => {
    console.error(`syncsub: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    return parseArgs({
      options: {
        publisher: { type: "string", default: "tcp://localhost:5561" },
        sync: { type: "string", default: "tcp://localhost:5562" },
      },
    }).values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: syncsub [--publisher ADDRESS] [--sync ADDRESS]   (${why})`);
    process.exit(2);
  }
}
