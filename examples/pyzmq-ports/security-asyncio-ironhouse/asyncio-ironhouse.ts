// Ironhouse by async and await: a ROUTER, bound to tcp://127.0.0.1:9000, receives from DEALERs whose public
// keys it has.

import {
  ZmqAuthenticator,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqRouterConnection,
  ZmqTimeoutError,
} from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import {
  type ClientCertificates,
  clientCertificates,
  type ServerCertificates,
  serverCertificates,
} from "../security-certificates/certificates.ts";

const { role, endpoint, certificates, timeout } = flags({
  role: oneOf("all", "server", "client"),
  endpoint: "tcp://127.0.0.1:9000",
  certificates: "certificates",
  timeout: 1000, // ms that the client waits
});

const factory = new ZmqFactory();
factory.registerForShutdown();

if (role !== "client") void serve(await serverCertificates(certificates));
if (role !== "server") await greet(await clientCertificates(certificates));

/** Prints what those say who are let in. */
async function serve({ own, known }: ServerCertificates): Promise<void> {
  const auth = new ZmqAuthenticator(factory);
  auth.allow("127.0.0.1");
  auth.configureCurve(known);
  auth.on("allowed", ({ userId, address }) => console.log(`allowed ${userId} from ${address}`));
  auth.on("denied", ({ userId, address, reason }) => {
    console.log(`denied ${userId} from ${address}: ${reason}`);
  });
  const options = { curveServer: true, curveSecretKey: own.secretKey };
  const server = new ZmqRouterConnection(factory, [], options);
  server.on("handshakeFailed", ({ reason }) => console.log(`a handshake failed: ${reason}`));
  server.addEndpoints({ bind: endpoint });
  console.log(`asyncio-ironhouse listening on ${server.address}`);

  for await (const [client, message] of server) {
    console.log(`Received ${message}`);
    await server.send([client, "Hello to you"]);
  }
}

/** Says hello, and waits for the reply. */
async function greet({ own, server }: ClientCertificates): Promise<void> {
  const options = {
    curvePublicKey: own.publicKey,
    curveSecretKey: own.secretKey,
    curveServerKey: server.publicKey, // so that it speaks to no other server
  };
  const client = new ZmqDealerConnection(factory, { connect: endpoint }, options);
  await client.send("Hello");
  try {
    await client.receive({ timeout });
    console.log("Ironhouse test OK");
  } catch (error) {
    if (!(error instanceof ZmqTimeoutError)) throw error;
    console.log("Ironhouse test FAIL");
  }
  await factory.shutdown();
}
