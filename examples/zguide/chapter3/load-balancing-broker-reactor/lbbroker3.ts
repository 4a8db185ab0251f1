// Load-balancing broker as a reactor: a ROUTER for clients at ipc://frontend.ipc, a ROUTER for workers
// at ipc://backend.ipc, and a handler for each. That of the clients is paused while no worker is free.

import { setTimeout as sleep } from "node:timers/promises";
import {
  type Message,
  unwrap,
  wrap,
  ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, clients, workers, work, pause, ...at } = flags({
  role: oneOf("all", "broker", "client", "worker"),
  frontend: "ipc://frontend.ipc",
  backend: "ipc://backend.ipc",
  clients: 10,
  workers: 3,
  work: 0,
  pause: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();

function broker(): void {
  const frontend = new ZmqRouterConnection(factory, { bind: at.frontend });
  const backend = new ZmqRouterConnection(factory, { bind: at.backend }, { mandatory: true });
  console.log(
    `lbbroker3 listening on ${frontend.address}, workers on ${backend.address} (Ctrl-C ends it)`,
  );
  Object.assign(at, { frontend: frontend.address, backend: backend.address }); // for clients and workers
  const idle: Buffer[] = []; // free workers, the one that has waited longest first
  const returned: Message[] = []; // requests from workers that died while they were free

  backend.on("message", fromWorker);
  frontend.on("message", fromClient);
  frontend.pause(); // until a worker is free

  // READY, or a reply: either way the worker is free now.
  async function fromWorker(message: Message): Promise<void> {
    const { address: worker, body } = unwrap(message);
    idle.push(worker);
    const request = returned.shift();
    if (request === undefined) frontend.resume();
    else fromClient(request);
    // A reply is a message in an envelope, as a request: unwrap() throws if it is malformed.
    if (body.length > 1 && unwrap(body)) await frontend.send(body);
  }

  async function fromClient(request: Message): Promise<void> {
    unwrap(request); // throws if it is malformed
    const worker = idle.shift();
    if (idle.length === 0) frontend.pause(); // further requests wait in ZeroMQ
    // If the worker has died, the send fails: then the request goes to the next, or to the one that comes.
    if (worker === undefined) returned.push(request);
    else await backend.send(wrap(worker, request)).catch(() => fromClient(request));
  }
}

async function client(name: string): Promise<void> {
  const socket = new ZmqReqConnection(factory, { connect: at.frontend });
  while (!socket.closed) {
    await socket.send("HELLO");
    const [reply] = await socket.receive();
    console.log(`${name}: ${reply}`);
    await sleep(pause);
  }
}

async function worker(name: string): Promise<void> {
  const socket = new ZmqReqConnection(factory, { connect: at.backend });
  await socket.send("READY");
  for await (const request of socket) {
    console.log(`${name}: ${request.at(-1)}`);
    await sleep(work);
    await socket.send([...request.slice(0, -1), "OK"]); // client and delimiter come first
  }
}

if (role === "client") console.log(`${clients} clients wait for the broker at ${at.frontend}`);
if (role === "worker") console.log(`${workers} workers wait for the broker at ${at.backend}`);
if (role === "all" || role === "broker") broker();
if (role === "all" || role === "worker") for (let n = 0; n < workers; n++) worker(`Worker-${n}`);
if (role === "all" || role === "client") for (let n = 0; n < clients; n++) client(`Client-${n}`);
