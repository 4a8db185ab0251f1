// Load-balancing broker as a reactor: a ROUTER for clients at ipc://frontend.ipc, a ROUTER for workers
// at ipc://backend.ipc, and a handler for each. That of the frontend is there while a worker is free.

import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  EMPTY,
  type Message,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqUnroutableError,
} from "tx0mq";

const READY = ["READY", "\x01"]; // what workers say in different languages
const LARGEST = 1_048_576; // bytes in a request or a reply
const LONGEST = 255; // bytes in an address
const TOO_MANY = 10; // requests lost in a row: the worker gets no more

const { role, name, ...options } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role === "client") await client();
else if (role === "worker") await worker();
else {
  const frontend = new ZmqRouterConnection(factory, ZmqEndpoint.bind(options.frontend), {
    handover: true, // a client that comes back is known by its name again
  });
  const backend = new ZmqRouterConnection(factory, ZmqEndpoint.bind(options.backend), {
    mandatory: true, // to hear of it when a worker is gone
  });
  console.log(
    `lbbroker3 listening on ${frontend.lastEndpoint}, workers on ${backend.lastEndpoint}`,
  );
  if (role === "all") cast(frontend, backend);
  broker(frontend, backend);
  await once(frontend, "close"); // until Ctrl-C
}
await factory.shutdown();

function broker(frontend: ZmqRouterConnection, backend: ZmqRouterConnection): void {
  const idle = new Map<string, Buffer>(); // free workers, the one that has waited longest first
  const busy = new Map<string, string>(); // the others, each with the client that it works for
  const losses = new Map<string, number>(); // of workers that lose requests, since the last reply of each
  const stranded: Letter[] = []; // requests whose worker was gone when there was no other

  backend.on("message", fromWorker);

  /** [worker, "", READY] or [worker, "", client, "", reply]: either way the worker is free now. */
  function fromWorker(message: Message): void {
    const [worker = EMPTY, delimiter, ...reply] = message;
    const id = hex(worker);
    const lost = losses.get(id) ?? 0;
    const ready = lost < TOO_MANY && isLetter(message) && READY.includes(String(message[2]));
    const owed = delimiter?.length === 0 && isLetter(reply) && busy.get(id) === hex(reply[0]);
    if (!ready && !owed) {
      refuse(message, "worker");
      return;
    }
    if (owed) losses.delete(id);
    else if (busy.has(id)) {
      losses.set(id, lost + 1);
      console.error(`lbbroker3: worker ${id} has lost its request`);
    }
    if (owed) void frontend.send(reply);
    busy.delete(id);
    idle.set(id, worker);
    const request = stranded.shift();
    if (request !== undefined) void assign(request);
    else if (frontend.listenerCount("message") === 0) frontend.on("message", fromClient);
  }

  /** [client, "", request] */
  function fromClient(message: Message): void {
    if (isLetter(message)) void assign(message);
    else refuse(message, "client");
  }

  /** Gives the request to the worker that has waited longest, or to the next one if that is gone. */
  async function assign(request: Letter): Promise<void> {
    const [first] = idle;
    if (first === undefined) {
      stranded.push(request);
      return;
    }
    const [id, worker] = first;
    idle.delete(id);
    busy.set(id, hex(request[0]));
    // No worker is free: from here on nobody looks at the clients, whose requests stay in ZeroMQ.
    if (idle.size === 0) frontend.off("message", fromClient);
    try {
      await backend.send([worker, EMPTY, ...request]);
    } catch (error) {
      if (!(error instanceof ZmqUnroutableError)) throw error; // else it died while it was free
      busy.delete(id);
      await assign(request);
    }
  }

  function refuse(message: Message, from: string): void {
    const who = `${from} ${hex(message[0] ?? EMPTY)}`;
    console.error(`lbbroker3: refused a message of ${message.length} frames from ${who}`);
  }
}

function hex(id: Buffer): string {
  return id.toString("hex");
}

