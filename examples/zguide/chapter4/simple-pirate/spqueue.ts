// Simple Pirate queue: a ROUTER for clients, bound to tcp://*:5555, and a ROUTER for workers, bound to
// tcp://*:5556. A request goes to the worker that is free for longest. What gets lost, clients repeat.

import { unwrap, wrap, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const addresses = flags({ frontend: "tcp://*:5555", backend: "tcp://*:5556" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const frontend = new ZmqRouterConnection(factory, { bind: addresses.frontend });
const backend = new ZmqRouterConnection(factory, { bind: addresses.backend });
console.log(`spqueue listening on ${frontend.address}, workers on ${backend.address}`);

// A worker says READY, or replies: either way it is free now, and takes the next request that comes.
backend.on("message", async (message) => {
  const { address: worker, body } = unwrap(message);
  if (body.length > 1) await frontend.send(body);
  await backend.send(wrap(worker, await frontend.receive()));
});
