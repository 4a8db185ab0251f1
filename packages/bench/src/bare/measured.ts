/**
 * The process that is measured: one program, on one of the two packages. It starts its peer and then
 * runs a round whenever it is told to.
 */
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { measure } from "../programs/measure.ts";
import type { PeerArguments } from "./peer.ts";
import { startPeer } from "./start-peer.ts";

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
  program.subject === "tx0mq"
    ? await import("../programs/tx0mq.ts")
    : await import("../programs/zeromq.ts");
const round = open(program, [address]);
if (process.argv.includes("pin") && availableParallelism() > 1 && pid !== undefined) {
  pin(process.pid, 0);
  pin(pid, 1);
}
process.on("message", async (ms: number) => {
  process.send?.(await measure(round, { ms }, program.transport !== "inproc"));
});
process.send?.("ready");
