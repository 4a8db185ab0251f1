/** Measures tx0mq beside its peers, in Node.js, Python and C. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describe, machine } from "../common/machine.ts";
import { Progress } from "../common/progress.ts";
import { fromCaller, stamped, writeJson } from "../common/results.ts";
import { killAll } from "../common/talker.ts";
import { contestants } from "./contestants.ts";
import { intoPage } from "./page.ts";
import { introduction, table } from "./report.ts";
import type { Results, RowResult } from "./results.ts";
import { type Row, rows } from "./rows.ts";
import { run, type Settings } from "./run.ts";
import { compile, MissingError } from "./toolchain.ts";

const USAGE = `usage: bench:peers [--quick] [--only PATTERN] [--peers PATTERN] [--rounds N] [--json FILE] [--plots FOLDER] [--page FILE]
       bench:peers --from FILE [--plots FOLDER] [--page FILE]   shows what has been measured before
(PATTERN: a regular expression on the names of rows or peers)`;

interface Options {
  readonly settings: Settings;
  readonly chosen: readonly Row[];
  readonly peers: RegExp;
  readonly json: string;
  readonly plots: string | undefined;
  readonly page: string | undefined;
  readonly from: string | undefined;
}

function options(): Options {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2).filter((argument) => argument !== "--"),
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string", default: "" },
        peers: { type: "string", default: "" },
        rounds: { type: "string" },
        json: { type: "string" },
        plots: { type: "string" },
        page: { type: "string" },
        from: { type: "string" },
      },
    });
    const { quick } = values;
    const rounds = Number(values.rounds ?? (quick ? 3 : 5));
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error("rounds: 1 or more");
    const only = new RegExp(values.only, "i");
    return {
      settings: {
        rounds,
        roundMs: quick ? 100 : 400,
        leadMs: quick ? 30 : 50,
        warmUpMs: quick ? 400 : 1000,
        patienceMs: quick ? 2_000 : 25_000,
      },
      chosen: rows().filter((row) => only.test(row.name) && (!quick || row.quick)),
      peers: new RegExp(values.peers, "i"),
      json: values.json === undefined ? stamped("peers-") : fromCaller(values.json),
      plots: values.plots === undefined ? undefined : fromCaller(values.plots),
      page: values.page === undefined ? undefined : fromCaller(values.page),
      from: values.from === undefined ? undefined : fromCaller(values.from),
    };
  } catch {
    console.error(USAGE);
    process.exit(2);
  }
}

const { settings, chosen, peers, json, plots, page, from } = options();
const interrupted = new AbortController();

function show({ machine, peers, missing }: Pick<Results, "machine" | "peers" | "missing">): void {
  console.log(`${describe(machine)}\n${introduction({ peers, missing })}\n`);
}

/** Draws plots and writes tables into a page, where that is asked for. */
async function publish(results: Results): Promise<void> {
  if (plots !== undefined) {
    const { writePlots } = await import("./plots.ts");
    const written = writePlots(results, plots);
    console.log(
      written.length > 0 ? `drawn in ${plots}: ${written.join(", ")}` : "nothing to draw",
    );
  }
  if (page === undefined) return;
  writeFileSync(page, intoPage(readFileSync(page, "utf8"), results));
  console.log(`tables written into ${page}`);
}

async function again(file: string): Promise<number> {
  const results = JSON.parse(readFileSync(file, "utf8")) as Results;
  show(results);
  for (const result of results.rows) console.log(table(result));
  await publish(results);
  return 0;
}

async function measure(): Promise<number> {
  if (chosen.length === 0) {
    console.error(`no row matches\n${USAGE}`);
    return 2;
  }
  if (!existsSync(fileURLToPath(import.meta.resolve("tx0mq")))) {
    console.error("tx0mq is not built: npm run build --workspace tx0mq");
    return 1;
  }
  const scratch = mkdtempSync(join(tmpdir(), "tx0mq-peers-"));
  process.on("exit", () => {
    killAll();
    rmSync(scratch, { recursive: true, force: true });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(130);
      interrupted.abort();
    });
  }

  const tools = compile(scratch);
  const { there, missing } = contestants(tools);
  const taking = there.filter(({ name }) => peers.test(name));
  const began = {
    date: new Date().toISOString(),
    machine: machine(),
    peers: taking.map(({ name, versions }) => ({ name, versions })),
    missing,
    settings,
  };
  show(began);
  const done: RowResult[] = [];
  const results = (): Results => ({
    ...began,
    interrupted: interrupted.signal.aborted,
    rows: done,
  });
  const progress = new Progress();
  for (const [i, row] of chosen.entries()) {
    const place = `${i + 1}/${chosen.length}`;
    const around = { tools, scratch, signal: interrupted.signal, progress, place };
    const result = await run(row, taking, settings, around, done);
    progress.clear();
    const measured = result.entries.some(({ samples }) => samples.length > 0);
    if (measured || !interrupted.signal.aborted) {
      done.push(result);
      console.log(table(result));
    }
    writeJson(json, results());
    if (interrupted.signal.aborted) break;
  }
  if (interrupted.signal.aborted) {
    console.log(`interrupted after ${done.length} of ${chosen.length} rows`);
  }
  console.log(`written to ${json}`);
  await publish(results());
  if (interrupted.signal.aborted) return 130;
  return done.some(({ entries }) => entries.every(({ samples }) => samples.length === 0)) ? 1 : 0;
}

try {
  process.exit(await (from === undefined ? measure() : again(from)));
} catch (error) {
  if (!(error instanceof MissingError)) throw error;
  console.error(error.message);
  process.exit(1);
}
