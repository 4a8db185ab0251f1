// Echo server on events: a ROUTER, bound to tcp://127.0.0.1:5555, sends each message back to where it
// came from. Its handler is called as long as there are messages.

import { ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "tcp://127.0.0.1:5555" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const socket = new ZmqRouterConnection(factory, { bind: endpoint });
console.log(`echo listening on ${socket.address}`);

socket.on("message", async ([from, ...frames]) => {
  console.log(`${frames.length} frames: ${frames.join(" | ")}`);
  await socket.send([from, ...frames]);
});