/** What a REQ sends looks like this to a ROUTER. */
type Letter = [address: Buffer, delimiter: Buffer, content: Buffer];

function isLetter(frames: Buffer[]): frames is Letter {
  const [address = EMPTY, delimiter, content] = frames;
  const framed = frames.length === 3 && delimiter?.length === 0;
  const addressed = address.length > 0 && address.length <= LONGEST;
  return framed && addressed && (content?.length ?? 0) <= LARGEST;
}

async function worker(): Promise<void> {
  const socket = new ZmqReqConnection(factory, ZmqEndpoint.connect(options.backend), {
    routingId: name,
  });
  await socket.send("READY");
  for await (const message of socket) {
    if (isLetter(message)) {
      const [client, , request] = message;
      console.log(`${name}: ${request}`);
      await sleep(options.work);
      await socket.send([client, EMPTY, "OK"]);
    } else {
      console.error(`lbbroker3: ${name} refused a message of ${message.length} frames`);
      await socket.send("READY");
    }
  }
}

async function client(): Promise<void> {
  const socket = new ZmqReqConnection(factory, ZmqEndpoint.connect(options.frontend), {
    routingId: name,
  });
  for (;;) {
    await socket.send("HELLO");
    const [reply] = await socket.receive();
    console.log(`${name}: ${reply}`);
    await sleep(options.pause);
  }
}

/** Starts clients and workers as processes that end with this one. */
function cast(frontend: ZmqRouterConnection, backend: ZmqRouterConnection): void {
  const addresses = ["--frontend", reachable(frontend), "--backend", reachable(backend)];
  const start = (role: string, name: string) =>
    fork(fileURLToPath(import.meta.url), [
      ...[...process.argv.slice(2), ...addresses, "--role", role, "--name", name],
    ]);
  for (let n = 0; n < options.clients; n++) start("client", `Client-${n}`);
  for (let n = 0; n < options.workers; n++) start("worker", `Worker-${n}`);
}

/** Where a socket that is bound to all interfaces is connected to on this machine. */
function reachable({ lastEndpoint = "" }: ZmqRouterConnection): string {
  return lastEndpoint.replace("//0.0.0.0:", "//127.0.0.1:");
}

function commandLine() {
  process.on("uncaughtException", (error) => {
    console.error(`lbbroker3: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  // A process that another lbbroker3 has started ends with it.
  const end = () => process.kill(process.pid, "SIGTERM");
  process.once("disconnect", end);
  if (process.connected === false) end(); // it has ended already
  process.channel?.unref();
  try {
    const { values } = parseArgs({
      options: {
        role: { type: "string", default: "all" },
        name: { type: "string" },
        frontend: { type: "string", default: "ipc://frontend.ipc" },
        backend: { type: "string", default: "ipc://backend.ipc" },
        clients: { type: "string", default: "10" },
        workers: { type: "string", default: "3" },
        work: { type: "string", default: "0" },
        pause: { type: "string", default: "1000" },
      },
    });
    const { role, frontend, backend } = values;
    if (!["all", "broker", "client", "worker"].includes(role)) {
      throw new Error(`--role is all, broker, client or worker, not "${role}"`);
    }
    const name = values.name ?? `${role === "client" ? "Client" : "Worker"}-${process.pid}`;
    if (!/^[!-~]{1,255}$/.test(name)) {
      throw new Error(`--name is 1 to 255 printable characters, not "${name}"`);
    }
    const clients = number("clients", values.clients);
    const workers = number("workers", values.workers);
    const work = number("work", values.work);
    const pause = number("pause", values.pause);
    return { role, name, frontend, backend, clients, workers, work, pause };
  } catch (error) {
    const flags =
      "[--role all|broker|client|worker] [--frontend ADDRESS] [--backend ADDRESS] [--clients N] [--workers N] [--work MS] [--pause MS] [--name NAME]";
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: lbbroker3 ${flags}   (${why})`);
    process.exit(2);
  }
}

function number(flag: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Error(`--${flag} is a whole number, 0 to 999999999, not "${value}"`);
}
