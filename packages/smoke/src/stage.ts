import { existsSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Addresses } from "./addresses.ts";
import { compiled, READS_TYPESCRIPT } from "./compile.js";
import { Janitor } from "./janitor.ts";
import { Program } from "./program.ts";
import { type Happening, report } from "./report.ts";
import { LIMIT_MS } from "./wait.ts";

/** How long a process goes on, in milliseconds, after its last test where one has failed. */
const LEFT_MS = 5000;

const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** What Node's runner tells the files of tests, and others tell it: programs write to a pipe, without colours. */
const NOT_PASSED_ON = { NODE_TEST_CONTEXT: undefined, FORCE_COLOR: undefined };

/** What to run when it is not a TypeScript program. */
export interface Command {
  readonly command: readonly [string, ...string[]];
}

/** How to start a program. */
export interface StartOptions {
  /** The folder that it runs in: by default the one of the test file. */
  readonly cwd?: string;
  /** Environment variables beside the test's own; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What it is called in errors and reports: by default its own name. */
  readonly name?: string;
}

/**
 * Where the programs of one test run. It gives them addresses of their own, shows what they printed
 * if the test fails, and in the end leaves no process and no file.
 */
export class Stage {
  /** A temporary folder, removed in the end. */
  readonly folder: string;

  readonly #home: string;
  readonly #janitor: Janitor;
  readonly #addresses: Addresses;
  readonly #programs: Program[] = [];
  readonly #events: Happening[] = [];
  readonly #started = performance.now();
  readonly #limit: NodeJS.Timeout;
  #over = false;
  #reported = false;
  /** How many stages of this process are not over. */
  static #open = 0;

  /** `testFile` is the test's `import.meta.url`: programs are looked for beside it. */
  constructor(t: TestContext, testFile: string) {
    this.#home = dirname(fileURLToPath(testFile));
    this.folder = mkdtempSync(join(shortFolder(), "smoke-"));
    this.#janitor = new Janitor(this.folder);
    this.#addresses = new Addresses(this.folder);
    this.#limit = setTimeout(() => this.#giveUp(), 10 * LIMIT_MS).unref();
    Stage.#open++;
    t.after(() => this.#close(t));
    // When a suite's time is up, what its tests say in `after` is no longer shown.
    t.signal.addEventListener("abort", () => this.#report(t));
  }

  /**
   * Starts a program: `hwserver` is hwserver.ts beside the test file, a path like
   * `../weather/wuserver` works as well.
   */
  start(
    program: string | Command,
    args: readonly string[] = [],
    options: StartOptions = {},
  ): Program {
    if (this.#over) throw new Error("the test is over: nothing can be started any more");
    const command =
      typeof program === "string" ? this.#typescript(program) : ([...program.command] as const);
    const [file, ...rest] = command;
    const started = new Program({
      name: this.#label(options.name ?? nameOf(program)),
      command: [file, ...rest, ...args],
      cwd: options.cwd ?? this.#home,
      env: { ...process.env, ...NOT_PASSED_ON, ...options.env },
      now: () => performance.now() - this.#started,
      onEvent: (source, text) => {
        this.#note(source, text);
        this.#janitor.check(source.pid);
      },
    });
    this.#janitor.watch(started.pid);
    this.#programs.push(started);
    this.#note(started, ["started", ...args].join(" "));
    return started;
  }

  /** An `ipc://` endpoint in the stage's folder; the same name gives the same endpoint. */
  ipc(name: string): string {
    return this.#addresses.ipc(name);
  }

  /** A `tcp://` endpoint on the loopback interface that is free, another one at each call. */
  tcp(): Promise<string> {
    return this.#addresses.tcp();
  }

  async #close(t: TestContext): Promise<void> {
    this.#over = true;
    Stage.#open--;
    clearTimeout(this.#limit);
    // Before the killing: how the programs were when the test failed is what matters.
    this.#report(t);
    // What is left open must not keep the process, once no other test is at work.
    setInterval(() => Stage.#leave(), failed(t) ? LEFT_MS : 10 * LIMIT_MS).unref();
    const cleaned = this.#janitor.clean();
    await Promise.all(this.#programs.map((program) => program.leave()));
    await cleaned;
  }

  #report(t: TestContext): void {
    if (this.#reported || !failed(t)) return;
    this.#reported = true;
    for (const line of report(this.#events, this.#programs)) t.diagnostic(line);
  }

  /** The test waits for something that is not a program's, and that has no limit of its own. */
  #giveUp(): void {
    console.error(`The test has not ended in ${10 * LIMIT_MS} ms.`);
    for (const line of report(this.#events, this.#programs)) console.error(line);
    process.exit(1);
  }

  static #leave(): void {
    if (Stage.#open > 0) return;
    console.error("The tests have left something open, which keeps their process.");
    process.exit(1);
  }

  #typescript(program: string): [string, ...string[]] {
    const path = resolve(this.#home, program.endsWith(".ts") ? program : `${program}.ts`);
    if (!existsSync(path)) throw new Error(`cannot start ${program}: there is no ${path}`);
    if (READS_TYPESCRIPT) return [process.execPath, path];
    const script = compiled(path);
    return script === undefined
      ? [process.execPath, "--import", TSX, path]
      : [process.execPath, script];
  }

  #label(name: string): string {
    const names = new Set(this.#programs.map((program) => program.name));
    let label = name;
    for (let i = 2; names.has(label); i++) label = `${name} ${i}`;
    return label;
  }

  #note(program: Program, text: string): void {
    this.#events.push({ at: performance.now() - this.#started, name: program.name, text });
  }
}

function nameOf(program: string | Command): string {
  return typeof program === "string" ? basename(program, ".ts") : basename(program.command[0]);
}

/** The path of a socket is 107 bytes at most, and some systems have long temporary folders. */
function shortFolder(): string {
  return tmpdir().length <= 60 ? tmpdir() : "/tmp";
}

/** `error` came with Node 20.12, and the types for Node 20 do not have it. */
function failed(t: TestContext & { readonly error?: Error | null }): boolean {
  return t.error !== undefined && t.error !== null;
}
