/** What the test of `thread()` runs as CommonJS. */
const threads = require("node:worker_threads") as typeof import("node:worker_threads");

const { number }: { number: number } = threads.workerData;
threads.parentPort?.postMessage(number);
