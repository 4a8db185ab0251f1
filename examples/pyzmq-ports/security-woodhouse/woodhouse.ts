// Woodhouse, a user name and a password: a PUSH, bound to tcp://127.0.0.1:9000, greets those who have them.
// Its mechanism is PLAIN: who listens on the network can read them.

import { once } from "node:events";
import { ZmqAuthenticator, ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { role, endpoint, username, password } = flags({
  role: oneOf("all", "server", "client"),
  endpoint: "tcp://127.0.0.1:9000",
  username: "admin",
  password: "secret",
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const auth = new ZmqAuthenticator(factory);
auth.allow("127.0.0.1");
auth.configurePlain({ [username]: password });
auth.on("allowed", ({ address, userId }) => console.log(`allowed "${userId}" from ${address}`));
auth.on("denied", ({ address, userId, reason }) => {
  console.log(`denied ${JSON.stringify(userId)} from ${address}: ${reason}`);
});

if (role !== "client") {
  const server = new ZmqPushConnection(factory, [], { plainServer: true });
  server.on("handshakeSucceeded", () => server.send("Hello"));
  server.on("handshakeFailed", ({ reason }) => console.log(`a handshake failed: ${reason}`));
  server.addEndpoints({ bind: endpoint });
  console.log(`woodhouse listening on ${server.address}`);
}
if (role !== "server") {
  const options = { plainUsername: username, plainPassword: password };
  const client = new ZmqPullConnection(factory, [], options);
  client.once("handshakeFailed", ({ reason }) => {
    console.log(`the client is refused: ${reason}`);
    if (reason === "auth") process.exit(1); // ZeroMQ does not try again
  });
  client.addEndpoints({ connect: endpoint });
  console.log(`the client got ${await client.receive()}`);
  await client.shutdown();
}
if (role === "all") {
  const options = { plainUsername: username, plainPassword: "bogus" };
  const client = new ZmqPullConnection(factory, { connect: endpoint }, options);
  client.on("message", () => console.log("Woodhouse test FAIL"));
  await once(auth, "denied");
  console.log("Woodhouse test OK");
}
if (role !== "server") await factory.shutdown();
