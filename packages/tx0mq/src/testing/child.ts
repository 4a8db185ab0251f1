import { type ChildProcess, spawn } from "node:child_process";
import type { TestContext } from "node:test";

const library = new URL("../index.ts", import.meta.url).href;

/** How a process ended. */
export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process that runs a program with the library, for tests that need a process of their own. */
export class Child {
  /** How it ended, when all its output is there. */
  readonly end: Promise<End>;
  output = "";
  errors = "";
  readonly #process: ChildProcess;
  readonly #wakes = new Set<() => void>();
  #ended = false;

  /**
   * @param program an ES module, in which everything that the library exports is in `zmq`
   * @param descriptors how many files and sockets it may open
   */
  constructor(t: TestContext, program: string, descriptors?: number) {
    const source = `import * as zmq from ${JSON.stringify(library)};\n${program}`;
    const command = [
      process.execPath,
      "--import",
      "@tx0mq/smoke/ts",
      "--input-type=module",
      "--eval",
      source,
    ];
    if (descriptors !== undefined) {
      command.unshift("sh", "-c", `ulimit -n ${descriptors} && exec "$@"`, "sh");
    }
    const [file = "", ...args] = command;
    this.#process = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#process.stdout?.on("data", (chunk) => {
      this.output += String(chunk);
      for (const wake of this.#wakes) wake();
    });
    this.#process.stderr?.on("data", (chunk) => {
      this.errors += String(chunk);
    });
    this.end = new Promise((resolve) => {
      this.#process.once("close", (code, signal) => {
        this.#ended = true;
        for (const wake of this.#wakes) wake();
        resolve({ code, signal });
      });
    });
    t.after(() => void this.#process.kill("SIGKILL"));
  }

  /** Waits until it has printed the text. */
  async printed(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const wake = (): void => {
        if (!this.output.includes(text)) {
          if (this.#ended) reject(new Error(`ended without "${text}":\n${this.errors}`));
          return;
        }
        this.#wakes.delete(wake);
        resolve();
      };
      this.#wakes.add(wake);
      wake();
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** What it has printed, line by line. */
  get lines(): string[] {
    return this.output.split("\n").slice(0, -1);
  }
}
