/** Measures tx0mq beside bare `zeromq` and prints the comparison as a table. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describe, machine } from "../common/machine.ts";
import { Progress } from "../common/progress.ts";
import { fromCaller, RESULTS, stamped, writeJson } from "../common/results.ts";
import { type Summary, summarize, TOO_WIDE } from "../common/statistics.ts";
import { type Columns, count, heading, line, range } from "../common/table.ts";
import type { Sample } from "../programs/meter.ts";
import type { PeerArguments } from "./peer.ts";
import { type Row, rows, type Side } from "./rows.ts";

const USAGE =
  "usage: bench [--quick] [--only PATTERN] [--rounds N] [--json FILE] [--pin] [--profile]   (PATTERN: a regular expression on the rows' names)";

/** Rounds that a pair of processes runs before the next pair starts afresh. */
const ROUNDS_PER_LAUNCH = 5;
/** After so many messages a program counts as warm. */
const WARM = 20_000;

/** One round of a program and one of what it stands beside, run one right after the other. */
interface Pair {
  readonly program: Sample;
  readonly beside: Sample;
}

interface Result {
  readonly row: Row;
  readonly pairs: readonly Pair[];
  readonly error?: string;
}

interface Options {
  readonly roundMs: number;
  readonly warmUpMs: number;
  readonly rounds: number;
  readonly only: RegExp;
  readonly quick: boolean;
  readonly json: string;
  /** Keep the measured process and its peer on a core each. */
  readonly pin: boolean;
  /** Write a CPU profile of every measured process. */
  readonly profile: boolean;
}

function options(): Options {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", default: "" },
        rounds: { type: "string" },
        json: { type: "string" },
        pin: { type: "boolean", default: false },
        profile: { type: "boolean", default: false },
      },
    });
    const rounds = Number(values.rounds ?? (values.quick ? 3 : 15));
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error("rounds: 1 or more");
    return {
      roundMs: values.quick ? 100 : 250,
      warmUpMs: values.quick ? 1500 : 4000,
      rounds,
      only: new RegExp(values.only, "i"),
      quick: values.quick,
      json: values.json === undefined ? stamped() : fromCaller(values.json),
      pin: values.pin,
      profile: values.profile,
    };
  } catch {
    console.error(USAGE);
    process.exit(2);
  }
}

// Processes ----------------------------------------------------------------------------------

const children = new Set<ChildProcess>();
const interrupted = new AbortController();
const scratch = mkdtempSync(join(tmpdir(), "tx0mq-bench-"));
let sockets = 0;

class Measured {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(program: Side, { pin, profile }: Options): Promise<Measured> {
    sockets += 1;
    const address = {
      tcp: "tcp://127.0.0.1:*",
      ipc: `ipc://${join(scratch, `${sockets}`)}`,
      inproc: "inproc://bench",
    }[program.transport];
    const peer: PeerArguments = { program, address };
    const child = fork(
      fileURLToPath(new URL("./measured.ts", import.meta.url)),
      [JSON.stringify(peer), ...(pin ? ["pin"] : [])],
      {
        execArgv: profile
          ? [
              ...process.execArgv,
              "--cpu-prof",
              `--cpu-prof-dir=${RESULTS}`,
              `--cpu-prof-name=${program.subject}-${program.task}-${program.transport}-${program.size}-${sockets}.cpuprofile`,
            ]
          : process.execArgv,
      },
    );
    children.add(child);
    child.once("exit", () => children.delete(child));
    const measured = new Measured(child);
    await measured.#answer(20_000);
    return measured;
  }

  /** Runs until its code has been compiled for good, or for so many ms. */
  async warmUp(roundMs: number, limit: number): Promise<void> {
    const began = performance.now();
    for (let count = 0; count < WARM && performance.now() - began < limit; ) {
      count += (await this.round(roundMs)).count;
    }
  }

  async round(ms: number): Promise<Sample> {
    this.#child.send(ms);
    return (await this.#answer(ms + 20_000)) as Sample;
  }

  async #answer(limit: number): Promise<unknown> {
    const wait = new AbortController();
    const signal = AbortSignal.any([wait.signal, interrupted.signal, AbortSignal.timeout(limit)]);
    try {
      return await Promise.race([
        once(this.#child, "message", { signal }).then(([answer]) => answer),
        once(this.#child, "exit", { signal }).then(([code, by]) => {
          throw new Error(`the measured process ended with ${code ?? by}`);
        }),
      ]);
    } catch (error) {
      if (signal.reason?.name === "TimeoutError") throw new Error("the measured process hangs");
      throw error;
    } finally {
      wait.abort();
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const kill = setTimeout(() => child.kill("SIGKILL"), 3_000);
    if (child.connected) child.disconnect();
    await once(child, "exit");
    clearTimeout(kill);
  }
}

async function run(row: Row, used: Options): Promise<Result> {
  const { rounds, roundMs, warmUpMs } = used;
  const pairs: Pair[] = [];
  let both: Measured[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      showProgress(row, round, rounds);
      if (round % ROUNDS_PER_LAUNCH === 0) {
        await Promise.all(both.map((measured) => measured.stop()));
        both = [];
        for (const which of [row.program, row.beside]) {
          both.push(await Measured.start(which, used));
        }
        await Promise.all(both.map((measured) => measured.warmUp(roundMs, warmUpMs)));
      }
      const [program, beside] = both as [Measured, Measured];
      if (round % 2 === 0) {
        const first = await program.round(roundMs);
        pairs.push({ program: first, beside: await beside.round(roundMs) });
      } else {
        const first = await beside.round(roundMs);
        pairs.push({ program: await program.round(roundMs), beside: first });
      }
    }
    return { row, pairs };
  } catch (error) {
    return interrupted.signal.aborted
      ? { row, pairs }
      : { row, pairs, error: error instanceof Error ? error.message : String(error) };
  } finally {
    await Promise.all(both.map((measured) => measured.stop()));
  }
}

