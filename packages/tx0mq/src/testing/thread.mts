/** What the test of `thread()` runs under another name. */
import { parentPort, workerData } from "node:worker_threads";

const { number }: { number: number } = workerData;
parentPort?.postMessage(number);
