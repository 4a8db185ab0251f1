// Hello World server in three parts: a ROUTER for clients at tcp://*:5555, a DEALER for workers at
// tcp://*:5556, and a worker. One event loop runs all three, and more workers may join from outside.

import { setTimeout as work } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  type ZmqConnection,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqRepConnection,
  ZmqRouterConnection,
} from "tx0mq";

const addresses = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const frontend = new ZmqRouterConnection(factory, ZmqEndpoint.bind(addresses.frontend));
const backend = new ZmqDealerConnection(factory, ZmqEndpoint.bind(addresses.backend));
const worker = new ZmqRepConnection(factory, backend.endpoints.map(reachable));
console.log(
  `hwserver-proxy listening on ${frontend.lastEndpoint}, workers on ${backend.lastEndpoint}`,
);

// The ROUTER puts the client's identity in front of each request, and takes it off the reply to find
// the way back. Nobody between has to look at it.
await Promise.all([forward(frontend, backend), forward(backend, frontend), serve()]);

async function forward(from: ZmqConnection, to: ZmqConnection): Promise<void> {
  for await (const frames of from) await to.send(frames);
}

async function serve(): Promise<void> {
  for await (const [request] of worker) {
    console.log(`Received ${request}`);
    await work(addresses.workTime);
    await worker.send("World");
  }
}

/** Where a socket that is bound to all interfaces is connected to on this machine. */
function reachable({ address }: ZmqEndpoint): ZmqEndpoint {
  return ZmqEndpoint.connect(address.replace("//0.0.0.0:", "//127.0.0.1:"));
}

function commandLine(): { frontend: string; backend: string; workTime: number } {
  process.on("uncaughtException", (error) => {
    console.error(`hwserver-proxy: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        frontend: { type: "string", default: "tcp://*:5555" },
        backend: { type: "string", default: "tcp://*:5556" },
        work: { type: "string", default: "1000" },
      },
    });
    const workTime = Number(values.work);
    if (!(workTime >= 0)) throw new Error(`--work is a number of ms, not "${values.work}"`);
    return { ...values, workTime };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(
      `usage: hwserver-proxy [--frontend ADDRESS] [--backend ADDRESS] [--work MS]   (${why})`,
    );
    process.exit(2);
  }
}
