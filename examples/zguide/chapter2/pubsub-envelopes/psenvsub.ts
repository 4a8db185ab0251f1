// Pub-sub envelope subscriber: a SUB socket, connected to tcp://localhost:5563.
// Subscribes to the messages whose envelope begins with "B", and prints envelope and contents.

import { ZmqFactory, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "tcp://localhost:5563" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const subscriber = new ZmqSubConnection(factory, { connect: endpoint });
subscriber.subscribe("B");
console.log(`psenvsub waits for B from ${endpoint} until Ctrl-C`);

for await (const [address, contents] of subscriber) {
  console.log(`[${address}] ${contents}`);
}
