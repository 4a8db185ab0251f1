// ROUTER to REQ: a boss with a ROUTER, bound to tcp://*:5671, and ten workers, each with a REQ socket.
// A worker asks for work when it has none, and so whoever is fast gets more of it.

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  EMPTY,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

const LONGEST = 255; // bytes in a question or an order
const FIRED = ["Fired!", "END"]; // what the guide's bosses say in C and in Python

const { role, endpoint, ...options } = commandLine();

const factory = new ZmqFactory();
factory.registerForShutdown();
if (role === "worker") await work(process.pid, endpoint);
else await boss();
await factory.shutdown();

async function boss(): Promise<void> {
  const broker = new ZmqRouterConnection(factory, ZmqEndpoint.bind(endpoint));
  console.log(`rtreq listening on ${broker.lastEndpoint}`);
  const managing = manage(broker);
  if (role === "boss") return managing;
  const address = String(broker.lastEndpoint).replace("//0.0.0.0:", "//127.0.0.1:");
  await Promise.all(Array.from({ length: options.workers }, (_, n) => work(n, address)));
}

/** Whoever asks gets work, and from five seconds after the first question the sack. */
async function manage(broker: ZmqRouterConnection): Promise<void> {
  const staff = new Set<string>(); // those who have had work, and not yet the sack
  let end = Number.POSITIVE_INFINITY;
  for await (const [worker = EMPTY, delimiter, question, ...more] of broker) {
    const id = worker.toString("hex");
    if (delimiter?.length !== 0 || !question || question.length > LONGEST || more.length > 0) {
      console.error(`rtreq: refused a malformed message from ${id}`);
      continue;
    }
    end = Math.min(end, performance.now() + options.time);
    const over = performance.now() >= end;
    // The address of the one who asked, and the delimiter that a REQ expects.
    await broker.send([worker, EMPTY, over ? "Fired!" : "Work harder"]);
    if (over) staff.delete(id);
    else staff.add(id);
    if (role === "boss" && over && staff.size === 0) return;
  }
}

async function work(n: number, address: string): Promise<void> {
  const worker = new ZmqReqConnection(factory, ZmqEndpoint.connect(address));
  const longest = n < options.slow ? 10 * options.work : options.work;
  let total = 0;
  for (;;) {
    await worker.send("Hi Boss");
    const [order = EMPTY, ...more] = await worker.receive();
    if (order.length > LONGEST || more.length > 0) {
      console.error(`rtreq: worker ${n} refused a malformed order`);
      continue;
    }
    if (FIRED.includes(String(order))) break;
    total += 1;
    await sleep(1 + Math.random() * longest);
  }
  console.log(`Worker ${n} completed: ${total} tasks`);
}

function commandLine() {
  process.on("uncaughtException", (error) => {
    console.error(`rtreq: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values } = parseArgs({
      options: {
        role: { type: "string", default: "all" },
        endpoint: { type: "string" },
        workers: { type: "string", default: "10" },
        slow: { type: "string", default: "0" },
        work: { type: "string", default: "500" },
        time: { type: "string", default: "5000" },
      },
    });
    const { role, endpoint = `tcp://${role === "worker" ? "localhost" : "*"}:5671` } = values;
    if (!["all", "boss", "worker"].includes(role)) {
      throw new Error(`--role is all, boss or worker, not "${role}"`);
    }
    const number = (flag: "workers" | "slow" | "work" | "time") => {
      if (/^\d{1,9}$/.test(values[flag])) return Number(values[flag]);
      throw new Error(`--${flag} is a whole number, 0 to 999999999, not "${values[flag]}"`);
    };
    return {
      role,
      endpoint,
      workers: number("workers"),
      slow: number("slow"),
      work: number("work"),
      time: number("time"),
    };
  } catch (error) {
    const flags =
      "[--role all|boss|worker] [--endpoint ADDRESS] [--workers N] [--slow N] [--work MS] [--time MS]";
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: rtreq ${flags}   (${why})`);
    process.exit(2);
  }
}
