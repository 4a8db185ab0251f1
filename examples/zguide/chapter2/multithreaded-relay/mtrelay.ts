// Multithreaded relay: three threads pass a signal on, over PAIR sockets, from step 1 to step 2 (bound to
// inproc://step2) to step 3 (bound to inproc://step3), which is the main thread.

import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { ZmqEndpoint, type ZmqError, ZmqFactory, ZmqPairConnection } from "tx0mq";

interface Relay {
  step: number;
  /** Where step 2 and step 3 are bound. */
  step2: string;
  step3: string;
}

const relay: Relay = isMainThread ? commandLine() : workerData;
const factory = new ZmqFactory({
  shared: true, // inproc reaches as far as the context
  lingerPeriod: -1, // who passes the signal on stays until it is there
});
try {
  await [step1, step2, step3][relay.step - 1]?.();
} finally {
  await factory.shutdown(); // before a thread ends, its sockets have to be closed
}

async function step3(): Promise<void> {
  const receiver = new ZmqPairConnection(factory, ZmqEndpoint.bind(relay.step3));
  thread({ ...relay, step: 2, step3: `${receiver.lastEndpoint}` }); // which can connect, now that we are bound
  await receiver.receive();
  say("Step 3 has the signal. Test successful!");
}

async function step2(): Promise<void> {
  const receiver = new ZmqPairConnection(factory, ZmqEndpoint.bind(relay.step2));
  thread({ ...relay, step: 1, step2: `${receiver.lastEndpoint}` });
  await receiver.receive();
  say("Step 2 has the signal, passing it on");
  await new ZmqPairConnection(factory, ZmqEndpoint.connect(relay.step3)).send("READY");
}

async function step1(): Promise<void> {
  say("Step 1 is ready, signalling step 2");
  await new ZmqPairConnection(factory, ZmqEndpoint.connect(relay.step2)).send("READY");
}

/** Writes at once. What a thread gives to console.log is printed when the main thread has time for it. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** A thread that runs this file. Before Node 22 tsx has to be loaded into it by hand. */
function thread(workerData: Relay): Worker {
  if (Number.parseInt(process.versions.node, 10) >= 22) {
    return new Worker(new URL(import.meta.url), { workerData });
  }
  const [tsx, self] = [import.meta.resolve("tsx/esm/api"), import.meta.url];
  const load = `import("${tsx}").then(({ register }) => { register(); return import("${self}"); })`;
  return new Worker(load, { eval: true, workerData });
}

function commandLine(): Relay {
  process.on("uncaughtException", (error) => {
    console.error(`mtrelay: ${error.message}`);
    process.exit((error as ZmqError).code === "ERR_ZMQ_ENDPOINT" ? 2 : 1); // a thread's error is a copy
  });
  try {
    const { values } = parseArgs({
      options: {
        step2: { type: "string", default: "inproc://step2" },
        step3: { type: "string", default: "inproc://step3" },
      },
    });
    return { step: 3, ...values };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(`usage: mtrelay [--step2 ADDRESS] [--step3 ADDRESS]   (${why})`);
    process.exit(2);
  }
}
