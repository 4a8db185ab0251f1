// Majordomo broker: a ROUTER for clients and workers, bound to tcp://*:5555. Each service has a queue of
// requests; the worker that is free for longest gets the next one. MDP/0.1 and MMI (RFC 7 and 8).

import { EMPTY, type Message, ZmqFactory, ZmqProtocolError, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import * as MDP from "./mdp.ts";

const { endpoint, heartbeat, liveness, patience, v } = flags({
  endpoint: "tcp://*:5555",
  heartbeat: 2500, // ms between two
  liveness: 3, // so many missed ones, and a worker is gone
  patience: 10_000, // ms that a request waits for a service that has no workers
  v: false, // print all messages
});
if (v) MDP.printMessages();

interface Request {
  readonly client: Buffer;
  readonly body: readonly Buffer[];
  readonly at: number;
}

interface Service {
  readonly name: string;
  readonly requests: Queue<Request>;
  readonly idle: Set<Worker>; // the one that is free for longest first
  workers: number; // idle or not
  desertedAt: number; // when the last of them went
}

interface Worker {
  readonly id: string;
  readonly address: Buffer;
  readonly service: Service;
  expiry: number;
}

const services = new Map<string, Service>(); // those that have workers, or requests
const workers = new Map<string, Worker>(); // the one that has been silent for longest first

const factory = new ZmqFactory();
factory.registerForShutdown();
// A mandatory ROUTER says so when a peer is gone.
const broker = new ZmqRouterConnection(factory, { bind: endpoint }, { mandatory: true });
broker.on("message", received);
setInterval(beat, heartbeat);
console.log(`mdbroker listening on ${broker.address}`);

function received(message: Message): void {
  purge();
  const [sender, delimiter, header, first, ...body] = message;
  const from = delimiter?.length === 0 ? String(header) : undefined;
  if (from === MDP.CLIENT && MDP.isName(first) && body.length > 0) {
    fromClient(sender, String(first), body);
  } else if (from === MDP.WORKER && isCommand(String(first), body)) {
    fromWorker(sender, String(first), body);
  } else throw new ZmqProtocolError("it is not of MDP/0.1", message);
}

function fromClient(client: Buffer, name: string, body: readonly Buffer[]): void {
  if (name.startsWith(MDP.INTERNAL)) {
    toClient(client, name, [name === "mmi.service" ? lookUp(String(body[0])) : "501"]);
  } else {
    const service = requireService(name);
    service.requests.push({ client, body, at: performance.now() });
    dispatch(service);
  }
}

/** Whether the service has workers. */
function lookUp(name: string): "200" | "404" {
  return (services.get(name)?.workers ?? 0) > 0 ? "200" : "404";
}

function fromWorker(address: Buffer, command: string, body: readonly Buffer[]): void {
  const id = address.toString("hex");
  const worker = workers.get(id);
  const name = String(body[0]);
  if (command === MDP.READY && worker === undefined && !name.startsWith(MDP.INTERNAL)) {
    register({ id, address, service: requireService(name), expiry: 0 });
  } else if (command === MDP.REPLY && worker !== undefined && !worker.service.idle.has(worker)) {
    const [client, , ...reply] = body as Message;
    toClient(client, worker.service.name, reply);
    alive(worker);
    worker.service.idle.add(worker);
    dispatch(worker.service);
  } else if (command === MDP.HEARTBEAT && worker !== undefined) {
    alive(worker);
  } else {
    // What is valid but unexpected ends the conversation. The worker opens a new one.
    if (worker !== undefined) forget(worker, "has left");
    if (command !== MDP.DISCONNECT) toWorker(address, MDP.DISCONNECT).catch(() => {});
  }
}

/** Whether it is what a worker may say. */
function isCommand(command: string, body: readonly Buffer[]): boolean {
  switch (command) {
    case MDP.READY:
      return body.length === 1 && MDP.isName(body[0]);
    case MDP.REPLY:
      return body.length >= 3 && body[1]?.length === 0;
    default:
      return [MDP.HEARTBEAT, MDP.DISCONNECT].includes(command) && body.length === 0;
  }
}

function requireService(name: string): Service {
  let service = services.get(name);
  if (service === undefined) {
    service = { name, requests: new Queue(), idle: new Set(), workers: 0, desertedAt: 0 };
    services.set(name, service);
  }
  return service;
}

function register(worker: Worker): void {
  alive(worker);
  worker.service.workers += 1;
  worker.service.idle.add(worker);
  console.log(`Worker ${worker.id} serves ${worker.service.name}`);
  dispatch(worker.service);
}

/** Gives the requests that wait to the workers that are free. */
function dispatch({ requests, idle }: Service): void {
  for (const worker of idle) {
    const request = requests.first;
    if (request === undefined) return;
    requests.shift();
    idle.delete(worker);
    toWorker(worker.address, MDP.REQUEST, request.client, EMPTY, ...request.body).catch(() => {
      requests.unshift(request);
      forget(worker, "is gone");
      dispatch(worker.service);
    });
  }
}

function toWorker(address: Buffer, ...frames: (string | Buffer)[]): Promise<void> {
  return broker.send([address, EMPTY, MDP.WORKER, ...frames]);
}

function toClient(client: Buffer, service: string, body: readonly (string | Buffer)[]): void {
  // A client that has gone, or does not read, gets no reply.
  broker.send([client, EMPTY, MDP.CLIENT, service, ...body]).catch(() => {});
}

/** Puts the worker at the end of the list. */
function alive(worker: Worker): void {
  worker.expiry = performance.now() + heartbeat * liveness;
  workers.delete(worker.id);
  workers.set(worker.id, worker);
}

function forget(worker: Worker, why: string): void {
  const { id, service } = worker;
  if (workers.get(id) !== worker) return;
  workers.delete(id);
  service.idle.delete(worker);
  service.workers -= 1;
  service.desertedAt = performance.now();
  console.log(`Worker ${id} of ${service.name} ${why}`);
  tidy(service);
}

/** Drops requests that have waited too long for a worker, and forgets a service that has nothing left. */
function tidy({ name, requests, workers, desertedAt }: Service): void {
  if (workers > 0) return;
  const latest = performance.now() - patience;
  let dropped = 0;
  while (requests.first && Math.max(requests.first.at, desertedAt) < latest) {
    requests.shift();
    dropped += 1;
  }
  if (dropped > 0) console.log(`Nobody serves ${name}: requests dropped: ${dropped}`);
  if (requests.first === undefined) services.delete(name);
}

/** Forgets the workers that have been silent for too long. */
function purge(): void {
  for (const worker of workers.values()) {
    if (performance.now() < worker.expiry) return;
    forget(worker, "has expired");
  }
}

function beat(): void {
  if (broker.closed) return;
  purge();
  for (const worker of workers.values()) {
    toWorker(worker.address, MDP.HEARTBEAT).catch(() => forget(worker, "is gone"));
  }
  for (const service of services.values()) tidy(service);
}

/** First in, first out. An array would do, but `shift()` of a long one takes long. */
class Queue<T> {
  #front: T[] = []; // the first one at the end
  #back: T[] = [];

  get first(): T | undefined {
    if (this.#front.length === 0) [this.#front, this.#back] = [this.#back.reverse(), []];
    return this.#front.at(-1);
  }

  push(item: T): void {
    this.#back.push(item);
  }

  unshift(item: T): void {
    this.#front.push(item);
  }

  shift(): void {
    if (this.first !== undefined) this.#front.pop();
  }
}
