/**
 * Measured: tx0mq and bare `zeromq`, and bytes alone. The command line and the rounds are those of harness.py, and
 * `--subject` and `--node-task` say which of the programs in ../../programs it is.
 */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import type { PeerRole } from "../../bare/rows.ts";
import { startPeer } from "../../bare/start-peer.ts";
import { measure } from "../../programs/measure.ts";
import type { Round, Sample } from "../../programs/meter.ts";
import type { Program, Task } from "../../programs/program.ts";

const { values } = parseArgs({
  options: {
    way: { type: "string" }, // see ../../anatomy/ways.ts
    subject: { type: "string", default: "tx0mq" },
    "node-task": { type: "string", default: "" },
    task: { type: "string" }, // what the others call it
    address: { type: "string", multiple: true, default: [] },
    size: { type: "string", default: "16" },
    parts: { type: "string", default: "1" },
    window: { type: "string", default: "1" },
    connections: { type: "string", default: "1" },
    "high-water-mark": { type: "string" },
    "other-end": { type: "string" },
    library: { type: "string" },
  },
});

const otherEnd = values["other-end"];
const program: Program = {
  subject: values.subject as Program["subject"],
  task: values["node-task"] as Task,
  window: Number(values.window),
  transport: otherEnd === undefined ? "tcp" : "inproc",
  size: Number(values.size),
  parts: Number(values.parts),
  connections: Number(values.connections),
  ...(values["high-water-mark"] === undefined ? {} : { mark: Number(values["high-water-mark"]) }),
};

// The binding keeps its context to itself, so that no C code can be at the other end of an inproc
// address: it is a worker thread on bare zeromq.
if (otherEnd !== undefined) {
  const [address = ""] = values.address;
  await startPeer({ program: { ...program, peer: otherEnd as PeerRole }, address });
}

async function openRound(): Promise<Round> {
  const { address: addresses, way } = values;
  if (way !== undefined) {
    return (await import("../../anatomy/ways.ts")).open(way, addresses, program.size);
  }
  const { open } = await import(`../../programs/${program.subject}.ts`);
  return open(program, addresses);
}

const round = await openRound();
const alone = otherEnd === undefined;

function say(json: unknown): void {
  process.stdout.write(`${JSON.stringify(json)}\n`);
}

say({ ready: true });
for await (const command of createInterface({ input: process.stdin })) {
  const [unit, ...numbers] = command.split(" ");
  const [first = 0, second = 0] = numbers.map(Number);
  let lead: Sample | undefined;
  let sample: Sample;
  if (unit === "ms") {
    if (first > 0) lead = await measure(round, { ms: first }, alone);
    sample = await measure(round, { ms: second }, alone);
  } else {
    sample = await measure(round, { count: first }, alone);
  }
  const total = sample.count + (lead?.count ?? 0);
  say({ ...sample, total, rss: process.memoryUsage.rss() });
}
process.exit();
