// Asynchronous client/server: DEALER clients, and a server whose ROUTER at tcp://*:5570 and DEALER at
// inproc://backend deal requests to five worker threads. A request gets zero to four replies.

import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import {
  proxy,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqRouterConnection,
} from "tx0mq";

const LARGEST = 1024 * 1024; // bytes of a request that a worker takes

const factory = new ZmqFactory({ shared: true }); // so that all threads see inproc://backend
const threads: Worker[] = [];
const ends: Promise<unknown>[] = []; // each resolves when a thread's socket is closed
if (isMainThread) await main(commandLine());
else {
  await worker(workerData).catch((error) => {
    if (!factory.closed) throw error;
  });
}

async function main(settings: Settings) {
  factory.registerForShutdown();
  const address = settings.role === "client" ? settings.endpoint : await serve(settings);
  if (settings.role === "server") return;
  await Promise.all(Array.from({ length: settings.clients }, () => client(address, settings)));
}

/** Sends a request each period, and prints the replies as they come: neither waits for the other. */
async function client(address: string, { requests, period }: Settings) {
  const name = randomBytes(4).toString("hex").toUpperCase();
  const socket = new ZmqDealerConnection(factory, ZmqEndpoint.connect(address), {
    routingId: name,
  });
  socket.on("message", (reply) => console.log(`Client ${name} received: ${reply}`));
  for (let request = 1; request <= requests; request++) {
    console.log(`Client ${name} sends: request #${request}`);
    await socket.send(`request #${request}`);
    await sleep(period);
  }
}

/** The ROUTER puts the client's identity before each request; the DEALER deals them to the workers. */
async function serve({ endpoint, workers, pause }: Settings): Promise<string> {
  const frontend = new ZmqRouterConnection(factory, ZmqEndpoint.bind(endpoint));
  const backend = new ZmqDealerConnection(factory, ZmqEndpoint.bind("inproc://backend"));
  frontend.once("close", () => {
    // Each thread closes its own socket; the backend cannot end while one has requests to read.
    for (const worker of threads) worker.postMessage("end");
  });
  for (let number = 1; number <= workers; number++) {
    const worker = thread({ number, pause });
    threads.push(worker);
    ends.push(
      new Promise((resolve) => {
        worker.on("message", (state) => state === "ended" && resolve(state)).on("exit", resolve);
      }),
    );
  }
  await Promise.all(threads.map((worker) => once(worker, "message"))); // or the first gets all
  proxy(frontend, backend);
  console.log(`asyncsrv listening on ${frontend.lastEndpoint}`);
  return String(frontend.lastEndpoint).replace("//0.0.0.0:", "//127.0.0.1:");
}

/** A worker has one request at a time in hand, and sends each reply under the identity it came with. */
async function worker({ number, pause }: { number: number; pause: number }) {
  const socket = new ZmqDealerConnection(factory, ZmqEndpoint.connect("inproc://backend"));
  parentPort?.postMessage("ready");
  parentPort?.once("message", () =>
    factory.shutdown().then(() => parentPort?.postMessage("ended")),
  );
  for await (const frames of socket) {
    const [client, request] = frames;
    if (client === undefined || request === undefined || !isRequest(frames)) {
      console.error(
        `asyncsrv: refused a message of ${frames.length - 1} frames, ${size(frames)} B`,
      );
      continue;
    }
    const replies = randomInt(5);
    console.log(`Worker ${number} received: ${request} from ${client}, replies: ${replies}`);
    for (let reply = 0; reply < replies; reply++) {
      await sleep(randomInt(pause + 1));
      await socket.send([client, request]);
    }
  }
}

function isRequest(frames: Buffer[]): boolean {
  return frames.length === 2 && size(frames) > 0 && size(frames) <= LARGEST;
}

function size([, ...message]: Buffer[]): number {
  return message.reduce((sum, frame) => sum + frame.length, 0);
}

/** A thread that runs this file. Before Node 22 tsx has to be loaded into it by hand. */
function thread(workerData: unknown): Worker {
  if (Number.parseInt(process.versions.node, 10) >= 22) {
    return new Worker(new URL(import.meta.url), { workerData });
  }
  const [tsx, self] = [import.meta.resolve("tsx/esm/api"), import.meta.url];
  const load = `import("${tsx}").then(({ register }) => { register(); return import("${self}"); })`;
  return new Worker(load, { eval: true, workerData });
}

interface Settings {
  role: string;
  endpoint: string;
  clients: number;
  workers: number;
  requests: number;
  period: number;
  pause: number;
}

function commandLine(): Settings {
  process.on("uncaughtException", async (error) => {
    if (process.exitCode === undefined) console.error(`asyncsrv: ${error.message}`);
    process.exitCode ??= error instanceof ZmqEndpointError ? 2 : 1;
    await factory.shutdown();
    await Promise.all(ends); // a thread that is cut off with an open socket crashes the process
    process.exit();
  });
  try {
    const { values } = parseArgs({
      options: {
        role: { type: "string", default: "all" },
        endpoint: { type: "string" },
        clients: { type: "string", default: "3" },
        workers: { type: "string", default: "5" },
        requests: { type: "string", default: "Infinity" },
        period: { type: "string", default: "1000" },
        pause: { type: "string", default: "1000" },
      },
    });
    const { role } = values;
    if (!["all", "server", "client"].includes(role)) {
      throw new Error(`--role is all, server or client, not "${role}"`);
    }
    const number = (name: "clients" | "workers" | "requests" | "period" | "pause", least = 0) => {
      const value = Number(values[name]);
      if (values[name] === "Infinity" && name === "requests") return value;
      if (/^\d{1,9}$/.test(values[name]) && value >= least) return value;
      throw new Error(`--${name} is a whole number, ${least} or more, not "${values[name]}"`);
    };
    return {
      role,
      endpoint: values.endpoint ?? `tcp://${role === "client" ? "localhost" : "*"}:5570`,
      clients: number("clients", 1),
      workers: number("workers", 1),
      requests: number("requests"),
      period: number("period"),
      pause: number("pause"),
    };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(
      `usage: asyncsrv [--role all|server|client] [--endpoint ADDRESS] [--clients N] [--workers N] [--requests N] [--period MS] [--pause MS]   (${why})`,
    );
    process.exit(2);
  }
}
