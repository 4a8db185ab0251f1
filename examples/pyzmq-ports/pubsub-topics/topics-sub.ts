// Topics, a subscriber: a SUB, connected to the address given, prints what comes on the topics given. A
// topic is a beginning: "s" is for sports and stocks. Without one, it takes all.

import { ZmqFactory, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, topics } = flags({}, { endpoint: "tcp://127.0.0.1:5555", topics: [] });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const subscriber = new ZmqSubConnection(factory, { connect: endpoint });
for (const topic of topics.length > 0 ? topics : [""]) subscriber.subscribe(topic);
console.log(`Receiving messages on ${topics.length > 0 ? topics.join(", ") : "all topics"}...`);

for await (const [topic, message] of subscriber) {
  if (message) console.log(`   Topic: ${topic}, msg:${message}`);
  else console.error("topics-sub: invalid message");
}
