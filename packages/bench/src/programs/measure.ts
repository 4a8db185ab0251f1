import { readFileSync } from "node:fs";
import { Meter, type Round, type Sample } from "./meter.ts";

const THREAD = `/proc/self/task/${process.pid}/schedstat`;

/** CPU time of the JavaScript thread, in ms. */
function threadTime(): number | undefined {
  try {
    return Number(readFileSync(THREAD, "latin1").split(" ", 1)[0]) / 1e6;
  } catch {
    return undefined; // not on Linux
  }
}

/**
 * Runs a round.
 *
 * @param until after so many ms, or when so many are counted
 * @param alone whether all threads of the process belong to what is measured
 */
export async function measure(
  round: Round,
  until: { readonly ms: number } | { readonly count: number },
  alone: boolean,
): Promise<Sample> {
  const meter = new Meter("count" in until ? until.count : undefined);
  if ("ms" in until) {
    setTimeout(() => {
      meter.stopped = true;
    }, until.ms);
  }
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
