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
  { verboser: true, noDrop: true }, // tells of each subscriber; waits for one that is full
);
const service = new ZmqRepConnection(factory, { bind: options.sync });
service.on("message", () => service.send("")); // hellos do not matter here, but want a reply
console.log(`syncpub-wait waits for subscriptions on ${publisher.address}`);

let there = 0;
while (there < subscribers) {
  await oneComesOrLeaves();
  console.log(`${there} of ${subscribers} subscribers are there`);
}

console.log(`Broadcasting ${updates} updates`);
for (let update = 1; update <= updates; update++) {
  await publisher.send("Rhubarb");
  if (update % 100_000 === 0) console.log(`${update} updates sent`);
}
await publisher.send("END");
console.log("All updates are on their way");
while (there > 0) await oneComesOrLeaves(); // with the END, they leave
await factory.shutdown();

/** On the wire an XPUB is a PUB, but it reads its subscriptions: a byte 1, or a 0 for one that ends. */
async function oneComesOrLeaves(): Promise<void> {
  const [subscription] = await publisher.receive();
  if (subscription[0] === 1) there += 1;
  else if (subscription[0] === 0) there -= 1; // whatever else an XSUB sends does not count
}
