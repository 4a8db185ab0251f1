/**
 * The command `tx0mq-run`: runs the TypeScript programs of an example together, each a process of its
 * own, and labels what they print. The last one is the main program, as in a shell's `a & b & c`: it
 * has the keyboard, and when it ends, so do the others. With `--all` they come to their own ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { basename } from "node:path";
import { createInterface } from "node:readline";

const HELP = `usage: tx0mq-run [--all] "PROGRAM.ts [ARGUMENT...]"...

Runs programs together, and labels what they print. When the last one ends, so do the others; with
--all, each comes to its own end.`;
/** The colours of labels: cyan, yellow, green, magenta, blue, red. */
const COLOURS = [36, 33, 32, 35, 34, 31];

/** How a program has ended. */
interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const args = process.argv.slice(2);
if (args[0] === "--help" || args[0] === "-h") {
  console.log(HELP);
  process.exit();
}
const toTheEnd = args[0] === "--all";
const commands = args.slice(toTheEnd ? 1 : 0).map(words);
const strange = commands.find(([file]) => !file.endsWith(".ts"));
if (commands.length === 0 || strange !== undefined) {
  const why = strange === undefined ? "no program" : `${strange[0] || '""'} is no PROGRAM.ts`;
  console.error(`tx0mq-run: ${why} (tx0mq-run --help tells how it is used)`);
  process.exit(2);
}
const names = labels(commands);
const width = Math.max(...names.map((name) => name.length));
const children = commands.map(start);
const ends = children.map(ended);
let stopped: NodeJS.Signals | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (stopped !== undefined) stop("SIGKILL"); // who asks again means it
    stopped = signal;
    // What you type at a terminal reaches the programs by itself.
    const typed = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
    if (!(typed && signal === "SIGINT")) stop(signal);
  });
}
let unread = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    // The reader has seen enough (`| head -1`).
    if (!unread) stop("SIGTERM");
    unread = true;
  });
}
const last = ends.at(-1) as Promise<End>;
const main = toTheEnd ? Promise.all(ends).then(() => last) : last;
const { code, signal } = await Promise.race([main, ...ends.map(failed)]);
// A second signal would cut short what they still finish.
if (stopped === undefined && !unread) stop("SIGTERM");
await Promise.all(ends);
process.exitCode = unread ? 0 : (code ?? 128 + constants.signals[signal as NodeJS.Signals]);
if (stopped !== undefined) {
  // By the signal itself: npm then adds no complaint.
  process.removeAllListeners(stopped);
  process.kill(process.pid, stopped);
}

/** The words of a command; quotes keep some together. */
function words(command: string): [string, ...string[]] {
  const [file = "", ...args] = Array.from(command.matchAll(/(?:"[^"]*"|'[^']*'|\S)+/g), ([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_quoted, a, b) => a ?? b),
  );
  return [file, ...args];
}

/** The names of the programs: several of the same name get their first arguments, or else numbers. */
function labels(all: readonly [string, ...string[]][]): string[] {
  const name = ([file]: readonly [string, ...string[]]): string => basename(file, ".ts");
  return all.map((command, at) => {
    const same = all.filter((other) => name(other) === name(command));
    const firsts = new Set(same.map(([, first = ""]) => first));
    if (same.length === 1) return name(command);
    if (firsts.size === same.length && !firsts.has("")) return `${name(command)} ${command[1]}`;
    return `${name(command)}-${all.slice(0, at + 1).filter((other) => same.includes(other)).length}`;
  });
}

function start([file, ...args]: readonly [string, ...string[]], at: number): ChildProcess {
  const child = spawn(process.execPath, ["--import", "tsx", file, ...args], {
    stdio: [at === commands.length - 1 ? "inherit" : "ignore", "pipe", "pipe"],
  });
  for (const stream of ["stdout", "stderr"] as const) {
    const label = labelled(at, process[stream]);
    const lines = child[stream];
    if (lines === null) continue;
    createInterface({ input: lines }).on("line", (line) =>
      process[stream].write(`${label}${line}\n`),
    );
  }
  return child;
}

/** The label of a program, in colour if the stream shows it. */
function labelled(at: number, stream: NodeJS.WriteStream): string {
  const text = `[${names[at]}]`;
  const space = " ".repeat(width + 3 - text.length);
  if (!stream.isTTY || process.env.NO_COLOR) return text + space;
  return `\u001b[${COLOURS[at % COLOURS.length]}m${text}\u001b[39m${space}`;
}

/** Waits until a program has ended and all its output is there. */
function ended(child: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

/** A program that ends by itself leaves the others alone, unless it has failed. */
async function failed(end: Promise<End>): Promise<End> {
  const how = await end;
  return how.code === 0 ? new Promise(() => {}) : how;
}

function stop(signal: NodeJS.Signals): void {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  }
}
