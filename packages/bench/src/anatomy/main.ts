/**
 * Tells where the time of one received 16-byte message goes, and what other ways there are to drive
 * the binding. Linux only: it needs `perf`, and a C compiler with libzmq for the other end.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, machine } from "../common/machine.ts";
import { Progress } from "../common/progress.ts";
import { type Summary, summarize, TOO_WIDE } from "../common/statistics.ts";
import { type Columns, heading, line } from "../common/table.ts";
import { killAll, Talker } from "../common/talker.ts";
import { compile, MissingError, PROGRAMS } from "../peers/toolchain.ts";
import type { Sample } from "../programs/meter.ts";
import { countParts, PARTS, type Part } from "./stacks.ts";
import { WAYS } from "./ways.ts";

const ROUNDS = 9;
const ROUND_MS = 300;
const WARM_UP_MS = 1500;
const PROFILED_MS = 4000;
const SIZE = "16";

/** What is taken apart: the name of the column, and the program. */
const SUBJECTS: readonly (readonly [name: string, subject: string, task: string])[] = [
  ["tx0mq, handler", "tx0mq", "receive-handler"],
  ["tx0mq, for await", "tx0mq", "receive-iterator"],
  ["zeromq, await", "zeromq", "receive-handler"],
];

/** A program that receives, with a source of its own. */
class Receiver {
  readonly program: Talker;
  readonly #source: Talker;

  private constructor(program: Talker, source: Talker) {
    this.program = program;
    this.#source = source;
  }

  static async start(
    otherEnd: string,
    address: string,
    flags: readonly string[],
    args: readonly string[],
  ): Promise<Receiver> {
    const source = new Talker([otherEnd, "source", address, SIZE, "1", "1000", "1"]);
    await source.answer(20_000);
    const program = new Talker([
      process.execPath,
      ...flags,
      ...process.execArgv,
      join(PROGRAMS, "node.ts"),
      ...args,
      ...["--task", "receive", "--size", SIZE, "--address", address],
    ]);
    await program.answer(30_000);
    await program.ask(`ms 0 ${WARM_UP_MS}`, 30_000);
    return new Receiver(program, source);
  }

  async round(ms: number): Promise<Sample> {
    return (await this.program.ask(`ms 50 ${ms}`, ms + 20_000)) as Sample;
  }

  async stop(): Promise<void> {
    await Promise.all([this.program.stop(), this.#source.stop()]);
  }
}

interface Anatomy {
  /** Nanoseconds of the JavaScript thread, and of the other threads of the process. */
  readonly thread: Summary;
  readonly others: Summary;
  readonly parts: ReadonlyMap<Part, number>;
  readonly stacks: number;
}

const nanoseconds = (ms: number | undefined, { count }: Sample): number =>
  ((ms ?? Number.NaN) / count) * 1e6;

async function rounds(receiver: Receiver): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let i = 0; i < ROUNDS; i += 1) samples.push(await receiver.round(ROUND_MS));
  return samples;
}

/** Measures one receiver undisturbed, and takes stacks of another that tells the names of its functions. */
async function dissect(
  undisturbed: Receiver,
  receiver: Receiver,
  scratch: string,
): Promise<Anatomy> {
  const samples = await rounds(undisturbed);
  const data = join(scratch, "perf.data");
  const seconds = `${PROFILED_MS / 1000 - 1}`;
  const perf = spawn(
    "perf",
    ["record", "-q", "-F", "499", "--call-graph", "dwarf,8192", "-o", data].concat([
      "-t",
      `${receiver.program.pid}`,
      "--",
      "sleep",
      seconds,
    ]),
    { stdio: "ignore" },
  );
  const profiled = once(perf, "exit");
  await receiver.round(PROFILED_MS);
  await profiled;
  const script = execFileSync("perf", ["script", "--no-inline", "-F", "ip,sym", "-i", data], {
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 2 ** 30,
  });
  const parts = countParts(String(script));
  return {
    thread: summarize(samples.map((sample) => nanoseconds(sample.threadMs, sample))),
    others: summarize(
      samples.map((sample) => nanoseconds((sample.cpuMs ?? 0) - (sample.threadMs ?? 0), sample)),
    ),
    parts,
    stacks: [...parts.values()].reduce((sum, count) => sum + count, 0),
  };
}

