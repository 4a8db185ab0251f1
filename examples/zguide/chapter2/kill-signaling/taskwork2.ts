// Task worker, design 2: a PULL for tasks from tcp://localhost:5557, a PUSH for results to
// tcp://localhost:5558, and a SUB at tcp://localhost:5559, where the sink says when all is done.

import { once } from "node:events";
import { setTimeout as work } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  type Message,
  poll,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqSubConnection,
} from "tx0mq";

const addresses = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const ventilator = ZmqEndpoint.connect(addresses.tasks);
const receiver = new ZmqPullConnection(factory);
const sender = new ZmqPushConnection(factory, ZmqEndpoint.connect(addresses.sink));
const controller = new ZmqSubConnection(factory);
controller.subscribe();

// It takes no task before it can be told to stop.
const sinkIsThere = once(controller, "handshakeSucceeded");
controller.addEndpoints(ZmqEndpoint.connect(addresses.control));
console.log(`taskwork2 waits for the sink at ${addresses.control}`);
await sinkIsThere;
receiver.addEndpoints(ventilator);
console.log(`taskwork2 takes tasks from ${addresses.tasks}`);

while (!factory.closed) {
  const { readable } = await poll({ readable: [receiver, controller] });
  if (readable.has(receiver)) await doTask(await receiver.receive());
  if (readable.has(controller)) {
    console.log("taskwork2 was told to stop"); // whatever the sink says, it means KILL
    await factory.shutdown();
  }
}

/** A task is how long it takes, in ms. Its result is that it is done. */
async function doTask([task, ...more]: Message): Promise<void> {
  if (!/^\d{1,6}$/.test(String(task)) || more.length > 0) {
    console.error("taskwork2: refused a task that is not a number of ms");
    return;
  }
  console.log(`Task: ${task} ms`);
  await work(Number(task));
  await sender.send("");
}

function commandLine(): { tasks: string; sink: string; control: string } {
  process.on("uncaughtException", (error) => {
    console.error(`taskwork2: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    return parseArgs({
      options: {
        tasks: { type: "string", default: "tcp://localhost:5557" },
        sink: { type: "string", default: "tcp://localhost:5558" },
        control: { type: "string", default: "tcp://localhost:5559" },
      },
    }).values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(
      `usage: taskwork2 [--tasks ADDRESS] [--sink ADDRESS] [--control ADDRESS]   (${why})`,
    );
    process.exit(2);
  }
}
