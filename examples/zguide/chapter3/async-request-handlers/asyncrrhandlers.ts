// A handler for each request: a ROUTER at tcp://*:5570 starts one whenever a request comes, and each
// hands in its reply through a DEALER of its own at inproc://backend. 100 DEALER clients try it.

import { setTimeout as work } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqRouterConnection,
} from "tx0mq";

const LARGEST = 1024 * 1024; // bytes of a request that is handled

const { role, endpoint, clients, handlers, workTime } = commandLine();

const factory = new ZmqFactory({ maxSockets: 8192 });
factory.registerForShutdown();
const server = role === "client" ? endpoint : serve();
if (role !== "server") {
  const began = performance.now();
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  const elapsed = (performance.now() - began) / 1000;
  console.log(`Total time elapsed: ${elapsed.toFixed(2)} seconds`);
  console.log(`Number of requests processed: ${clients}`);
  if (role === "all") console.log(`Time that each of them took: ${workTime / 1000} seconds`);
  console.log(`Time per request, side by side: ${(elapsed / clients).toFixed(4)} seconds`);
  await factory.shutdown();
}

async function client(number: number): Promise<void> {
  const routingId = `id_${process.pid}_${number}`;
  const socket = new ZmqDealerConnection(factory, ZmqEndpoint.connect(server), { routingId });
  await socket.send(`[request from client ${routingId}]`);
  console.log(`Client ${routingId} sent its request`);
  const [reply] = await socket.receive();
  console.log(`Client ${routingId} received reply: ${reply}`);
}

function serve(): string {
  const frontend = new ZmqRouterConnection(factory, ZmqEndpoint.bind(endpoint));
  const backend = new ZmqDealerConnection(factory, ZmqEndpoint.bind("inproc://backend"));
  let running = 0;

  frontend.on("message", async (frames) => {
    const [id, request] = frames;
    const size = frames.slice(1).reduce((sum, { length }) => sum + length, 0);
    if (!id || !request || frames.length !== 2 || size === 0 || size > LARGEST) {
      console.error(`asyncrrhandlers: refused ${frames.length - 1} frames of ${size} B`);
      return;
    }
    console.log(`Server received ${request}`);
    running += 1;
    if (running === handlers) frontend.pause(); // further requests wait in ZeroMQ
    try {
      await handle(id, request);
    } finally {
      running -= 1;
      frontend.resume();
    }
  });
  frontend.on("error", (error) => {
    // Handlers that are at work when all ends have nowhere to hand their replies in.
    if (!factory.closed) console.error(`asyncrrhandlers: ${error.message}`);
  });

  backend.on("message", (frames) => {
    console.log(`Server sends to the frontend: ${frames[1]}`);
    return frontend.send(frames);
  });

  console.log(`asyncrrhandlers listening on ${frontend.lastEndpoint}`);
  return String(frontend.lastEndpoint).replace("//0.0.0.0:", "//127.0.0.1:");
}

/** A handler has its request and a socket, and is gone when it has replied. */
async function handle(id: Buffer, request: Buffer): Promise<void> {
  await using handler = new ZmqDealerConnection(factory, ZmqEndpoint.connect("inproc://backend"));
  console.log(`Request handler started to process ${request}`);
  await work(workTime);
  await handler.send([id, request]);
  console.log(`Request handler quits after ${request}`);
}

interface Settings {
  role: string;
  endpoint: string;
  clients: number;
  handlers: number;
  workTime: number;
}

function commandLine(): Settings {
  process.on("uncaughtException", (error) => {
    console.error(`asyncrrhandlers: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        role: { type: "string", default: "all" },
        endpoint: { type: "string" },
        clients: { type: "string", default: "100" },
        handlers: { type: "string", default: "1000" },
        work: { type: "string", default: "5000" },
      },
    });
    const { role } = values;
    if (!["all", "server", "client"].includes(role)) {
      throw new Error(`--role is all, server or client, not "${role}"`);
    }
    const number = (name: "clients" | "handlers" | "work", least: number, most: number) => {
      const value = Number(values[name] || Number.NaN);
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      throw new Error(`--${name} is a number from ${least} to ${most}, not "${values[name]}"`);
    };
    return {
      role,
      endpoint: values.endpoint ?? `tcp://${role === "client" ? "localhost" : "*"}:5570`,
      clients: number("clients", 1, 1000),
      handlers: number("handlers", 1, 1000),
      workTime: number("work", 0, 3_600_000),
    };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(
      `usage: asyncrrhandlers [--role all|server|client] [--endpoint ADDRESS] [--clients N] [--handlers N] [--work MS]   (${why})`,
    );
    process.exit(2);
  }
}
