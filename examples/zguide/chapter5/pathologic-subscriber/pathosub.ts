// Pathologic subscriber: a SUB socket, connected to tcp://localhost:5556. It subscribes to one random
// topic of 1,000, and prints its values.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { topics, late, count, endpoint } = flags(
  { topics: 1000, late: 0, count: Number }, // ms until it subscribes; for ever
  { endpoint: "tcp://localhost:5556" },
);

const factory = new ZmqFactory();
factory.registerForShutdown();
const subscriber = new ZmqSubConnection(factory, { connect: endpoint });
await sleep(late);
const subscription = `${randomInt(topics)}`.padStart(3, "0");
subscriber.subscribe(subscription);
console.log(`Subscribed to topic ${subscription}`);

for (let updates = 0; updates !== count; updates++) {
  const [topic, value] = await subscriber.receive();
  console.log(`${topic}: ${value}`);
}
