// Hello World server with five worker threads: a ROUTER for clients, bound to tcp://*:5555, and a DEALER
// for the threads, bound to inproc://workers. Each thread is a hello world server of its own, with a REP.

import { once } from "node:events";
import { setTimeout as work } from "node:timers/promises";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import {
  proxy,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqRepConnection,
  ZmqRouterConnection,
} from "tx0mq";

interface Job {
  name: string;
  backend: string;
  workTime: number;
}

// The context that all threads share is what lets inproc reach from one to another. Sockets are never
// shared: each belongs to the thread that made it.
const factory = new ZmqFactory({ shared: true });
await (isMainThread ? serve() : answer(workerData));

async function serve(): Promise<void> {
  const { frontend, backend, threads, workTime } = commandLine();
  const clients = new ZmqRouterConnection(factory, ZmqEndpoint.bind(frontend));
  const workers = new ZmqDealerConnection(factory, ZmqEndpoint.bind(backend));

  const pool = Array.from({ length: threads }, (_, n) =>
    thread({ name: `worker ${n + 1}`, backend: `${workers.lastEndpoint}`, workTime }),
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => stop(pool, signal));
  }
  await Promise.all(pool.map((worker) => once(worker, "message"))); // so that all get their share
  console.log(`mtserver listening on ${clients.lastEndpoint}, with ${threads} worker threads`);

  proxy(clients, workers); // passes requests and replies on, in a thread of its own
}

/** Signals reach the main thread alone, and a socket over inproc ends when its peer has let go of it. */
async function stop(pool: readonly Worker[], signal: NodeJS.Signals): Promise<void> {
  for (const worker of pool) worker.postMessage("stop");
  await factory.shutdown();
  process.kill(process.pid, signal); // which nobody listens to any more: a shell sees what it expects
}

async function answer({ name, backend, workTime }: Job): Promise<void> {
  const responder = new ZmqRepConnection(factory, ZmqEndpoint.connect(backend));
  parentPort?.once("message", () => factory.shutdown());
  parentPort?.postMessage("ready");
  for await (const [request] of responder) {
    console.log(`${name} received ${request}`);
    await work(workTime);
    if (responder.closed) return;
    await responder.send("World");
    console.log(`${name} replied`);
  }
}

/** A thread that runs this file. Before Node 22 tsx has to be loaded into it by hand. */
function thread(job: Job): Worker {
  const options = { workerData: job };
  if (Number.parseInt(process.versions.node, 10) >= 22) {
    return new Worker(new URL(import.meta.url), options);
  }
  const [tsx, self] = [import.meta.resolve("tsx/esm/api"), import.meta.url];
  const load = `import("${tsx}").then(({ register }) => { register(); return import("${self}"); })`;
  return new Worker(load, { eval: true, ...options });
}

interface Options {
  frontend: string;
  backend: string;
  threads: number;
  workTime: number;
}

function commandLine(): Options {
  process.on("uncaughtException", (error) => {
    console.error(`mtserver: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        frontend: { type: "string", default: "tcp://*:5555" },
        backend: { type: "string", default: "inproc://workers" },
        threads: { type: "string", default: "5" },
        work: { type: "string", default: "1000" },
      },
    });
    const { frontend, backend } = values;
    const [threads, workTime] = [Number(values.threads), Number(values.work)];
    if (!/^[1-9]\d?$/.test(values.threads)) {
      throw new Error(`--threads is a whole number from 1 to 99, not "${values.threads}"`);
    }
    if (!(workTime >= 0 && workTime < 2 ** 31)) {
      throw new Error(`--work is a number of ms, not "${values.work}"`);
    }
    return { frontend, backend, threads, workTime };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    const flags = "[--frontend ADDRESS] [--backend ADDRESS] [--threads N] [--work MS]";
    console.error(`usage: mtserver ${flags}   (${why})`);
    process.exit(2);
  }
}
