/** Who is measured: tx0mq and its peers, each with the program that drives it. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Task } from "../programs/program.ts";
import type { Row, Work } from "./rows.ts";
import { PROGRAMS, type Tools } from "./toolchain.ts";

export interface Contestant {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
  /** What its program finds in its environment, beside all that is there. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The program that does this work, as a command; none where it does not. */
  command(row: Row): readonly string[] | undefined;
  /** Its own other end, as a command, where it can be at both; see programs/other-end.ts. */
  readonly otherEnd?: readonly string[];
}

/** A peer that cannot be measured here, and why. */
export interface Missing {
  readonly name: string;
  readonly reason: string;
}

/** The peer that all others are compared with. */
export const SUBJECT = "tx0mq";

export const PEERS = [
  "libzmq from C",
  SUBJECT,
  "tx0mq, for await",
  "tx0mq on zmtp",
  "tx0mq on zmtp, for await",
  "zeromq",
  "bytes alone",
  "pyzmq",
  "pyzmq asyncio",
  "aiozmq",
  "txZMQ",
] as const;

const PYTHON_PROGRAMS: Readonly<Record<string, readonly [file: string, packages: string]>> = {
  pyzmq: ["with_pyzmq.py", "python3-zmq"],
  "pyzmq asyncio": ["with_pyzmq_asyncio.py", "python3-zmq"],
  aiozmq: ["with_aiozmq.py", "python3-aiozmq"],
  txZMQ: ["with_txzmq.py", "python3-txzmq"],
};

/** Looks who is there. */
export function contestants(tools: Tools): { there: Contestant[]; missing: Missing[] } {
  const there: Contestant[] = [];
  const missing: Missing[] = [];
  for (const name of PEERS) {
    const found = name === "libzmq from C" ? fromC(name, tools) : (node(name) ?? python(name));
    if ("reason" in found) missing.push(found);
    else there.push(found);
  }
  return { there, missing };
}

function fromC(name: string, { libzmq, otherEnd }: Tools): Contestant {
  return { name, versions: versionsOf([libzmq]), command: () => [libzmq], otherEnd: [otherEnd] };
}

function node(name: string): Contestant | undefined {
  const require = createRequire(import.meta.url);
  const version = (of: string): string => require(`${of}/package.json`).version;
  const binding = { zeromq: version("zeromq"), libzmq: require("zeromq").version };
  const program = (file: string) => [process.execPath, ...process.execArgv, join(PROGRAMS, file)];
  const start = program("node.ts");
  const otherEnd = (subject: string) => [...program("other-end.ts"), subject];
  const command = (subject: string, tasks: Partial<Record<Work, Task>>): Contestant["command"] => {
    return ({ work }) => {
      const task = tasks[work];
      return task && [...start, "--subject", subject, "--node-task", task];
    };
  };
  const same = { send: "send", publish: "publish", req: "req" } as const;
  const handler = command("tx0mq", { receive: "receive-handler", "in-flight": "xreq", ...same });
  const iterator: Contestant["command"] = (row) =>
    row.connections > 1 ? undefined : command("tx0mq", { receive: "receive-iterator" })(row);
  const tx0mq = { tx0mq: version("tx0mq") };
  const onZmtp = {
    versions: { ...tx0mq, "@tx0mq/zmtp": version("@tx0mq/zmtp") },
    environment: { TX0MQ_ENGINE: "zmtp" },
  };
  switch (name) {
    case "tx0mq":
      return {
        name,
        versions: { ...tx0mq, ...binding },
        command: handler,
        otherEnd: otherEnd("tx0mq"),
      };
    case "tx0mq, for await":
      return { name, versions: { ...tx0mq, ...binding }, command: iterator };
    case "tx0mq on zmtp":
      return { name, ...onZmtp, command: overWire(handler), otherEnd: otherEnd("tx0mq") };
    case "tx0mq on zmtp, for await":
      return { name, ...onZmtp, command: overWire(iterator) };
    case "zeromq":
      return {
        name,
        versions: binding,
        command: command("zeromq", { receive: "receive-handler", "in-flight": "dealer", ...same }),
        otherEnd: otherEnd("zeromq"),
      };
    case "bytes alone":
      return {
        name,
        versions: { node: process.version },
        command: command("bytes", { publish: "publish" }),
      };
    default:
      return undefined;
  }
}

/** Not over inproc: the other end is a thread, and this engine's inproc does not reach from one to another. */
function overWire(command: Contestant["command"]): Contestant["command"] {
  return (row) => (row.transport === "inproc" ? undefined : command(row));
}

/** With the first Python that has what the program imports. */
function python(name: string): Contestant | Missing {
  const [file = "", packages] = PYTHON_PROGRAMS[name] ?? [];
  const program = join(PROGRAMS, file);
  for (const interpreter of [process.env.PYTHON, "python3", "/usr/bin/python3"]) {
    if (!interpreter) continue;
    try {
      const start = [interpreter, program];
      return { name, versions: versionsOf(start), command: () => start };
    } catch {
      // It is not there, or lacks a package.
    }
  }
  const reason = `no Python that has it was found: Debian's package ${packages}; or name one in PYTHON`;
  return { name, reason };
}

function versionsOf([file = "", ...args]: readonly string[]): Record<string, string> {
  const told = execFileSync(file, [...args, "--versions"], { stdio: "pipe", timeout: 20_000 });
  return JSON.parse(String(told));
}
