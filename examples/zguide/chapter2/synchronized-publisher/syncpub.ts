// Synchronized publisher: a PUB socket, bound to tcp://*:5561, and a REP socket, bound to tcp://*:5562.
// When ten subscribers have said hello, it sends 1,000,000 updates and an END.

import { ZmqFactory, ZmqPubConnection, ZmqRepConnection } from "tx0mq";
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
const publisher = new ZmqPubConnection(
  factory,
  { bind: options.publisher },
  { sendHighWaterMark: 1_100_000 }, // room for all that a slow subscriber has not read yet
);
const service = new ZmqRepConnection(factory, { bind: options.sync });
console.log(`syncpub on ${publisher.address} waits for hellos on ${service.address}`);

for (let hello = 1; hello <= subscribers; hello++) {
  await service.receive();
  await service.send("");
  console.log(`+1 subscriber (${hello}/${subscribers})`);
}

console.log(`Broadcasting ${updates} updates`);
for (let update = 1; update <= updates; update++) {
  await publisher.send("Rhubarb");
  if (update % 100_000 === 0) console.log(`${update} updates sent`);
}
await publisher.send("END");
console.log("All updates are on their way");
