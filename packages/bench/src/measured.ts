/**
 * The process that is measured: one program, on one of the two packages. It starts its peer and then
 * runs a round whenever it is told to.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Meter, type Round, type Sample } from "./meter.ts";
import type { PeerArguments } from "./peer.ts";
import { startPeer } from "./start-peer.ts";

const THREAD = `/proc/self/task/${process.pid}/schedstat`;

/** CPU time of the JavaScript thread, in ms. */
function threadTime(): number | undefined {
  try {
    return Number(readFileSync(THREAD, "latin1").split(" ", 1)[0]) / 1e6;
  } catch {
    return undefined; // not on Linux
  }
}

async function measure(round: Round, ms: number, alone: boolean): Promise<Sample> {
  const meter = new Meter();
  setTimeout(() => {
    meter.stopped = true;
  }, ms);
  const thread = threadTime();
  const cpu = process.cpuUsage();
  const began = performance.now();
  await round(meter);
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const threadEnd = threadTime();
  const threadMs = thread === undefined || threadEnd === undefined ? undefined : threadEnd - thread;
  return {
    count: meter.count,
    wallMs,
    cpuMs: alone ? (user + system) / 1000 : threadMs,
    threadMs,
  };
}

/** Keeps all threads of a process on one core. */
function pin(pid: number, core: number): void {
  execFileSync("taskset", ["--all-tasks", "--cpu-list", "--pid", `${core}`, `${pid}`]);
}

const peer = JSON.parse(process.argv[2] ?? "") as PeerArguments;
const { program } = peer;
process.on("SIGINT", () => undefined); // the benchmark ends its processes itself
const { address, pid, stop } = await startPeer(peer);
process.once("disconnect", () => void stop().finally(() => process.exit()));
const { open } =
  program.subject === "tx0mq" ? await import("./tx0mq.ts") : await import("./bare.ts");
const round = open(program, address);
if (process.argv.includes("pin") && availableParallelism() > 1 && pid !== undefined) {
  pin(process.pid, 0);
  pin(pid, 1);
}
process.on("message", async (ms: number) => {
  process.send?.(await measure(round, ms, program.transport !== "inproc"));
});
process.send?.("ready");
