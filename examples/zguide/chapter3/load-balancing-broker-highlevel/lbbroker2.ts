// Load-balancing broker on the library's message helpers: a ROUTER for clients at ipc://frontend.ipc,
// a ROUTER for workers at ipc://backend.ipc, and one loop for each.

import { fork } from "node:child_process";
import { EventEmitter, on } from "node:events";
import { setTimeout as work } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  EMPTY,
  type Message,
  type Unwrapped,
  unwrap,
  wrap,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqProtocolError,
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
    `lbbroker2 listening on ${frontend.lastEndpoint}, workers on ${backend.lastEndpoint}`,
  );
  if (role === "all") cast(frontend, backend);
  await broker(frontend, backend);
}
await factory.shutdown();

async function broker(frontend: ZmqRouterConnection, backend: ZmqRouterConnection): Promise<void> {
  const queue = new EventEmitter<{ free: [worker: Buffer] }>();
  const jobs = new Map<string, string>(); // the client that each worker works for, or FREE
  const losses = new Map<string, number>(); // of workers that lose requests, since the last reply of each
  const FREE = "";
  await Promise.all([passRequests(), passReplies()]);

  async function passReplies(): Promise<void> {
    for await (const message of backend) {
      await passReply(message).catch((error) => refuse(error, message));
    }
  }

  /** A worker that says READY, or replies, is free. */
  async function passReply(message: Message): Promise<void> {
    const { address: worker, envelope, body } = unwrap(message);
    const id = hex(worker);
    const job = jobs.get(id);
    const lost = losses.get(id) ?? 0;
    const ready = body.length === 1 && body[0].length < 8 && READY.includes(String(body[0]));
    const due = body.length > 1 && hex(open(body).address) === job;
    if (envelope.length > 2 || !(due || (ready && lost < TOO_MANY))) {
      throw new ZmqProtocolError("neither READY nor a reply that is due", message);
    }
    if (due) {
      losses.delete(id);
      await frontend.send(body);
    } else if (job) {
      losses.set(id, lost + 1);
      console.error(`lbbroker2: worker ${id} has lost its request`);
    }
    jobs.set(id, FREE);
    if (job !== FREE) queue.emit("free", worker);
  }

  async function passRequests(): Promise<void> {
    let request: Message | undefined;
    for await (const [worker] of on(queue, "free") as AsyncIterable<[Buffer]>) {
      request ??= await nextRequest(); // until a worker is free, requests stay in ZeroMQ
      jobs.set(hex(worker), hex(open(request).address));
      try {
        await backend.send(wrap(worker, request));
        request = undefined;
      } catch (error) {
        if (!(error instanceof ZmqUnroutableError)) throw error;
        jobs.delete(hex(worker)); // it died while it was free: the request is for the next one
      }
    }
  }

  async function nextRequest(): Promise<Message> {
    for (;;) {
      const message = await frontend.receive();
      try {
        open(message);
        return message;
      } catch (error) {
        refuse(error, message);
      }
    }
  }
}

/** Opens a message that a REQ has sent: one address, one frame. */
function open(message: Message): Unwrapped {
  const { address, envelope, body } = unwrap(message);
  if (envelope.length > 2 || body.length > 1) {
    throw new ZmqProtocolError("more than one address or one frame", message);
  }
  if (address.length === 0 || address.length > LONGEST) {
    throw new ZmqProtocolError(`no address of 1 to ${LONGEST} bytes`, message);
  }
  if (body[0].length > LARGEST) {
    throw new ZmqProtocolError(`more than ${LARGEST} bytes`, message);
  }
  return { address, envelope, body };
}

function refuse(error: unknown, message: Message): void {
  if (!(error instanceof ZmqProtocolError)) throw error;
  const [from = EMPTY] = message;
  console.error(`lbbroker2: ${error.message} (${message.length} frames from ${hex(from)})`);
}

function hex(id: Buffer): string {
  return id.toString("hex");
}

async function worker(): Promise<void> {
  const socket = new ZmqReqConnection(factory, ZmqEndpoint.connect(options.backend), {
    routingId: name,
  });
  await socket.send("READY");
  for await (const message of socket) {
    try {
      const { envelope, body } = open(message);
      console.log(`${name}: ${body}`);
      await work(options.work);
      await socket.send([...envelope, "OK"]);
    } catch (error) {
      refuse(error, message);
      await socket.send("READY");
    }
  }
}

async function client(): Promise<void> {
  const socket = new ZmqReqConnection(factory, ZmqEndpoint.connect(options.frontend), {
    routingId: name,
  });
  await socket.send("HELLO");
  const [reply] = await socket.receive();
  console.log(`${name}: ${reply}`);
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
    console.error(`lbbroker2: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  // A process that another lbbroker2 has started ends with it.
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
    return { role, name, frontend, backend, clients, workers, work: number("work", values.work) };
  } catch (error) {
    const flags =
      "[--role all|broker|client|worker] [--frontend ADDRESS] [--backend ADDRESS] [--clients N] [--workers N] [--work MS] [--name NAME]";
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: lbbroker2 ${flags}   (${why})`);
    process.exit(2);
  }
}

function number(flag: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Error(`--${flag} is a whole number, 0 to 999999999, not "${value}"`);
}
