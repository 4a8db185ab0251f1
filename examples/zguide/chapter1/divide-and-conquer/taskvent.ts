// Task ventilator: a PUSH socket, bound to tcp://*:5557, deals 100 tasks to the workers in turn.
// A second PUSH, connected to tcp://localhost:5558, tells the sink that the batch begins.

import { randomInt } from "node:crypto";
import { ZmqFactory, ZmqPushConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { tasks, sink, count, workers } = flags({
  tasks: "tcp://*:5557",
  sink: "tcp://localhost:5558",
  count: 100,
  workers: Number,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const sender = new ZmqPushConnection(factory);
const starter = new ZmqPushConnection(factory, { connect: sink }, { immediate: true });

// A PUSH deals to the workers that it has. Without this wait, the first to connect gets every task.
const connected = sender.peers(workers ?? 0); // before it binds, so that it counts them all
sender.addEndpoints({ bind: tasks });
if (workers === undefined) await pressEnter();
else console.log(`Waiting for ${workers} workers`);
await connected;
console.log(`Waiting for the sink at ${sink}`);
await starter.send("0"); // thanks to `immediate`, waits until the sink is there
console.log("Sending tasks to workers...");

let cost = 0;
for (let task = 0; task < count; task++) {
  const workload = randomInt(1, 101);
  cost += workload;
  await sender.send(`${workload}`);
}
console.log(`Total expected cost: ${cost} msec`);
await factory.shutdown(); // when the last task has left

async function pressEnter(): Promise<void> {
  console.log("Press Enter when the workers are ready");
  for await (const _ of process.stdin) break;
}
