import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { PeerArguments } from "./peer.ts";

export interface Peer {
  /** What it has bound. */
  readonly address: string;
  /** Its process, where it has one of its own. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Starts the other end: in a worker thread for inproc, else in a process of its own. */
export async function startPeer(peer: PeerArguments): Promise<Peer> {
  const file = new URL("./peer.ts", import.meta.url);
  if (peer.program.transport === "inproc") {
    const worker = new Worker(loader(file), { eval: true, workerData: peer });
    const [address] = await once(worker, "message");
    const stop = async (): Promise<void> => {
      const exit = once(worker, "exit");
      worker.postMessage("stop");
      await exit;
    };
    return { address, pid: undefined, stop };
  }
  const child = fork(fileURLToPath(file), [JSON.stringify(peer)], {
    // Profiles and a garbage collector at hand are wanted in the measured program alone.
    execArgv: process.execArgv.filter((flag) => !/^--(cpu-prof|expose)/.test(flag)),
  });
  const [address] = await once(child, "message");
  const stop = async (): Promise<void> => {
    const exit = once(child, "exit");
    child.disconnect();
    await exit;
  };
  return { address, pid: child.pid, stop };
}

/** A worker thread does not inherit tsx: it has to load it itself before it can load the file. */
function loader(file: URL): string {
  const tsx = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const program = JSON.stringify(file);
  return `import(${tsx}).then(({ register }) => { register(); return import(${program}); });`;
}
