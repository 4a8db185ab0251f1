// Pub-sub envelope subscriber: a SUB socket, connected to tcp://localhost:5563.
// Subscribes to the messages whose envelope begins with "B", and prints envelope and contents.

import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqSubConnection } from "tx0mq";

const { endpoint } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const subscriber = new ZmqSubConnection(factory, ZmqEndpoint.connect(endpoint));
subscriber.subscribe("B");

for await (const frames of subscriber) {
  const [address, contents] = frames;
  if (frames.length === 2) console.log(`[${address}] ${contents}`);
  else console.error(`psenvsub: refused a message of ${frames.length} frame(s) instead of 2`);
}

function commandLine(): { endpoint: string } {
  process.on("uncaughtException", (error) => {
    console.error(`psenvsub: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    return parseArgs({
      options: { endpoint: { type: "string", default: "tcp://localhost:5563" } },
    }).values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: psenvsub [--endpoint ADDRESS]   (${why})`);
    process.exit(2);
  }
}
