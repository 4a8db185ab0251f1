// Task worker, design 2: a PULL for tasks from tcp://localhost:5557, a PUSH for results to
// tcp://localhost:5558, and a SUB at tcp://localhost:5559, where the sink says when all is done.

import { setTimeout as sleep } from "node:timers/promises";
import { poll, ZmqFactory, ZmqPullConnection, ZmqPushConnection, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { tasks, sink, control } = flags({
  tasks: "tcp://localhost:5557",
  sink: "tcp://localhost:5558",
  control: "tcp://localhost:5559",
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const receiver = new ZmqPullConnection(factory);
const sender = new ZmqPushConnection(factory, { connect: sink });
const controller = new ZmqSubConnection(factory);
controller.subscribe();

// It takes no task before the sink can tell it to stop.
console.log(`taskwork2 waits for the sink at ${control}`);
const sinkIsThere = controller.peers(1); // before it connects, so that no sink is missed
controller.addEndpoints({ connect: control });
await sinkIsThere;
receiver.addEndpoints({ connect: tasks });

for (;;) {
  const { readable } = await poll({ readable: [receiver, controller] });
  if (readable.has(receiver)) {
    const [task] = await receiver.receive();
    console.log(`Task: ${task} ms`);
    await sleep(Number(task));
    await sender.send("");
  }
  if (readable.has(controller)) break; // whatever the sink says, it means KILL
}
console.log("taskwork2 was told to stop");
await factory.shutdown();
