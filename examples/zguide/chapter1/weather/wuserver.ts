// Weather update server: a PUB socket, bound to tcp://*:5556.
// Publishes random weather for random zip codes, as fast as it can, whether anybody listens or not.

import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqPubConnection } from "tx0mq";

const { endpoint, first, last } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const publisher = new ZmqPubConnection(factory, ZmqEndpoint.bind(endpoint));
console.log(`wuserver listening on ${publisher.lastEndpoint}`);

for (;;) {
  const zipcode = `${between(first, last)}`.padStart(5, "0");
  const temperature = between(-80, 134);
  const humidity = between(10, 59);
  // Never waits for a subscriber. But awaited sends give the event loop a turn now and then.
  await publisher.send(`${zipcode} ${temperature} ${humidity}`);
}

function between(least: number, most: number): number {
  return least + Math.floor(Math.random() * (most - least + 1));
}

function commandLine(): { endpoint: string; first: number; last: number } {
  process.on("uncaughtException", (error) => {
    console.error(`wuserver: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        endpoint: { type: "string", default: "tcp://*:5556" },
        zipcodes: { type: "string", default: "00000-99999" },
      },
    });
    const [, first, last = first] = /^(\d{5})(?:-(\d{5}))?$/.exec(values.zipcodes) ?? [];
    if (first === undefined || last === undefined || first > last) {
      throw new Error(`--zipcodes is a range like 10000-10009, not "${values.zipcodes}"`);
    }
    return { endpoint: values.endpoint, first: Number(first), last: Number(last) };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: wuserver [--endpoint ADDRESS] [--zipcodes FIRST-LAST]   (${why})`);
    process.exit(2);
  }
}
