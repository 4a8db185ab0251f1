// The thread of the device: passes on from a PULL to a PUSH, until it is told to stop.

import { parentPort, workerData } from "node:worker_threads";
import { proxy, ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";

const { input, output }: { input: string; output: string } = workerData;

const factory = new ZmqFactory();
const pull = new ZmqPullConnection(factory, { bind: input });
const push = new ZmqPushConnection(factory, { bind: output });
proxy(pull, push);
parentPort?.once("message", () => factory.shutdown());
