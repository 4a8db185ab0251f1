// Grasslands, no security at all: a PUSH, bound to tcp://127.0.0.1:9000, greets whoever connects, and a PULL
// is greeted.

import { ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, endpoint } = flags({
  role: oneOf("all", "server", "client"),
  endpoint: "tcp://127.0.0.1:9000",
});

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role !== "client") {
  const server = new ZmqPushConnection(factory);
  server.on("handshakeSucceeded", () => server.send("Hello"));
  server.on("handshakeFailed", ({ reason }) => console.log(`a handshake failed: ${reason}`));
  server.addEndpoints({ bind: endpoint });
  console.log(`grasslands listening on ${server.address}`);
}
if (role !== "server") {
  const client = new ZmqPullConnection(factory, { connect: endpoint });
  const [message] = await client.receive();
  console.log(`Grasslands test ${String(message) === "Hello" ? "OK" : "FAIL"}`);
  await factory.shutdown();
}
