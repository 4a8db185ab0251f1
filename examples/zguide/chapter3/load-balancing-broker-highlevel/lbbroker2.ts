// Load-balancing broker on the high-level API: a ROUTER for clients at ipc://frontend.ipc, a ROUTER for
// workers at ipc://backend.ipc. A queue of free workers, and for await over it, take the place of poll().

import { PassThrough } from "node:stream";
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
  console.log(`lbbroker2 listening on ${frontend.address}, workers on ${backend.address}`);
  Object.assign(at, { frontend: frontend.address, backend: backend.address }); // for clients and workers
  const idle = new PassThrough({ objectMode: true }); // a queue of free workers
  const returned: Message[] = []; // requests from workers that died while they were free

  // READY, or a reply: either way the worker is free now.
  backend.on("message", async (message) => {
    const { address: worker, body } = unwrap(message);
    idle.write(worker);
    // A reply is a message in an envelope, as a request: unwrap() throws if it is malformed.
    if (body.length > 1 && unwrap(body)) await frontend.send(body);
  });

  // Each free worker gets the next request. While there is none, requests wait in ZeroMQ.
  for await (const worker of idle) {
    const request = returned.shift() ?? (await frontend.receive());
    if (request.length < 3 || request[1]?.length !== 0) {
      console.error("lbbroker2: refused a malformed request");
      idle.write(worker);
    } else await backend.send(wrap(worker, request)).catch(() => returned.push(request));
  }
}

async function client(name: string): Promise<void> {
  const socket = new ZmqReqConnection(factory, { connect: at.frontend });
  await socket.send("HELLO");
  console.log(`${name}: ${await socket.receive()}`);
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
if (role === "all" || role === "client") {
  await Promise.all(Array.from({ length: clients }, (_, n) => client(`Client-${n}`)));
  if (role === "all") console.log("All clients are served. The broker goes on: Ctrl-C ends it.");
}
