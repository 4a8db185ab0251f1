/** An example's program that runs as its users run it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const EXAMPLES = fileURLToPath(new URL("../../../../examples/zguide/", import.meta.url));
const TSX = import.meta.resolve("tsx");
/** How long anything may take that a program is waited for, in ms. */
const LIMIT = 60_000;

const living = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

export class Running {
  readonly name: string;
  /** How many messages it has refused, each with a line on stderr. */
  refused = 0;
  /** Called with each line of its output. */
  onLine: (line: string) => void = () => undefined;
  readonly #child: ChildProcess;
  #onRefusal: () => void = () => undefined;

  /** @param path the program, from the guide's folder, without its ending */
  constructor(path: string, args: readonly string[], folder: string, name = path) {
    this.name = name;
    const command = ["--import", TSX, `${join(EXAMPLES, path)}.ts`, ...args];
    const child = spawn(process.execPath, command, {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // Ctrl-C is for the benchmark, which ends its programs itself
    });
    this.#child = child;
    living.add(child);
    child.once("exit", () => living.delete(child));
    createInterface({ input: child.stdout }).on("line", (line) => this.onLine(line));
    createInterface({ input: child.stderr }).on("line", () => {
      this.refused += 1;
      this.#onRefusal();
    });
  }

  /** Waits for a line of its output. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.within(
      `a line like ${pattern}`,
      new Promise((resolve) => {
        this.onLine = (line) => {
          const found = pattern.exec(line);
          if (found !== null) resolve(found);
        };
      }),
    );
  }

  /** Waits until it has refused so many messages in all. */
  async refusals(count: number): Promise<void> {
    await this.within(
      `${count} refused messages`,
      new Promise((resolve) => {
        this.#onRefusal = () => {
          if (this.refused >= count) resolve(undefined);
        };
        this.#onRefusal();
      }),
    );
  }

  /** Waits for what the program is to bring about, and no longer than it lives. */
  async within<T>(what: string, fact: Promise<T>): Promise<T> {
    const over = new AbortController();
    const { signal } = over;
    const end = once(this.#child, "exit", { signal }).then(
      ([code, by]) => Promise.reject(new Error(`${this.name} ended with ${code ?? by}`)),
      () => undefined as never,
    );
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.name}: ${what} did not come`)), LIMIT);
    });
    try {
      return await Promise.race([fact, end, limit]);
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  /** Resident memory, in bytes. */
  get resident(): number {
    return Number(execFileSync("ps", ["-o", "rss=", "-p", `${this.#child.pid}`])) * 1024;
  }

  /** How often its threads have been woken so far, where the system tells. */
  get wakeUps(): number {
    const tasks = `/proc/${this.#child.pid}/task`;
    if (!existsSync(tasks)) return Number.NaN; // not on Linux
    return readdirSync(tasks)
      .map((task) => readFileSync(join(tasks, task, "status"), "latin1"))
      .map((status) => Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1]))
      .reduce((sum, count) => sum + count);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGINT");
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await exit;
    clearTimeout(kill);
  }
}
