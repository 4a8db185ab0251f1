// Topics, the publisher: a PUB, bound to the address given, sends a number on each of seven topics in
// turn, for ever.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, period } = flags({ period: 100 }, { endpoint: "tcp://127.0.0.1:5555" });
const TOPICS = [
  "sports.general",
  "sports.football",
  "sports.basketball",
  "stocks.general",
  "stocks.GOOG",
  "stocks.AAPL",
  "weather",
];

const factory = new ZmqFactory();
factory.registerForShutdown();
const publisher = new ZmqPubConnection(factory, { bind: endpoint });
console.log(`Broadcasting on ${publisher.address} until Ctrl-C: ${TOPICS.join(", ")}`);

for (let count = 0; !publisher.closed; count++, await sleep(period)) {
  const topic = TOPICS[count % TOPICS.length] ?? "";
  console.log(`   Topic: ${topic}, msg:${count}`);
  await publisher.send([topic, String(count)]);
}
