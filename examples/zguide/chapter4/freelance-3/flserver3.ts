// Freelance server, model three: a ROUTER, bound to tcp://*:5555, whose routing id is the endpoint that
// clients connect to. It answers PING with PONG, and requests with OK.

import { ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { bind, identity, v } = flags({
  bind: "tcp://*:5555",
  identity: "tcp://localhost:5555",
  v: false, // shows each reply
});

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const server = new ZmqRouterConnection(factory, { bind }, { routingId: identity, mandatory: true });
console.log(`Service is ready at ${server.address}, as ${identity}`);

for await (const [client, control] of server) {
  if (control === undefined) {
    console.error("flserver3: invalid request: 1 frame");
    continue;
  }
  const reply = String(control) === "PING" ? ["PONG"] : [control, "OK"];
  if (v) console.log(`to ${client.toString("hex")}: ${reply.join(" ")}`);
  // If this client's queue is full, its reply waits, and holds up no other. A client that has gone needs none.
  server.send([client, ...reply]).catch(() => {});
}
