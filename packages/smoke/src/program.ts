import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  execFileSync,
  spawn,
} from "node:child_process";
import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { type Line, type LineMatch, Output, type Source } from "./output.ts";
import { LIMIT_MS, Wait } from "./wait.ts";

/**
 * What the `zeromq` package writes if libzmq's threads take half a second to end, also when nothing is queued.
 * On a busy machine they do: it tells of the machine, not of the program.
 */
const SLOW_END = /^\(node:\d+\) WARNING: Waiting for queued ZeroMQ messages to be delivered\./;

/** The signals that tests send. */
export type Signal = "SIGINT" | "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGHUP";

/** How a program ended: with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a stage knows about a program that it starts. */
export interface ProgramSetup {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds since the start of the stage. */
  readonly now: () => number;
  /** Called when it gets a signal and when it has ended. */
  readonly onEvent: (program: Program, text: string) => void;
}

/** A program that runs as a process of its own, in a process group of its own. */
export class Program {
  readonly name: string;
  readonly pid: number;

  readonly #child: ChildProcessWithoutNullStreams;
  readonly #output: Output;
  readonly #event: (text: string) => void;
  readonly #exits = new Set<Wait<Exit>>();
  #exit: Exit | undefined;

  /** Programs are started by `stage.start()`. */
  constructor(setup: ProgramSetup) {
    const [file, ...args] = setup.command;
    this.name = setup.name;
    // `detached` makes the process the leader of a group that its own children belong to.
    this.#child = spawn(file, args, { cwd: setup.cwd, env: setup.env, detached: true });
    this.#child.on("error", () => {});
    this.pid = pidOf(this.#child, setup);
    this.#event = (text) => setup.onEvent(this, text);
    this.#output = new Output(setup.now, () => `${this.name} ${this.#state()}`);
    this.#output.read(this.#child.stdout, "stdout");
    this.#output.read(this.#child.stderr, "stderr");
    // Writing to a program that has gone is no error: the next wait says that it has gone.
    this.#child.stdin.on("error", () => {});
    this.#watch();
  }

  /** Whether it has not ended yet. */
  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The lines on stdout so far. */
  get lines(): string[] {
    return this.#texts("stdout");
  }

  /** The lines on stderr so far, but for the warning of a slow end: `output` has it. */
  get errors(): string[] {
    return this.#texts("stderr").filter((line) => !SLOW_END.test(line));
  }

  /** How much memory it has now, in MiB. */
  get memory(): number {
    const kib =
      process.platform === "linux" // where there may be no ps
        ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))?.[1]
        : execFileSync("ps", ["-o", "rss=", "-p", String(this.pid)]);
    return Math.round(Number(kib) / 1024);
  }

  /** Every line so far, with its time and where it came from. */
  get output(): readonly Line[] {
    return this.#output.lines;
  }

  /**
   * Waits for a line that matches and that no earlier wait has taken; lines that are there already
   * count. Fails at once when the program has gone and none can come any more.
   */
  line(pattern: RegExp, options: { from?: Source } = {}): Promise<LineMatch> {
    return this.#output
      .take(this.line, pattern, 1, options.from)
      .then((matches) => matches[0] as LineMatch);
  }

  /** Waits until `count` lines match, and takes them, as `line` does. */
  count(pattern: RegExp, count: number, options: { from?: Source } = {}): Promise<LineMatch[]> {
    return this.#output.take(this.count, pattern, count, options.from);
  }

  /** Waits until the program has ended; all that it wrote has been read by then. */
  exit(): Promise<Exit> {
    if (this.#exit !== undefined) return Promise.resolve(this.#exit);
    const wait = new Wait<Exit>(this.exit, () => {
      this.#exits.delete(wait);
      wait.fail(`${this.name} did not exit in ${LIMIT_MS} ms: it ${this.#state()}`);
    });
    this.#exits.add(wait);
    return wait.promise;
  }

  /**
   * Sends a signal, SIGTERM by default, to the program alone, or with `group` to its children too,
   * as Ctrl-C in a terminal does.
   */
  kill(signal: Signal = "SIGTERM", options: { group?: boolean } = {}): void {
    if (!this.running) {
      throw new Error(`cannot send ${signal} to ${this.name}: it ${this.#state()}`);
    }
    this.#event(`gets ${signal}`);
    process.kill(options.group ? -this.pid : this.pid, signal);
  }

  /** Writes to the program's stdin. */
  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Closes the program's stdin. */
  end(): void {
    this.#child.stdin.end();
  }

  /** The stage is over: ends all waits, and lets go of the process once it has been killed. */
  async leave(): Promise<void> {
    this.#output.abandon();
    for (const wait of this.#exits) wait.abandon();
    this.#exits.clear();
    await this.exit();
    // A process that left the group may hold the other ends.
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      stream.destroy();
    }
  }

  async #watch(): Promise<void> {
    const child = this.#child;
    child.once("close", () => {
      this.#end();
      this.#output.end();
    });
    await new Promise((resolve) => child.once("exit", resolve));
    // A child of the program may hold its stdout open for as long as it likes; but what the program
    // wrote is in the pipe by now. The pipe is empty when a whole turn of the loop finds nothing.
    for (let before = -1; before !== this.#output.chunks && this.#exit === undefined; ) {
      before = this.#output.chunks;
      await turn();
      await turn();
    }
    this.#end();
  }

  #end(): void {
    if (this.#exit !== undefined) return;
    this.#exit = { code: this.#child.exitCode, signal: this.#child.signalCode };
    this.#output.flush();
    this.#event(this.#state());
    for (const wait of this.#exits) wait.resolve(this.#exit);
    this.#exits.clear();
  }

  #state(): string {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null) return `has exited with code ${exitCode}`;
    if (signalCode !== null) return `was ended by ${signalCode}`;
    return "is still running";
  }

  #texts(from: Source): string[] {
    return this.#output.lines.filter((line) => line.from === from).map((line) => line.text);
  }
}

function pidOf(child: ChildProcess, setup: ProgramSetup): number {
  if (child.pid !== undefined) return child.pid;
  throw new Error(`cannot start ${setup.name}: is there a program "${setup.command[0]}"?`);
}