// Comparison ---------------------------------------------------------------------------------

interface Comparison {
  /** Messages or requests a second. */
  readonly rate: Summary;
  readonly besideRate: Summary;
  /** How many times as fast the program is. */
  readonly ratio: Summary;
  /** CPU time of one message, in µs. */
  readonly cost: Summary | undefined;
  readonly besideCost: Summary | undefined;
  /** How many times as cheap the program is. */
  readonly costRatio: Summary | undefined;
  readonly verdict: string;
}

const rate = ({ count, wallMs }: Sample): number => (count / wallMs) * 1000;
const cost = ({ count, cpuMs }: Sample): number => ((cpuMs ?? Number.NaN) / count) * 1000;

function compare({ row, pairs }: Result): Comparison | undefined {
  if (pairs.length === 0) return undefined;
  const ratio = summarize(pairs.map((pair) => rate(pair.program) / rate(pair.beside)));
  const timed = pairs.filter((pair) => pair.program.cpuMs && pair.beside.cpuMs);
  const costs =
    timed.length === 0
      ? undefined
      : {
          cost: summarize(timed.map((pair) => cost(pair.program))),
          besideCost: summarize(timed.map((pair) => cost(pair.beside))),
          costRatio: summarize(timed.map((pair) => cost(pair.beside) / cost(pair.program))),
        };
  return {
    rate: summarize(pairs.map((pair) => rate(pair.program))),
    besideRate: summarize(pairs.map((pair) => rate(pair.beside))),
    ratio,
    cost: costs?.cost,
    besideCost: costs?.besideCost,
    costRatio: costs?.costRatio,
    verdict: verdict(row, ratio, costs?.costRatio),
  };
}

function verdict({ target }: Row, ratio: Summary, costRatio: Summary | undefined): string {
  const notes: string[] = [];
  if (target !== undefined) {
    if (ratio.median < target) notes.push("MISSED");
    // CPU time is compared only where the target means "as good as".
    if (target < 1 && costRatio && costRatio.median < target) notes.push("MISSED by CPU");
    if (notes.length === 0) notes.push("ok");
  }
  const wide = [
    ...(ratio.spread > TOO_WIDE ? ["speed"] : []),
    ...(costRatio && costRatio.spread > TOO_WIDE ? ["CPU"] : []),
  ];
  if (wide.length > 0) notes.push(`(too wide: ${wide.join(", ")})`);
  return notes.join(" ");
}

// Output -------------------------------------------------------------------------------------

const COLUMNS: Columns = [
  ["", -35],
  ["tx0mq/s", 10],
  ["beside/s", 10],
  ["beside", 7],
  ["times as fast", 21],
  ["µs CPU", 8],
  ["beside", 8],
  ["times as cheap", 21],
  ["", -1],
];

function tableLine(result: Result): string {
  const { row, error } = result;
  const compared = compare(result);
  if (compared === undefined)
    return line(COLUMNS, [row.name, `no result: ${error ?? "interrupted"}`]);
  return line(COLUMNS, [
    row.name,
    count(compared.rate.median),
    count(compared.besideRate.median),
    row.reference,
    range(compared.ratio),
    compared.cost?.median.toFixed(2) ?? "",
    compared.besideCost?.median.toFixed(2) ?? "",
    compared.costRatio ? range(compared.costRatio) : "",
    error ? `${compared.verdict} (ended early: ${error})` : compared.verdict,
  ]);
}

const progress = new Progress();
let total = 0;
let done = 0;

function showProgress(row: Row, round: number, rounds: number): void {
  progress.show(`${done + 1}/${total} ${row.name}: round ${round + 1} of ${rounds}`);
}

function writeResults(file: string, results: readonly Result[], used: Options): void {
  const { quick, rounds, roundMs, warmUpMs, pin } = used;
  writeJson(file, {
    date: new Date().toISOString(),
    environment: machine(),
    options: { quick, rounds, roundMs, warmUpMs, pin, only: used.only.source },
    interrupted: interrupted.signal.aborted,
    rows: results.map((result) => ({
      name: result.row.name,
      reference: result.row.reference,
      target: result.row.target,
      error: result.error,
      ...compare(result),
      pairs: result.pairs,
    })),
  });
}

// Main ---------------------------------------------------------------------------------------

const used = options();
const chosen = rows().filter(
  ({ name, program }) => used.only.test(name) && (!used.quick || program.size === 16),
);
if (chosen.length === 0) {
  console.error(`no row matches; ${USAGE}`);
  process.exit(2);
}
if (!existsSync(fileURLToPath(import.meta.resolve("tx0mq")))) {
  console.error("tx0mq is not built: npm run build --workspace tx0mq");
  process.exit(1);
}
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
}

console.log(describe(machine()));
console.log(heading(COLUMNS));
total = chosen.length;
const results: Result[] = [];
for (const row of chosen) {
  const result = await run(row, used);
  progress.clear();
  results.push(result);
  console.log(tableLine(result));
  done += 1;
  if (interrupted.signal.aborted) break;
}

const missed = results.filter((result) => compare(result)?.verdict.includes("MISSED"));
const failed = results.filter((result) => result.error !== undefined);
if (interrupted.signal.aborted) console.log(`interrupted after ${done} of ${total} rows`);
console.log(
  missed.length === 0
    ? "every target was reached"
    : `${missed.length} of ${results.length} rows missed their target`,
);
writeResults(used.json, results, used);
console.log(`written to ${used.json}`);
process.exit(interrupted.signal.aborted ? 130 : failed.length > 0 ? 1 : 0);