function printAnatomy(taken: ReadonlyMap<string, Anatomy>): void {
  const columns: Columns = [
    ["ns of a message", -26],
    ...[...taken.keys()].map((name) => [name, 16] as const),
  ];
  const each = (cell: (anatomy: Anatomy) => string): string[] => [...taken.values()].map(cell);
  console.log(heading(columns));
  for (const part of PARTS) {
    const cells = each(({ thread, parts, stacks }) =>
      (((parts.get(part) ?? 0) / stacks) * thread.median).toFixed(0),
    );
    console.log(line(columns, [`  ${part}`, ...cells]));
  }
  console.log(line(columns, ["JavaScript thread", ...each(({ thread }) => figure(thread))]));
  console.log(line(columns, ["other threads", ...each(({ others }) => figure(others))]));
  console.log(line(columns, ["stacks taken", ...each(({ stacks }) => `${stacks}`)]));
}

function figure({ median, spread }: Summary): string {
  return `${spread > TOO_WIDE ? "(too wide) " : ""}${median.toFixed(0)}`;
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "tx0mq-anatomy-"));
  process.on("exit", () => {
    killAll();
    rmSync(scratch, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
  try {
    execFileSync("perf", ["--version"], { stdio: "ignore" });
  } catch {
    throw new MissingError("not found: perf (Debian's package linux-perf)");
  }
  const { otherEnd } = compile(scratch);
  const progress = new Progress();
  console.log(`${describe(machine())}\n`);

  const taken = new Map<string, Anatomy>();
  for (const [name, subject, task] of SUBJECTS) {
    progress.show(`taking apart: ${name}`);
    const address = `ipc://${join(scratch, task)}-${subject}`;
    const program = ["--subject", subject, "--node-task", task];
    const undisturbed = await Receiver.start(otherEnd, address, [], program);
    const receiver = await Receiver.start(
      otherEnd,
      `${address}-stacks`,
      [
        "--perf-basic-prof",
        "--interpreted-frames-native-stack",
        "--no-logfile-per-isolate",
        `--logfile=${join(scratch, "v8.log")}`,
      ],
      program,
    );
    taken.set(name, await dissect(undisturbed, receiver, scratch));
    await Promise.all([undisturbed.stop(), receiver.stop()]);
    rmSync(`/tmp/perf-${receiver.program.pid}.map`, { force: true }); // where perf looks for names
  }
  progress.clear();
  printAnatomy(taken);

  const ways = new Map<string, Sample[]>();
  const receivers = new Map<string, Receiver>();
  const start = async (name: string, args: readonly string[]): Promise<void> => {
    progress.show(`starting: ${name}`);
    const address = `ipc://${join(scratch, `way-${ways.size}`)}`;
    ways.set(name, []);
    receivers.set(name, await Receiver.start(otherEnd, address, [], args));
  };
  for (const way of Object.keys(WAYS)) await start(way, ["--way", way]);
  await start("tx0mq, handler", ["--subject", "tx0mq", "--node-task", "receive-handler"]);
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [name, receiver] of receivers) {
      progress.show(`round ${round} of ${ROUNDS}: ${name}`);
      ways.get(name)?.push(await receiver.round(ROUND_MS));
    }
  }
  progress.clear();
  await Promise.all([...receivers.values()].map((receiver) => receiver.stop()));
  const columns: Columns = [
    ["ways to drive the binding", -38],
    ["ns thread", 20],
    ["ns process", 20],
  ];
  console.log(`\n${heading(columns)}`);
  for (const [name, samples] of ways) {
    const thread = summarize(samples.map((sample) => nanoseconds(sample.threadMs, sample)));
    const all = summarize(samples.map((sample) => nanoseconds(sample.cpuMs, sample)));
    console.log(line(columns, [`  ${name}`, figure(thread), figure(all)]));
  }
}

try {
  await main();
  process.exit();
} catch (error) {
  if (!(error instanceof MissingError)) throw error;
  console.error(error.message);
  process.exit(1);
}
