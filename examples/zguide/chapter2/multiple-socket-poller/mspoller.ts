// Multiple socket poller: a PULL, connected to the task ventilator at tcp://localhost:5557, and a SUB,
// connected to the weather server at tcp://localhost:5556. Reads from both, a message from each in turn.

import { setTimeout as work } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  type Message,
  poll,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqPullConnection,
  ZmqSubConnection,
} from "tx0mq";

const addresses = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const receiver = new ZmqPullConnection(factory, ZmqEndpoint.connect(addresses.tasks));
const subscriber = new ZmqSubConnection(factory, ZmqEndpoint.connect(addresses.updates));
subscriber.subscribe("10001 ");
console.log(`mspoller reads from ${addresses.tasks} and ${addresses.updates}`);

while (!factory.closed) {
  const { readable } = await poll({ readable: [receiver, subscriber] });
  if (readable.has(receiver)) await doTask(await receiver.receive());
  if (readable.has(subscriber)) showUpdate(await subscriber.receive());
}

/** A task is how long it takes, in ms. */
async function doTask([task, ...more]: Message): Promise<void> {
  if (!/^\d{1,6}$/.test(String(task)) || more.length > 0) {
    console.error("mspoller: refused a task that is not a number of ms");
    return;
  }
  console.log(`Task: ${task} ms`);
  await work(Number(task));
}

function showUpdate([update, ...more]: Message): void {
  if (!/^10001 -?\d+ \d+$/.test(String(update)) || more.length > 0) {
    console.error("mspoller: refused an update that is not a zip code and two numbers");
    return;
  }
  console.log(`Update: ${update}`);
}

function commandLine(): { tasks: string; updates: string } {
  process.on("uncaughtException", (error) => {
    console.error(`mspoller: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    return parseArgs({
      options: {
        tasks: { type: "string", default: "tcp://localhost:5557" },
        updates: { type: "string", default: "tcp://localhost:5556" },
      },
    }).values;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: mspoller [--tasks ADDRESS] [--updates ADDRESS]   (${why})`);
    process.exit(2);
  }
}
