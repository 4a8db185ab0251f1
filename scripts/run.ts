import { type SpawnOptions, spawn } from "node:child_process";

/** How a command ended, and what it printed if that was not shown. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

let child: ReturnType<typeof spawn> | undefined;
/** The last signal that came, if one did. */
let gotSignal: NodeJS.Signals | undefined;

/** Runs a command to its end. If a signal came meanwhile, that counts as what ended it. */
export async function run(command: string[], options: SpawnOptions): Promise<Ending> {
  const [file = "", ...args] = command;
  const running = spawn(file, args, options);
  child = running;
  let output = "";
  for (const stream of [running.stdout, running.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    running.once("error", reject);
    running.once("close", (code, signal) =>
      resolve({ code, signal: signal ?? gotSignal ?? null, output }),
    );
  });
}

/** Passes signals on to the example, and lives as long as it does. */
export function passSignalsOn(): void {
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      gotSignal = signal;
      // What is typed at a terminal reaches the example by itself.
      if (terminal && signal === "SIGINT") return;
      if (child?.pid !== undefined) kill(child.pid, signal);
    });
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

/** Ends as a command did. After Ctrl-C that is by the signal: npm then adds no complaint. */
export function end({ code, signal }: Ending): never {
  if (signal !== null && code !== 0) {
    process.removeAllListeners(signal);
    kill(process.pid, signal);
  }
  process.exit(code ?? 1);
}
