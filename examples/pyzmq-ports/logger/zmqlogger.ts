// Log records over PUB and SUB: workers log by pino, whose records an XPUB sends on, each with its level
// as the topic. A collector, a SUB bound to tcp://127.0.0.1:5558, prints what it subscribes to.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { PubHandler } from "./pub-handler.ts";

const { role, topics, root, period, workers, port } = flags(
  { role: oneOf("all", "collector", "worker"), topics: [""], root: String, period: 1000 },
  { workers: 2, port: 5558 },
);
const LEVELS = ["debug", "info", "warn", "error", "fatal"] as const;

const factory = new ZmqFactory();
factory.registerForShutdown();
const endpoint = `tcp://127.0.0.1:${port}`;
if (role !== "worker") collect();
for (let n = 1; role !== "collector" && n <= workers; n++) work(`worker ${n}`);

async function collect(): Promise<void> {
  const sub = new ZmqSubConnection(factory, { bind: endpoint });
  for (const topic of topics) sub.subscribe(topic);
  console.log(`collecting at ${sub.address}`);
  for await (const [topic, message] of sub) {
    // Records of pyzmq end with a newline.
    if (message) console.log(`${topic}: ${String(message).trimEnd()}`);
    else console.error("zmqlogger: invalid message");
  }
}

/** Logs at random levels; those below its own are not logged at all. */
async function work(name: string): Promise<void> {
  const options = { verboser: true, noDrop: true };
  const pub = new ZmqXPubConnection(factory, { connect: endpoint }, options);
  const handler = new PubHandler(pub, root);
  const level = LEVELS[randomInt(3)] ?? "debug";
  const logger = pino({ level }, handler);
  console.log(`starting ${name} with level ${level}`);
  for (let told = 0; !pub.closed; await sleep(period)) {
    logger[LEVELS[randomInt(LEVELS.length)] ?? "info"](`Hello from ${name}!`);
    if (handler.dropped > told) console.log(`${name} has dropped ${handler.dropped} records`);
    told = handler.dropped;
  }
}
