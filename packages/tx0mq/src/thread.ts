import { Worker } from "node:worker_threads";

/**
 * Starts a thread that runs a file:
 *
 * ```ts
 * thread(new URL("./worker.ts", import.meta.url), { number: 1 });
 * ```
 *
 * It is `new Worker(file, { workerData })`. Before Node 22, tsx has to be loaded into each thread, and
 * this does it.
 */
export function thread(file: URL, workerData?: unknown): Worker {
  const bare = Number.parseInt(process.versions.node, 10) < 22;
  if (!bare || !/\.[cm]?tsx?$/.test(file.pathname)) return new Worker(file, { workerData });
  return new Worker(new URL("./thread-tsx.js", import.meta.url), { workerData, argv: [file.href] });
}
