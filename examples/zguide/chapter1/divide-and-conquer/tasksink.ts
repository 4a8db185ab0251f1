// Task sink: a PULL socket, bound to tcp://*:5558.
// Learns from the ventilator that a batch begins, collects 100 results, and tells how long that took.

import { ZmqFactory, ZmqPullConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint, count } = flags({ endpoint: "tcp://*:5558", count: 100 });

const factory = new ZmqFactory();
factory.registerForShutdown();
const receiver = new ZmqPullConnection(factory, { bind: endpoint });
console.log(`tasksink listening on ${receiver.address}`);

await receiver.receive(); // the batch begins
const began = performance.now();

for (let result = 0; result < count; result++) {
  await receiver.receive();
  process.stdout.write(result % 10 === 0 ? ":" : ".");
}
console.log(`\nTotal elapsed time: ${Math.round(performance.now() - began)} msec`);
