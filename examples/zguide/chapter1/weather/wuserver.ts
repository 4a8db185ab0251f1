// Weather update server: a PUB socket, bound to tcp://*:5556.
// Publishes random weather for random zip codes, as fast as it can, whether anybody listens or not.

import { randomInt } from "node:crypto";
import { ZmqFactory, ZmqPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, from, to } = flags({ endpoint: "tcp://*:5556", from: 0, to: 99_999 });
if (from > to) {
  console.error(`wuserver: --from ${from} is more than --to ${to}`);
  process.exit(2);
}

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const publisher = new ZmqPubConnection(factory, { bind: endpoint });
console.log(`wuserver listening on ${publisher.address} (Ctrl-C ends it)`);

while (!factory.closed) {
  const zipcode = `${randomInt(from, to + 1)}`.padStart(5, "0");
  const temperature = randomInt(-80, 135);
  const humidity = randomInt(10, 60);
  await publisher.send(`${zipcode} ${temperature} ${humidity}`);
}
