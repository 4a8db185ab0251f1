// Task ventilator: a PUSH socket, bound to tcp://*:5557, deals 100 tasks to the workers in turn.
// A second PUSH, connected to tcp://localhost:5558, tells the sink that the batch begins.

import { randomInt } from "node:crypto";
import { on } from "node:events";
import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqPushConnection } from "tx0mq";

const { tasks, sink: sinkAddress, count, longest, workers } = commandLine();

const factory = new ZmqFactory({ lingerPeriod: -1 }); // it ends when the last task has left
const sender = new ZmqPushConnection(factory);
const arrivals = on(sender, "handshakeSucceeded"); // of workers; from before it binds, to miss none
sender.addEndpoints(ZmqEndpoint.bind(tasks));
// With `immediate` a message waits until the sink is there; without, "0" would wait and tasks not.
const sink = new ZmqPushConnection(factory, ZmqEndpoint.connect(sinkAddress), { immediate: true });
console.log(`taskvent listening on ${sender.lastEndpoint}`);

// A PUSH deals to the workers that it has. Without this wait the first to come would get all.
if (workers === undefined) await enter();
else await arrived(workers);

console.log("Sending tasks to workers...");
await sink.send("0");

let cost = 0;
for (let task = 0; task < count; task++) {
  const workload = randomInt(1, longest + 1);
  cost += workload;
  await sender.send(`${workload}`);
}
console.log(`Total expected cost: ${cost} msec`);

await factory.shutdown();

async function enter(): Promise<void> {
  process.stdout.write("Press Enter when the workers are ready: ");
  for await (const typed of process.stdin) if (typed.includes("\n")) break;
}

async function arrived(wanted: number): Promise<void> {
  for (let seen = 0; seen < wanted; seen++) await arrivals.next();
}

function commandLine() {
  process.on("uncaughtException", (error) => {
    console.error(`taskvent: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        tasks: { type: "string", default: "tcp://*:5557" },
        sink: { type: "string", default: "tcp://localhost:5558" },
        count: { type: "string", default: "100" },
        longest: { type: "string", default: "100" },
        workers: { type: "string" },
      },
    });
    const number = (name: "count" | "longest" | "workers", least: number): number => {
      const value = Number(values[name]);
      if (/^\d{1,9}$/.test(values[name] ?? "") && value >= least) return value;
      throw new Error(`--${name} is a whole number from ${least} on, not "${values[name]}"`);
    };
    return {
      ...values,
      count: number("count", 1),
      longest: number("longest", 1),
      workers: values.workers === undefined ? undefined : number("workers", 0),
    };
  } catch (error) {
    const flags =
      "[--tasks ADDRESS] [--sink ADDRESS] [--count TASKS] [--longest MS] [--workers COUNT]";
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: taskvent ${flags}   (${why})`);
    process.exit(2);
  }
}
