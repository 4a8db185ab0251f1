/** What the test of `thread()` runs: TypeScript that only types make different from JavaScript. */
import { parentPort, workerData } from "node:worker_threads";

const { number }: { number: number } = workerData;
parentPort?.postMessage({ number, arguments: process.argv.length });
