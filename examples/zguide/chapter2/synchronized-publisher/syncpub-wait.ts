// Synchronized publisher that waits: an XPUB socket, bound to tcp://*:5561, and a REP socket, bound to
// tcp://*:5562. It counts subscriptions instead of hellos, and is as fast as its slowest subscriber.

import { ZmqFactory, ZmqRepConnection, ZmqXPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const options = flags({
  publisher: "tcp://*:5561",
  sync: "tcp://*:5562",
  subscribers: 10,
  updates: 1_000_000,
});
const { subscribers, updates } = options;

const factory = new ZmqFactory();
factory.registerForShutdown();
const publisher = new ZmqXPubConnection(
  factory,
  { bind: options.publisher },
  { verboser: true, noDrop: true }, // tells who comes and who leaves, and waits for room
);
const service = new ZmqRepConnection(factory, { bind: options.sync });
service.on("message", () => service.send("")); // hellos do not matter here, but want a reply
console.log(`syncpub-wait waits for subscriptions on ${publisher.address}`);

for (let subscriber = 1; subscriber <= subscribers; subscriber++) {
  await publisher.receive(); // on the wire an XPUB is a PUB, but it reads its subscriptions
  console.log(`+1 subscriber (${subscriber}/${subscribers})`);
}

console.log(`Broadcasting ${updates} updates`);
for (let update = 1; update <= updates; update++) {
  await publisher.send("Rhubarb");
  if (update % 100_000 === 0) console.log(`${update} updates sent`);
}
await publisher.send("END");
console.log("All updates are on their way");
for (let left = 0; left < subscribers; left++) await publisher.receive(); // with the END, they leave
await factory.shutdown();
