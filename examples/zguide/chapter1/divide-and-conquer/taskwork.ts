// Task worker: a PULL socket, connected to tcp://localhost:5557, takes tasks from the ventilator;
// a PUSH socket, connected to tcp://localhost:5558, tells the sink of each that is done.

import { setTimeout as work } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqPullConnection,
  ZmqPushConnection,
} from "tx0mq";

const { tasks, sink } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const receiver = new ZmqPullConnection(factory, ZmqEndpoint.connect(tasks));
const sender = new ZmqPushConnection(factory, ZmqEndpoint.connect(sink));

for await (const frames of receiver) {
  const task = frames.join("|");
  if (/^\d{1,9}$/.test(task)) {
    process.stdout.write(`${task}.`);
    await work(Number(task));
    await sender.send("");
  } else {
    console.error(`taskwork: refused a task that is no number of ms: ${JSON.stringify(task)}`);
  }
}

function commandLine(): { tasks: string; sink: string } {
  process.on("uncaughtException", (error) => {
    console.error(`taskwork: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    return parseArgs({
      options: {
        tasks: { type: "string", default: "tcp://localhost:5557" },
        sink: { type: "string", default: "tcp://localhost:5558" },
      },
    }).values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: taskwork [--tasks ADDRESS] [--sink ADDRESS]   (${why})`);
    process.exit(2);
  }
}
