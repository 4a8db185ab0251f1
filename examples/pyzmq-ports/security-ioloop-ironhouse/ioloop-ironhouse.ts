// Ironhouse by handlers: a ROUTER, bound to tcp://127.0.0.1:9000, sends back what DEALERs send whose public
// keys it has, with "World" behind it.

import { ZmqAuthenticator, ZmqDealerConnection, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { clientCertificates, serverCertificates } from "../security-certificates/certificates.ts";

const { role, endpoint, certificates } = flags({
  role: oneOf("all", "server", "client"),
  endpoint: "tcp://127.0.0.1:9000",
  certificates: "certificates",
});

const factory = new ZmqFactory();
factory.registerForShutdown();

if (role !== "client") {
  const { own, known } = await serverCertificates(certificates);
  const auth = new ZmqAuthenticator(factory);
  auth.allow("127.0.0.1");
  auth.configureCurve(known);
  auth.on("allowed", ({ userId, address }) => console.log(`allowed ${userId} from ${address}`));
  auth.on("denied", ({ userId, address, reason }) => {
    console.log(`denied ${userId} from ${address}: ${reason}`);
  });
  const options = { curveServer: true, curveSecretKey: own.secretKey };
  const server = new ZmqRouterConnection(factory, [], options);
  server.on("message", (message) => server.send([...message, "World"]));
  server.on("handshakeFailed", ({ reason }) => console.log(`a handshake failed: ${reason}`));
  server.addEndpoints({ bind: endpoint });
  console.log(`ioloop-ironhouse listening on ${server.address}`);
}
if (role !== "server") {
  const { own, server } = await clientCertificates(certificates);
  const options = {
    curvePublicKey: own.publicKey,
    curveSecretKey: own.secretKey,
    curveServerKey: server.publicKey, // so that it speaks to no other server
  };
  const client = new ZmqDealerConnection(factory, [], options);
  client.once("handshakeFailed", ({ reason }) => {
    console.log(`the client is refused: ${reason}`);
    if (reason === "auth") process.exit(1); // ZeroMQ does not try again
  });
  client.addEndpoints({ connect: endpoint });
  client.on("message", async (message) => {
    console.log(`client received ${message}`);
    console.log("Ironhouse test OK");
    await factory.shutdown();
  });
  await client.send("Hello");
}
