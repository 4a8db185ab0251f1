// Task sink: a PULL socket, bound to tcp://*:5558.
// Learns from the ventilator that a batch begins, collects 100 results, and tells how long that took.

import { parseArgs } from "node:util";
import { ZmqEndpoint, ZmqEndpointError, ZmqFactory, ZmqPullConnection } from "tx0mq";

const { endpoint, count } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const receiver = new ZmqPullConnection(factory, ZmqEndpoint.bind(endpoint));
console.log(`tasksink listening on ${receiver.lastEndpoint}`);

// The start is "0", a result is empty. They come over different connections: nothing keeps a result
// from being faster than the start, so the clock starts with whichever is first.
let started = false;
let results = 0;
let began = 0;
while (!started || results < count) {
  const message = (await receiver.receive()).join("|");
  if (message === "0" && !started) started = true;
  else if (message === "" && results < count) process.stdout.write(results++ % 10 ? "." : ":");
  else {
    console.error(`tasksink: refused what is neither start nor result: ${JSON.stringify(message)}`);
    continue;
  }
  began ||= performance.now();
}
console.log(`\nTotal elapsed time: ${Math.round(performance.now() - began)} msec`);

await factory.shutdown();

function commandLine(): { endpoint: string; count: number } {
  process.on("uncaughtException", (error) => {
    console.error(`tasksink: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        endpoint: { type: "string", default: "tcp://*:5558" },
        count: { type: "string", default: "100" },
      },
    });
    if (!/^[1-9]\d{0,8}$/.test(values.count)) {
      throw new Error(`--count is a whole number from 1 on, not "${values.count}"`);
    }
    return { ...values, count: Number(values.count) };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: tasksink [--endpoint ADDRESS] [--count TASKS]   (${why})`);
    process.exit(2);
  }
}
