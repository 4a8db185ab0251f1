/** The program of the test of `thread()`: TypeScript that differs from JavaScript only in its types. */
import { parentPort, workerData } from "node:worker_threads";

const { number }: { number: number } = workerData;
parentPort?.postMessage({ number, arguments: process.argv.length });
