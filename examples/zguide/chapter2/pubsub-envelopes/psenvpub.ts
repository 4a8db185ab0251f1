// Pub-sub envelope publisher: a PUB socket, bound to tcp://*:5563.
// Each second it sends a message of type A and one of type B, the type in a frame of its own.

import { setInterval as every } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqPubConnection } from "tx0mq";

const { endpoint, period } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const publisher = new ZmqPubConnection(factory, ZmqEndpoint.bind(endpoint));
console.log(`psenvpub listening on ${publisher.lastEndpoint}`);

for await (const _ of every(period)) {
  await publisher.publish("We don't want to see this", "A"); // two frames: "A", then the text
  await publisher.publish("We would like to see this", "B");
}

function commandLine(): { endpoint: string; period: number } {
  process.on("uncaughtException", (error) => {
    console.error(`psenvpub: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        endpoint: { type: "string", default: "tcp://*:5563" },
        period: { type: "string", default: "1000" },
      },
    });
    const period = Number(values.period);
    if (!(period >= 1 && period < 2 ** 31)) {
      throw new Error(`--period is a number of ms, not "${values.period}"`);
    }
    return { endpoint: values.endpoint, period };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: psenvpub [--endpoint ADDRESS] [--period MS]   (${why})`);
    process.exit(2);
  }
}
