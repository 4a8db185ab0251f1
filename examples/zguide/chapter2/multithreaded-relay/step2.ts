// Step 2 of the relay: a PAIR socket, bound to inproc://step2, and one that is connected to step 3.

import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { ZmqFactory, ZmqPairConnection } from "tx0mq";
import { thread } from "tx0mq/thread";

const { step2, step3 }: { step2: string; step3: string } = workerData;

const factory = new ZmqFactory({ shared: true });
factory.registerForShutdown();
const receiver = new ZmqPairConnection(factory, { bind: step2 });
thread(new URL("./step1.ts", import.meta.url), { step2: receiver.address });

await receiver.receive();
// A thread's console.log() goes through the main thread: the line might come after that of step 3.
writeSync(1, "Step 2 has the signal, passing it on\n");
const sender = new ZmqPairConnection(factory, { connect: step3 });
await sender.send("READY");
