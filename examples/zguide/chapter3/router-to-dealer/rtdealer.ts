// ROUTER to DEALER: a boss with a ROUTER, bound to tcp://*:5671, and ten workers, each with a DEALER.
// As with REQ workers, but a DEALER leaves the empty frame before each message to the worker.

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  EMPTY,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqRouterConnection,
} from "tx0mq";

const LONGEST = 255; // bytes in what a worker asks with

const options = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
const broker = new ZmqRouterConnection(factory, ZmqEndpoint.bind(options.endpoint));
console.log(`rtdealer listening on ${broker.lastEndpoint}`);
const managing = manage();
await Promise.all(Array.from({ length: options.workers }, (_, n) => work(n)));
await factory.shutdown();
await managing;

/** Whoever asks gets work, and after five seconds the sack. */
async function manage(): Promise<void> {
  const end = performance.now() + options.time;
  for await (const [worker = EMPTY, delimiter, question, ...more] of broker) {
    if (delimiter?.length !== 0 || !question || question.length > LONGEST || more.length > 0) {
      console.error(`rtdealer: refused a malformed message from ${worker.toString("hex")}`);
      continue;
    }
    // The address of the one who asked, and the delimiter, as for a REQ.
    await broker.send([worker, EMPTY, performance.now() < end ? "Work harder" : "Fired!"]);
  }
}

async function work(n: number): Promise<void> {
  const worker = new ZmqDealerConnection(factory, broker.endpoints.map(reachable));
  const longest = n < options.slow ? 10 * options.work : options.work;
  let total = 0;
  for (;;) {
    await worker.send([EMPTY, "Hi Boss"]);
    const [, order] = await worker.receive();
    if (String(order) === "Fired!") break;
    total += 1;
    await sleep(1 + Math.random() * longest);
  }
  console.log(`Worker ${n} completed: ${total} tasks`);
}

/** Where a socket that is bound to all interfaces is connected to on this machine. */
function reachable({ address }: ZmqEndpoint): ZmqEndpoint {
  return ZmqEndpoint.connect(address.replace("//0.0.0.0:", "//127.0.0.1:"));
}

function commandLine() {
  process.on("uncaughtException", (error) => {
    console.error(`rtdealer: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        endpoint: { type: "string", default: "tcp://*:5671" },
        workers: { type: "string", default: "10" },
        slow: { type: "string", default: "0" },
        work: { type: "string", default: "500" },
        time: { type: "string", default: "5000" },
      },
    });
    const number = (flag: "workers" | "slow" | "work" | "time") => {
      if (/^\d{1,9}$/.test(values[flag])) return Number(values[flag]);
      throw new Error(`--${flag} is a whole number, 0 to 999999999, not "${values[flag]}"`);
    };
    return {
      endpoint: values.endpoint,
      workers: number("workers"),
      slow: number("slow"),
      work: number("work"),
      time: number("time"),
    };
  } catch (error) {
    const flags = "[--endpoint ADDRESS] [--workers N] [--slow N] [--work MS] [--time MS]";
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: rtdealer ${flags}   (${why})`);
    process.exit(2);
  }
}
