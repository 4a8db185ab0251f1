/// <reference types="node" preserve="true" />
import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";

const TYPESCRIPT = /\.([cm]?)tsx?$/;

/**
 * Starts a thread that runs a file:
 *
 * ```ts
 * thread(new URL("./worker.ts", import.meta.url), { number: 1 });
 * ```
 *
 * It is `new Worker(file, { workerData })`. Before Node 22, tsx has to be loaded into each thread, and
 * this does it. If the program was compiled, and worker.ts is not there, it runs worker.js.
 */
export function thread(file: URL, workerData?: unknown): Worker {
  const code = present(file);
  const bare = Number.parseInt(process.versions.node, 10) < 22;
  if (!bare || !TYPESCRIPT.test(code.pathname)) return new Worker(code, { workerData });
  return new Worker(new URL("./thread-tsx.js", import.meta.url), { workerData, argv: [code.href] });
}

/** The file, or, if there is only that, what the compiler has made of it. */
function present(file: URL): URL {
  const compiled = new URL(file.href.replace(TYPESCRIPT, ".$1js"));
  return existsSync(compiled) && !existsSync(file) ? compiled : file;
}
