import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { loopback } from "@tx0mq/smoke";
import { type ExampleWorkspace, ROOT } from "../../../scripts/workspaces.ts";
import { foldersOf, startOf } from "./recording.ts";

const RECORDER = new URL("./recorder.js", import.meta.url).href;
/** How long a program that does not end goes on once messages flow, without any, and in silence, in ms. */
const LONGEST = 12_000;
const LONGEST_SILENT = 15_000;
const LONGEST_AT_ALL = 40_000;

/** What a program did with a connection, as the recorder writes it. */
export interface RunEvent {
  /** When, in µs. */
  readonly at: number;
  /** The process and the thread. */
  readonly process: string;
  readonly what: "start" | "bind" | "connect" | "send" | "receive" | "enough";
  /** Of `start`. */
  readonly program?: string;
  readonly args?: readonly string[];
  readonly connection?: string;
  readonly type?: string;
  /** The address that the program gave, and what became of it. */
  readonly given?: string;
  readonly address?: string;
  readonly frames?: readonly string[];
  /** Of `enough`: no more of these are written. */
  readonly way?: "send" | "receive";
}

export interface Run {
  readonly events: readonly RunEvent[];
  readonly lines: readonly string[];
  /** Whether it was ended as Ctrl-C does. */
  readonly interrupted: boolean;
  /** The exit code, unless a signal ended it. */
  readonly code: number | null;
}

/** Runs an example in a folder and at addresses of its own, as `npm start` does. */
export async function run(workspace: ExampleWorkspace): Promise<Run> {
  const home = mkdtempSync(join(tmpdir(), "record-"));
  const host = loopback();
  const folder = join(home, workspace.path);
  let group: number | undefined;
  /** Leaves no process and no file, also where the recording is broken off. */
  const end = (): void => {
    if (group !== undefined) kill(group);
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  };
  process.on("exit", end);
  try {
    for (const source of foldersOf(workspace)) copy(source, join(home, relative(ROOT, source)));
    symlinkSync(join(ROOT, "node_modules"), join(home, "node_modules"));
    mkdirSync(join(home, "tmp"));
    const trace = join(home, "events");
    const output = join(home, "output");
    const to = openSync(output, "a");
    const child = spawn("/bin/sh", ["-c", shell(startOf(workspace))], {
      cwd: folder,
      detached: true,
      stdio: ["pipe", to, to],
      env: {
        ...process.env,
        PATH: [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter),
        NODE_OPTIONS: `--import ${RECORDER}`,
        NO_COLOR: "1",
        FORCE_COLOR: undefined,
        USER: "you",
        TMPDIR: join(home, "tmp"),
        RECORD_TO: trace,
        RECORD_HOST: host,
      },
    });
    closeSync(to);
    group = child.pid;
    const closed = once(child, "exit");
    const interrupted = !(await Promise.race([closed, tooLong(trace, output)]));
    if (interrupted) {
      child.kill("SIGINT");
      await Promise.race([closed, sleep(8000, undefined, { ref: false })]);
    }
    if (group !== undefined) kill(group);
    const [code] = await closed;
    const events = read(trace)
      .map((line): RunEvent => JSON.parse(line))
      .sort((a, b) => a.at - b.at);
    return { ...cleaned(events, read(output), { home, folder, host }), interrupted, code };
  } finally {
    process.off("exit", end);
    end();
  }
}

/** Ends what is left of a group of processes. */
function kill(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // All have ended.
  }
}

/** One process less where it is one command: Ctrl-C reaches the example itself. */
function shell(start: string): string {
  return /[&|;]/.test(start) ? start : `exec ${start}`;
}

function copy(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    filter: (file) => !/^(node_modules|\..+|dist|certificates|.*\.test\.ts)$/.test(basename(file)),
  });
  const modules = join(from, "node_modules");
  if (existsSync(modules)) symlinkSync(modules, join(to, "node_modules"));
}

/** @returns false, when it goes on for longer than is to be shown */
async function tooLong(trace: string, output: string): Promise<boolean> {
  const start = Date.now();
  let printed: number | undefined;
  let received: number | undefined;
  for (;;) {
    const now = Date.now();
    if (printed === undefined && read(output).length > 0) printed = now;
    if (received === undefined && read(trace).some((line) => line.includes('"what":"receive"')))
      received = now;
    const left =
      received !== undefined
        ? received + LONGEST
        : Math.min(start + LONGEST_AT_ALL, (printed ?? start + LONGEST_AT_ALL) + LONGEST_SILENT);
    if (now > left) return false;
    await sleep(100, undefined, { ref: false });
  }
}

function read(file: string): string[] {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.split("\n").filter((line, i, all) => i < all.length - 1 || line !== "");
}

interface Own {
  readonly home: string;
  readonly folder: string;
  readonly host: string;
}

/** Says what is of this run alone as anybody would see it: folders, the host, ports that were free, names of files. */
function cleaned(events: RunEvent[], lines: string[], { home, folder, host }: Own) {
  const ports = new Map<string, string>();
  for (const { what, given = "", address = "" } of events) {
    const [, port] = /:(\d+)$/.exec(address) ?? [];
    if (what === "bind" && /:[*0]$/.test(given) && port !== undefined && !ports.has(port))
      ports.set(port, String(49152 + ports.size));
  }
  const pids = [...new Set(events.map(({ process }) => process.split("/")[0] ?? ""))];
  const clean = (text: string): string =>
    text
      .replace(/(?<=\/\S*-)\d+\b/g, (pid) =>
        pids.includes(pid) ? String(1000 + pids.indexOf(pid)) : pid,
      )
      .replaceAll(`${join(home, "tmp")}`, "/tmp")
      .replaceAll(`${folder}/`, "")
      .replaceAll(`${home}/`, "")
      .replaceAll(`${ROOT}`, "")
      .replaceAll(host, "127.0.0.1")
      .replace(/:(\d+)\b/g, (all, port: string) => (ports.has(port) ? `:${ports.get(port)}` : all));
  return {
    events: events.map((event) => ({
      ...event,
      ...(event.given === undefined ? {} : { given: clean(event.given) }),
      ...(event.frames === undefined ? {} : { frames: event.frames.map(clean) }),
    })),
    lines: lines.map((line) =>
      clean(stripVTControlCharacters(line).replace(/^.*\r(?=.)/, "")).trimEnd(),
    ),
  };
}
