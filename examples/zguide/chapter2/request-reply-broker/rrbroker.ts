// Request-reply broker: a ROUTER for clients at tcp://*:5559 and a DEALER for workers at
// tcp://*:5560. Clients and workers come and go, and know nothing but the broker.

import { parseArgs } from "node:util";
import {
  type ZmqConnection,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqRouterConnection,
} from "tx0mq";

const addresses = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const frontend = new ZmqRouterConnection(factory, ZmqEndpoint.bind(addresses.frontend));
const backend = new ZmqDealerConnection(factory, ZmqEndpoint.bind(addresses.backend));
console.log(`rrbroker listening on ${frontend.lastEndpoint}, workers on ${backend.lastEndpoint}`);

// A request goes to the next worker in turn. Its reply still carries the identity that the ROUTER put
// in front of it, and so finds its way back.
await Promise.all([forward(frontend, backend), forward(backend, frontend)]);

// Where no worker is there, the send waits, and nothing more is taken from the clients meanwhile.
async function forward(from: ZmqConnection, to: ZmqConnection): Promise<void> {
  for await (const frames of from) await to.send(frames);
}

function commandLine(): { frontend: string; backend: string } {
  process.on("uncaughtException", (error) => {
    console.error(`rrbroker: ${error.message}`);
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
    console.error(`usage: rrbroker [--frontend ADDRESS] [--backend ADDRESS]   (${why})`);
    process.exit(2);
  }
}
