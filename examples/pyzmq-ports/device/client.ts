// The client of 2012: a REQ, connected to tcp://127.0.0.1:5555, asks again and again, and prints how many
// seconds each reply took.

import { ZmqFactory, ZmqReqConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "tcp://127.0.0.1:5555" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const socket = new ZmqReqConnection(factory, { connect: endpoint });
console.log(`Client ${process.pid}`);

while (!socket.closed) {
  const start = performance.now();
  await socket.send(String(process.pid));
  const [reply] = await socket.receive();
  console.log(`${((performance.now() - start) / 1000).toFixed(3)} ${reply}`);
}
