// Load-balancing broker: a ROUTER for clients at ipc://frontend.ipc and one for workers at
// ipc://backend.ipc. A request waits for a free worker, and goes to the one that is free for longest.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Message, poll, ZmqFactory, ZmqReqConnection, ZmqRouterConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, clients, workers, work, ...at } = flags({
  role: oneOf("all", "broker", "client", "worker"),
  frontend: "ipc://frontend.ipc",
  backend: "ipc://backend.ipc",
  clients: 10,
  workers: 3,
  work: 0,
});

const factory = new ZmqFactory();
factory.registerForShutdown();

async function broker(): Promise<void> {
  const frontend = new ZmqRouterConnection(factory, { bind: at.frontend });
  const backend = new ZmqRouterConnection(factory, { bind: at.backend }, { mandatory: true });
  console.log(`lbbroker listening on ${frontend.address}, workers on ${backend.address}`);
  Object.assign(at, { frontend: frontend.address, backend: backend.address }); // for clients and workers
  const idle: Buffer[] = []; // free workers, the one that has waited longest first

  while (!backend.closed) {
    // While no worker is free, the clients are not read: their requests wait in ZeroMQ.
    const { readable } = await poll({ readable: idle.length ? [backend, frontend] : [backend] });
    if (readable.has(backend)) await fromWorker(await backend.receive());
    if (readable.has(frontend)) await fromClient(await frontend.receive());
  }

  // [worker, "", "READY"] or [worker, "", client, "", reply]: either way the worker is free now.
  async function fromWorker([worker, delimiter, client, ...reply]: Message): Promise<void> {
    if (delimiter?.length !== 0 || client === undefined) return refuse("a worker");
    idle.push(worker);
    if (reply.length === 0) return; // READY
    if (reply[0]?.length !== 0 || reply.length === 1) return refuse("a worker");
    await frontend.send([client, ...reply]);
  }

  // [client, "", request]
  async function fromClient(request: Message): Promise<void> {
    const [, delimiter, body] = request;
    if (delimiter?.length !== 0 || body === undefined) return refuse("a client");
    const worker = idle.shift();
    if (worker === undefined) {
      await fromWorker(await backend.receive()); // all that were free are gone: wait for another
      return fromClient(request);
    }
    // A mandatory ROUTER says so when the worker is gone: then the next one gets the request.
    await backend.send([worker, "", ...request]).catch(() => fromClient(request));
  }

  function refuse(from: string): void {
    console.error(`lbbroker: refused a malformed message of ${from}`);
  }
}

async function client(name: string): Promise<void> {
  const routingId = randomBytes(4).toString("hex"); // text, as the C original's broker needs
  const socket = new ZmqReqConnection(factory, { connect: at.frontend }, { routingId });
  await socket.send("HELLO");
  const [reply] = await socket.receive();
  console.log(`${name}: ${reply}`);
}

async function worker(name: string): Promise<void> {
  const routingId = randomBytes(4).toString("hex");
  const socket = new ZmqReqConnection(factory, { connect: at.backend }, { routingId });
  await socket.send("READY");
  for await (const [client, , ...request] of socket) {
    console.log(`${name}: ${request}`);
    await sleep(work);
    await socket.send([client, "", "OK"]);
  }
}

if (role === "client") console.log(`${clients} clients wait for the broker at ${at.frontend}`);
if (role === "worker") console.log(`${workers} workers wait for the broker at ${at.backend}`);
if (role === "all" || role === "broker") broker();
if (role === "all" || role === "worker") for (let n = 0; n < workers; n++) worker(`Worker-${n}`);
if (role === "all" || role === "client") {
  await Promise.all(Array.from({ length: clients }, (_, n) => client(`Client-${n}`)));
  await factory.shutdown();
}
