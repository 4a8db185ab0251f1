// Strawhouse, the address decides: a PUSH, bound to tcp://127.0.0.1:9000, greets those whose IP address is
// allowed and not denied. Its mechanism is NULL: no passwords, no encryption.

import { once } from "node:events";
import { ZmqAuthenticator, ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, endpoint, allow, deny } = flags({
  role: oneOf("all", "server", "client"),
  endpoint: "tcp://127.0.0.1:9000",
  allow: ["127.0.0.1"],
  deny: [],
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const auth = new ZmqAuthenticator(factory);
auth.allow(...allow);
auth.deny(...deny);
auth.on("allowed", ({ address }) => console.log(`allowed ${address}`));
auth.on("denied", ({ address, reason }) => console.log(`denied ${address}: ${reason}`));

if (role !== "client") {
  const server = new ZmqPushConnection(factory, [], { zapDomain: "global" });
  server.on("handshakeSucceeded", () => server.send("Hello"));
  server.on("handshakeFailed", ({ reason }) => console.log(`a handshake failed: ${reason}`));
  server.addEndpoints({ bind: endpoint });
  console.log(`strawhouse listening on ${server.address}`);
}
if (role !== "server") {
  const client = new ZmqPullConnection(factory);
  client.once("handshakeFailed", ({ reason }) => {
    console.log(`the client is refused: ${reason}`);
    if (reason === "auth") process.exit(1); // ZeroMQ does not try again
  });
  client.addEndpoints({ connect: endpoint });
  console.log(`the client got ${await client.receive()}`);
  await client.shutdown();
}
if (role === "all") {
  auth.deny("127.0.0.1");
  const client = new ZmqPullConnection(factory, { connect: endpoint });
  client.on("message", () => console.log("Strawhouse test FAIL"));
  await once(auth, "denied");
  console.log("Strawhouse test OK");
}
if (role !== "server") await factory.shutdown();
