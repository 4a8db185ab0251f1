import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";

const living = new Set<ChildProcess>();

/** Ends what is still there, at once. */
export function killAll(): void {
  for (const child of living) child.kill("SIGKILL");
}

/** A program that answers lines with lines of JSON. */
export class Talker {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #name: string;
  #complaint = "";

  /** @param environment what the program finds in its environment, beside all that is here */
  constructor(
    command: readonly string[],
    environment: Readonly<Record<string, string>> | undefined = undefined,
  ) {
    const [file = "", ...args] = command;
    this.#name = file;
    // A group of its own: Ctrl-C is for the benchmark, which ends its programs itself.
    const child = spawn(file, args, {
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      env: { ...process.env, ...environment },
    });
    this.#child = child;
    living.add(child);
    child.once("exit", () => living.delete(child));
    child.once("error", (error) => {
      this.#complaint += error.message;
    });
    child.stdin.on("error", () => undefined); // its exit tells
    child.stderr.on("data", (data: Buffer) => {
      this.#complaint = (this.#complaint + data).slice(-2000);
    });
    this.#lines = createInterface({ input: child.stdout });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  tell(command: string): void {
    this.#child.stdin?.write(`${command}\n`);
  }

  async ask(question: string, limit: number, signal?: AbortSignal): Promise<unknown> {
    this.tell(question);
    return await this.answer(limit, signal);
  }

  async answer(limit: number, interrupted?: AbortSignal): Promise<unknown> {
    const over = new AbortController();
    const time = AbortSignal.timeout(limit);
    const signal = AbortSignal.any([over.signal, time, ...(interrupted ? [interrupted] : [])]);
    try {
      const line = once(this.#lines, "line", { signal });
      const end = once(this.#lines, "close", { signal }).then(() => undefined);
      const told = await Promise.race([line, end]);
      if (told === undefined) throw new Error(this.#reason());
      return JSON.parse(told[0]);
    } catch (error) {
      if (time.aborted) throw new Error(`no answer within ${Math.round(limit / 1000)} s`);
      throw error;
    } finally {
      over.abort();
    }
  }

  #reason(): string {
    const last = this.#complaint.trim().split("\n").at(-1);
    return last || `${this.#name} ended with ${this.#child.exitCode ?? this.#child.signalCode}`;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exit = once(child, "exit");
    child.stdin?.end();
    const kill = setTimeout(() => child.kill("SIGKILL"), 2_000);
    await exit;
    clearTimeout(kill);
  }
}
