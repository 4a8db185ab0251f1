// CLIENT and SERVER: ten clients, one after the other, ask a SERVER, bound to tcp://127.0.0.1:5555, which
// replies to each by the routing id that came with its request. All stay till the end. Both types are drafts.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqClientConnection, ZmqFactory, ZmqServerConnection, zmqHas } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, clients, period } = flags({
  endpoint: "tcp://127.0.0.1:5555",
  clients: 10,
  period: 100,
});

if (!zmqHas("draft")) {
  console.error("client-server: this build of libzmq has no draft sockets");
  process.exit(1);
}
const factory = new ZmqFactory();
factory.registerForShutdown();
const server = new ZmqServerConnection(factory, { bind: endpoint });
for (let n = 0; n < clients; n++, await sleep(period)) {
  const client = new ZmqClientConnection(factory, { connect: server.address });
  await client.send(`request ${n}`);
  const [request, { routingId }] = await server.receive();
  console.log(`server received ${request} from ${routingId}`);
  await server.send([`reply ${n}`, { routingId }]);
  console.log(`client received ${await client.receive()}`);
}
await factory.shutdown();
