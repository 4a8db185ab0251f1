// Request-reply worker: a REP socket, connected to the broker at tcp://localhost:5560.
// Receives a request, works for a second, replies "World", and so on for ever.

import { setTimeout as work } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqRepConnection } from "tx0mq";

const { endpoint, workTime } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const responder = new ZmqRepConnection(factory, ZmqEndpoint.connect(endpoint));
console.log(`rrworker works for ${endpoint}`);

for await (const [request, ...more] of responder) {
  if (request?.length && more.length === 0) {
    console.log(`Received request: [${request}]`);
    await work(workTime);
    await responder.send("World");
  } else {
    console.error("rrworker: refused a request that is not one frame with something in it");
    await responder.send(""); // a REP owes a reply even so
  }
}

function commandLine(): { endpoint: string; workTime: number } {
  process.on("uncaughtException", (error) => {
    console.error(`rrworker: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        endpoint: { type: "string", default: "tcp://localhost:5560" },
        work: { type: "string", default: "1000" },
      },
    });
    const workTime = Number(values.work);
    if (!(workTime >= 0 && workTime < 2 ** 31))
      throw new Error(`--work is a number of ms, not "${values.work}"`);
    return { endpoint: values.endpoint, workTime };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: rrworker [--endpoint ADDRESS] [--work MS]   (${why})`);
    process.exit(2);
  }
}
