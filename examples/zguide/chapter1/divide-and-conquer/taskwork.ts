// Task worker: a PULL socket, connected to tcp://localhost:5557, takes tasks from the ventilator;
// a PUSH socket, connected to tcp://localhost:5558, tells the sink of each that is done.

import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { tasks, sink } = flags({
  tasks: "tcp://localhost:5557",
  sink: "tcp://localhost:5558",
});

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const receiver = new ZmqPullConnection(factory, { connect: tasks });
const sender = new ZmqPushConnection(factory, { connect: sink });
console.log(`taskwork waits for tasks at ${tasks} (Ctrl-C ends it)`);

for await (const [workload] of receiver) {
  process.stdout.write(`${workload}.`);
  await sleep(Number(workload));
  await sender.send("");
}
