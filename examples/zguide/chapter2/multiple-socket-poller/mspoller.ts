// Multiple socket poller: a PULL, connected to the task ventilator at tcp://localhost:5557, and a SUB,
// connected to the weather server at tcp://localhost:5556. Reads from both, a message from each in turn.

import { setTimeout as sleep } from "node:timers/promises";
import { poll, ZmqFactory, ZmqPullConnection, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { tasks, updates } = flags({
  tasks: "tcp://localhost:5557",
  updates: "tcp://localhost:5556",
});

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const receiver = new ZmqPullConnection(factory, { connect: tasks });
const subscriber = new ZmqSubConnection(factory, { connect: updates });
subscriber.subscribe("10001 ");
console.log(`mspoller waits for tasks at ${tasks} and updates at ${updates} (Ctrl-C ends it)`);

while (!factory.closed) {
  const { readable } = await poll({ readable: [receiver, subscriber] });
  if (readable.has(receiver)) {
    const [task] = await receiver.receive();
    console.log(`Task: ${task} ms`);
    await sleep(Number(task));
  }
  if (readable.has(subscriber)) {
    const [update] = await subscriber.receive();
    console.log(`Update: ${update}`);
  }
}
