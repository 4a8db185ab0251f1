// Pub-sub envelope publisher: a PUB socket, bound to tcp://*:5563.
// Each second it sends a message of type A and one of type B, the type in a frame of its own.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, period } = flags({ endpoint: "tcp://*:5563", period: 1000 });

const factory = new ZmqFactory();
factory.registerForShutdown();
const publisher = new ZmqPubConnection(factory, { bind: endpoint });
console.log(`psenvpub publishing A and B on ${publisher.address} until Ctrl-C`);

while (!factory.closed) {
  await publisher.send(["A", "We don't want to see this"]);
  await publisher.send(["B", "We would like to see this"]);
  await sleep(period);
}
