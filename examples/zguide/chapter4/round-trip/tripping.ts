// Round-trip demonstrator: what it costs to wait for each reply. A DEALER client calls a DEALER worker
// through a broker, whose ROUTER is bound to tcp://*:5555 and whose DEALER is bound to tcp://*:5556.

import { proxy, ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, frontend, backend, synchronous, asynchronous, ...at } = flags({
  role: oneOf("all", "broker", "client", "worker"),
  frontend: "tcp://*:5555",
  backend: "tcp://*:5556",
  client: "tcp://localhost:5555",
  worker: "tcp://localhost:5556",
  synchronous: 10_000, // calls
  asynchronous: 100_000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role === "all" || role === "broker") broker();
if (role === "all" || role === "worker") worker();
if (role === "all" || role === "client") {
  await client();
  await factory.shutdown();
}

async function client(): Promise<void> {
  const socket = new ZmqDealerConnection(factory, { connect: at.client }, { routingId: "C" });
  console.log("Setting up test...");
  await socket.send("hello");
  await socket.receive(); // all are connected now

  console.log("Synchronous round-trip test...");
  const slow = await callsPerSecond(synchronous, async () => {
    for (let call = 0; call < synchronous; call++) {
      await socket.send("hello");
      await socket.receive();
    }
  });

  console.log("Asynchronous round-trip test...");
  const fast = await callsPerSecond(asynchronous, async () => {
    const replies = receive(asynchronous);
    for (let call = 0; call < asynchronous; call++) await socket.send("hello");
    await replies;
  });
  console.log(`Asynchronous calls are ${(fast / slow).toFixed(1)} times as fast`);

  async function receive(count: number): Promise<void> {
    for (let reply = 0; reply < count; reply++) await socket.receive();
  }
}

async function callsPerSecond(calls: number, make: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await make();
  const rate = (1000 * calls) / (performance.now() - start);
  console.log(` ${Math.round(rate)} calls/second`);
  return rate;
}

/** Sends back whatever comes. */
async function worker(): Promise<void> {
  const socket = new ZmqDealerConnection(factory, { connect: at.worker }, { routingId: "W" });
  console.log(`worker works for ${at.worker}`);
  for await (const message of socket) await socket.send(message);
}

/** If a client's queue is full, a mandatory ROUTER waits. Without `mandatory` it would drop the reply. */
function broker(): void {
  const clients = new ZmqRouterConnection(factory, { bind: frontend }, { mandatory: true });
  const workers = new ZmqDealerConnection(factory, { bind: backend });
  proxy(clients, workers);
  Object.assign(at, { client: clients.address, worker: workers.address }); // for client and worker
  console.log(`tripping listening on ${at.client}, workers on ${at.worker}`);
}
