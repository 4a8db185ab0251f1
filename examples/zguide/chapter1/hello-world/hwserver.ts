// Hello World server: a REP socket, bound to tcp://*:5555.
// Receives "Hello", works for a second, replies "World", and so on for ever.

import { setTimeout as work } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqRepConnection } from "tx0mq";

const { endpoint, workTime } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const responder = new ZmqRepConnection(factory, ZmqEndpoint.bind(endpoint));
console.log(`hwserver listening on ${responder.lastEndpoint}`);

for await (const [request] of responder) {
  console.log(`Received ${request}`);
  await work(workTime);
  await responder.send("World");
}

function commandLine(): { endpoint: string; workTime: number } {
  process.on("uncaughtException", (error) => {
    console.error(`hwserver: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        endpoint: { type: "string", default: "tcp://*:5555" },
        work: { type: "string", default: "1000" },
      },
    });
    const workTime = Number(values.work);
    if (!(workTime >= 0)) throw new Error(`--work is a number of ms, not "${values.work}"`);
    return { endpoint: values.endpoint, workTime };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: hwserver [--endpoint ADDRESS] [--work MS]   (${why})`);
    process.exit(2);
  }
}
