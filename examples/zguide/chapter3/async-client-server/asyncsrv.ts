// Asynchronous client/server: DEALER clients, and a server whose ROUTER at tcp://*:5570 and DEALER at
// inproc://backend deal requests to five worker threads, whose code is in worker.ts.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { proxy, ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { thread } from "tx0mq/thread";

const { role, bind, connect, clients, workers, period, pause } = flags({
  role: oneOf("all", "server", "client"),
  bind: "tcp://*:5570",
  connect: "tcp://localhost:5570",
  clients: 3,
  workers: 5,
  period: 1000,
  pause: 1000,
});

const factory = new ZmqFactory({ shared: true }); // so that all threads see inproc://backend
factory.registerForShutdown();
const address = role === "client" ? connect : await server();
if (role !== "server") for (let n = 1; n <= clients; n++) client(`client-${process.pid}-${n}`);

/** Sends a request each second, and prints the replies as they come: neither waits for the other. */
async function client(name: string): Promise<void> {
  const socket = new ZmqDealerConnection(factory, { connect: address }, { routingId: name });
  socket.on("message", (reply) => console.log(`${name} received: ${reply}`));
  for (let request = 1; !factory.closed; request++) {
    console.log(`${name} sends: request #${request}`);
    await socket.send(`request #${request}`);
    await sleep(period);
  }
}

/** The ROUTER puts the client's identity before each request; the DEALER deals them to the threads. */
async function server(): Promise<string> {
  const frontend = new ZmqRouterConnection(factory, { bind });
  const backend = new ZmqDealerConnection(factory, { bind: "inproc://backend" });
  const pool = Array.from({ length: workers }, (_, index) =>
    thread(new URL("./worker.ts", import.meta.url), { name: `Worker ${index + 1}`, pause }),
  );
  await Promise.all(pool.map((worker) => once(worker, "message"))); // all are connected
  proxy(frontend, backend);
  console.log(`asyncsrv listening on ${frontend.address}`);
  return frontend.address;
}
