// ROUTER to ROUTER: a server, bound to inproc://test_zmq, and two clients, all of them ROUTERs. Each
// names the one that it speaks to, so that any of them may speak at any time.

import { setTimeout as sleep } from "node:timers/promises";
import { unwrap, ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, period, duration } = flags({
  endpoint: "inproc://test_zmq",
  period: 100,
  duration: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const server = new ZmqRouterConnection(factory, { bind: endpoint }, { routingId: "server" });
server.on("message", async (message) => {
  const { address: name, body } = unwrap(message); // throws if it is malformed
  console.log(`server received ${body} from ${name}`);
  await server.send([name, "", "whatup"]);
});
client("romeo");
client("sierra");
setTimeout(() => factory.shutdown(), duration);

async function client(name: string): Promise<void> {
  const options = { routingId: name, mandatory: true };
  const socket = new ZmqRouterConnection(factory, { connect: server.address }, options);
  socket.on("message", (message) => {
    const { address: from, body } = unwrap(message);
    console.log(`${name} received ${body} from ${from}`);
  });
  for (await sleep(period); !factory.closed; await sleep(period)) {
    await socket.send(["server", "", "cheers"]);
  }
}
