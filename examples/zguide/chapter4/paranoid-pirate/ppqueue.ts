// Paranoid Pirate queue: a ROUTER for clients, bound to tcp://*:5555, and a ROUTER for workers, bound
// to tcp://*:5556. Queue and workers exchange heartbeats; a worker that is silent for too long is gone.

import { type Message, poll, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { heartbeat, liveness, ...addresses } = flags({
  frontend: "tcp://*:5555",
  backend: "tcp://*:5556",
  heartbeat: 1000, // ms between two
  liveness: 3, // so many missed ones, and a worker is gone
});
const READY = "\x01";
const HEARTBEAT = "\x02";

interface Worker {
  readonly address: Buffer;
  readonly state: "free" | "busy";
  expiry: number;
}

const factory = new ZmqFactory();
factory.registerForShutdown();
const frontend = new ZmqRouterConnection(factory, { bind: addresses.frontend });
// A mandatory ROUTER says so when a peer is gone.
const backend = new ZmqRouterConnection(factory, { bind: addresses.backend }, { mandatory: true });
console.log(`ppqueue listening on ${frontend.address}, workers on ${backend.address}`);

const workers = new Map<string, Worker>(); // the one that is free for longest first
let heartbeatAt = performance.now() + heartbeat;

while (!backend.closed) {
  const { readable } = await poll(
    { readable: nextFree() ? [backend, frontend] : [backend] },
    { timeout: Math.max(0, heartbeatAt - performance.now()) },
  );
  if (readable.has(backend)) await fromWorker(await backend.receive());
  if (nextFree() && readable.has(frontend)) await fromClient(await frontend.receive());
  if (performance.now() >= heartbeatAt) await beat();
}

// [worker, signal] or [worker, client, "", reply]. A proxy on the way adds an address before the "".
async function fromWorker([address, ...message]: Message): Promise<void> {
  const signal = message.length === 1 ? String(message[0]) : undefined;
  const known = workers.get(address.toString("hex"));
  if (signal === HEARTBEAT && known) known.expiry = performance.now() + heartbeat * liveness;
  else if (signal === READY || signal === HEARTBEAT) put(address, "free");
  else if (hasEnvelope(message)) {
    put(address, "free");
    await frontend.send(message);
  } else refuse("worker", [address, ...message]);
}

// [client, "", request]
async function fromClient(request: Message): Promise<void> {
  if (!hasEnvelope(request)) return refuse("client", request);
  for (let worker = nextFree(); worker; worker = nextFree()) {
    put(worker, "busy");
    if (await toWorker(worker, ...request)) return;
  } // no worker is left: the client asks again
}

/** @returns whether it could be sent: a worker whose connection is gone is forgotten */
async function toWorker(address: Buffer, ...message: (Buffer | string)[]): Promise<boolean> {
  try {
    await backend.send([address, ...message]);
    return true;
  } catch {
    if (!backend.closed) forget(address, "is gone");
    return false;
  }
}

function hasEnvelope(message: readonly Buffer[]): boolean {
  return message.findIndex((frame) => frame.length === 0) > 0;
}

function refuse(from: string, { length }: Message): void {
  console.error(`ppqueue: invalid message from a ${from}: ${length} frames`);
}

function nextFree(): Buffer | undefined {
  for (const { address, state } of workers.values()) if (state === "free") return address;
  return undefined;
}

/** Puts a worker at the end of the list: it has just been heard, or given a request. */
function put(address: Buffer, state: Worker["state"]): void {
  const name = address.toString("hex");
  workers.delete(name);
  workers.set(name, { address, state, expiry: performance.now() + heartbeat * liveness });
}

async function beat(): Promise<void> {
  heartbeatAt = performance.now() + heartbeat;
  for (const { address, expiry } of workers.values()) {
    if (performance.now() < expiry) await toWorker(address, HEARTBEAT);
    else forget(address, "expired");
  }
}

function forget(address: Buffer, why: string): void {
  const name = address.toString("hex");
  workers.delete(name);
  const isText = /^[\x20-\x7e]+$/.test(`${address}`); // a made-up routing id is not
  console.log(`ppqueue: worker ${isText ? address : name} ${why}`);
}
