// Task sink, design 2: a PULL for results, bound to tcp://*:5558, and a PUB, bound to tcp://*:5559,
// that tells the workers when all is done.

import { ZmqFactory, ZmqPubConnection, ZmqPullConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { sink, control } = flags({ sink: "tcp://*:5558", control: "tcp://*:5559" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const receiver = new ZmqPullConnection(factory, { bind: sink });
const controller = new ZmqPubConnection(factory, { bind: control });
console.log(`tasksink2 listening on ${receiver.address}, control on ${controller.address}`);

await receiver.receive(); // the start of the batch
const start = performance.now();
for (let results = 1; results <= 100; results++) {
  await receiver.receive();
  if (results % 10 === 0) console.log(`${results} of 100 results`);
}
console.log(`Total elapsed time: ${Math.round(performance.now() - start)} msec`);

await controller.send("KILL");
