// A handler for each request: a ROUTER at tcp://*:5570 starts one whenever a request comes, and each
// hands in its reply through a DEALER of its own at inproc://backend. 100 DEALER clients try it.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, bind, connect, clients, work } = flags({
  role: oneOf("all", "server", "client"),
  bind: "tcp://*:5570",
  connect: "tcp://localhost:5570",
  clients: 100,
  work: 5000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const address = role === "client" ? connect : server();
if (role !== "server") {
  const start = performance.now();
  console.log(`${clients} clients send a request each; each takes ${work} ms of work`);
  await Promise.all(Array.from({ length: clients }, (_, n) => client(`id_${process.pid}_${n}`)));
  const seconds = (performance.now() - start) / 1000;
  console.log(`${clients} requests processed in ${seconds.toFixed(2)} seconds`);
  await factory.shutdown();
}

async function client(name: string): Promise<void> {
  const socket = new ZmqDealerConnection(factory, { connect: address }, { routingId: name });
  await socket.send(`[request from client ${name}]`);
  const [reply] = await socket.receive();
  console.log(`Client ${name} received reply: ${reply}`);
}

function server(): string {
  const frontend = new ZmqRouterConnection(factory, { bind });
  const backend = new ZmqDealerConnection(factory, { bind: "inproc://backend" });
  frontend.on("message", ([client, ...request]) => handle(client, request));
  backend.on("message", (reply) => frontend.send(reply));
  console.log(`asyncrrhandlers listening on ${frontend.address}`);
  return frontend.address;
}

/** A handler has its request and a socket, and is gone when it has replied. */
async function handle(client: Buffer, request: Buffer[]): Promise<void> {
  const handler = new ZmqDealerConnection(factory, { connect: "inproc://backend" });
  console.log(`Handler started to process ${request}`);
  await sleep(work);
  await handler.send([client, ...request]);
  await handler.shutdown();
}
