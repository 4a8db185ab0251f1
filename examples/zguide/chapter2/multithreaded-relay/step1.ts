// Step 1 of the relay: a PAIR socket, connected to step 2.

import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { ZmqFactory, ZmqPairConnection } from "tx0mq";

const { step2 }: { step2: string } = workerData;

const factory = new ZmqFactory({ shared: true });
factory.registerForShutdown();
writeSync(1, "Step 1 is ready, signalling step 2\n");
const sender = new ZmqPairConnection(factory, { connect: step2 });
await sender.send("READY");
