// Pathologic publisher: a PUB socket, bound to tcp://*:5556. It publishes each of 1,000 topics once,
// and from then on a new value for a random one of them, once a second.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { topics, wait, period, endpoint } = flags(
  { topics: 1000, wait: 1000, period: 1000 },
  { endpoint: "tcp://*:5556" },
);

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const publisher = new ZmqPubConnection(factory, { bind: endpoint });
console.log(`pathopub listening on ${publisher.address} (Ctrl-C ends it)`);

await sleep(wait); // for those who are about to connect
for (let topic = 0; topic < topics; topic++) await publish(topic, "Save Roger");
console.log(`Saved Roger in ${topics} topics`);

while (!factory.closed) {
  await sleep(period);
  const topic = randomInt(topics);
  console.log(`Update of topic ${topic}`);
  await publish(topic, "Off with his head!");
}

function publish(topic: number, value: string): Promise<void> {
  return publisher.publish(value, `${topic}`.padStart(3, "0"));
}
