// Message queue: the request-reply broker, on the built-in proxy. A ROUTER for clients at
// tcp://*:5559, a DEALER for workers at tcp://*:5560, and one call that passes messages both ways.

import { parseArgs } from "node:util";
import {
  proxy,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqRouterConnection,
} from "tx0mq";

const addresses = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the proxy
const frontend = new ZmqRouterConnection(factory, ZmqEndpoint.bind(addresses.frontend));
const backend = new ZmqDealerConnection(factory, ZmqEndpoint.bind(addresses.backend));
console.log(`msgqueue listening on ${frontend.lastEndpoint}, workers on ${backend.lastEndpoint}`);

await proxy(frontend, backend).ended;

function commandLine(): { frontend: string; backend: string } {
  process.on("uncaughtException", (error) => {
    console.error(`msgqueue: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    return parseArgs({
      options: {
        frontend: { type: "string", default: "tcp://*:5559" },
        backend: { type: "string", default: "tcp://*:5560" },
      },
    }).values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: msgqueue [--frontend ADDRESS] [--backend ADDRESS]   (${why})`);
    process.exit(2);
  }
}
