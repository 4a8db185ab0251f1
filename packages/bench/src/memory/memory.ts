/**
 * Shows that memory stays flat: over five million messages, received and sent, kept in part, and on a
 * thousand connections at once; and over a hundred thousand connections that are opened, used and shut
 * down in turn.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ZmqEndpoint, ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";
import { startPeer } from "../bare/start-peer.ts";
import { growth, mib, verdict } from "../common/growth.ts";
import { readPart } from "../common/part.ts";
import { Meter } from "../programs/meter.ts";
import { MAX_SOCKETS, type Task } from "../programs/program.ts";
import { open } from "../programs/tx0mq.ts";

const USAGE = "usage: bench:memory [--scale FRACTION] [--only PATTERN]";

const MESSAGES = 5_000_000;
const CONNECTIONS = 100_000;
/** So many frames are kept: no more than come before the warm-up is over. */
const KEPT = 500;
/** A sample is taken after each of so many parts of the work. */
const SAMPLES = 40;
/** The first samples belong to the warm-up. */
const WARM_UP = 16;
const MIB = 2 ** 20;
/** What may come on top from the end of the warm-up to the end, by the slope of the samples. */
const BOUNDS = { rss: 8 * MIB, heap: 2 * MIB } as const;

interface MemorySample {
  readonly done: number;
  readonly rss: number;
  readonly heap: number;
  /** Memory outside the heap that belongs to JavaScript objects. */
  readonly external: number;
  /** Open files, where the system tells. */
  readonly files: number;
}

type Sections = Record<string, (scale: number) => Promise<void>>;

const SECTIONS: Sections = {
  "received by handler": (scale) => messages("receive-handler", scale),
  "received by for await": (scale) => messages("receive-iterator", scale),
  sent: (scale) => messages("send", scale),
  "a frame kept of every 64 KiB": keeping,
  "on 1,000 connections": crowd,
  connections: (scale) => connections(CONNECTIONS * scale),
};

// In a process of its own for each section -----------------------------------------------------

async function messages(task: Task, scale: number): Promise<void> {
  const peerRole = task === "send" ? "sink" : "source";
  const program = {
    subject: "tx0mq",
    task,
    peer: peerRole,
    window: 0,
    transport: "tcp",
    size: 16,
  } as const;
  const peer = await startPeer({ program, address: "tcp://127.0.0.1:*" });
  const round = open(program, [peer.address]);
  const part = Math.ceil((MESSAGES * scale) / SAMPLES);
  for (let i = 1; i <= SAMPLES; i += 1) {
    await round(new Meter(part));
    await sample(i * part);
  }
  await peer.stop();
}

/** Keeps the last of those frames: each may keep a piece of memory alive, but not the 64 KiB. */
async function keeping(scale: number): Promise<void> {
  const program = { subject: "tx0mq", task: "receive-handler", window: 0, size: 16 } as const;
  const peer = await startPeer({
    program: { ...program, peer: "source", transport: "tcp" },
    address: "tcp://127.0.0.1:*",
  });
  await using factory = new ZmqFactory();
  const pull = new ZmqPullConnection(factory, ZmqEndpoint.connect(peer.address));
  const kept = new Array<Buffer>(KEPT).fill(Buffer.alloc(0));
  const every = Math.floor(65_536 / (program.size + 2));
  const part = Math.ceil((MESSAGES * scale) / SAMPLES);
  for (let i = 1, count = 0; i <= SAMPLES; i += 1) {
    for await (const [frame] of pull) {
      count += 1;
      if (count % every === 0) kept[(count / every) % KEPT] = frame;
      if (count === i * part) break;
    }
    await sample(count);
  }
  const { arrayBuffers } = process.memoryUsage();
  if (arrayBuffers > KEPT * 16_384 + MIB) {
    throw new Error(`${kept.length} frames keep ${arrayBuffers} bytes alive`);
  }
  await peer.stop();
}

/** A thousand sockets send to one, in turn. */
async function crowd(scale: number): Promise<void> {
  await using factory = new ZmqFactory({ maxSockets: MAX_SOCKETS, lingerPeriod: 1000 });
  const server = new ZmqPullConnection(factory, ZmqEndpoint.bind("tcp://127.0.0.1:*"));
  const address = server.endpoints.map(({ address }) => ZmqEndpoint.connect(address));
  const senders = Array.from({ length: 1000 }, () => new ZmqPushConnection(factory, address));
  const part = Math.ceil((MESSAGES * scale) / SAMPLES / senders.length);
  const body = Buffer.alloc(16, 1);
  for (let i = 1; i <= SAMPLES; i += 1) {
    const sending = senders.map(async (sender) => {
      for (let n = 0; n < part; n += 1) await sender.send(body);
    });
    for (let due = part * senders.length; due > 0; due -= 1) await server.receive();
    await Promise.all(sending);
    await sample(i * part * senders.length);
  }
}

/** Binds and connects in turn, over TCP and inproc. What connects sends a message, too. */
async function connections(total: number): Promise<void> {
  await using factory = new ZmqFactory({ lingerPeriod: 1000 });
  let arrived = 0;
  let sent = 0;
  const server = new ZmqPullConnection(factory, [
    ZmqEndpoint.bind("tcp://127.0.0.1:*"),
    ZmqEndpoint.bind("inproc://server"),
  ]);
  server.on("message", () => {
    arrived += 1;
  });
  const [tcp, inproc] = server.endpoints.map(({ address }) => ZmqEndpoint.connect(address));
  const endpoints = [
    ZmqEndpoint.bind("tcp://127.0.0.1:*"),
    tcp as ZmqEndpoint,
    ZmqEndpoint.bind("inproc://other"),
    inproc as ZmqEndpoint,
  ];
  const part = Math.ceil(total / SAMPLES);
  for (let i = 1; i <= SAMPLES * part; i += 1) {
    const endpoint = endpoints[i % endpoints.length] as ZmqEndpoint;
    const connection = new ZmqPushConnection(factory, endpoint);
    if (endpoint === tcp || endpoint === inproc) {
      await connection.send("here I am");
      sent += 1;
    }
    await connection.shutdown();
    if (i % part === 0) await sample(i);
  }
  if (factory.connections.size !== 1) throw new Error("the factory keeps what is shut down");
  if (arrived !== sent) throw new Error(`${sent - arrived} of ${sent} messages were lost`);
}

async function sample(done: number): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20)); // finalizers run between the two
    global.gc?.();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  let files = Number.NaN;
  try {
    files = readdirSync("/proc/self/fd").length;
  } catch {
    // not on Linux
  }
  process.send?.({ done, rss, heap: heapUsed, external, files } satisfies MemorySample);
}

// In the process that prints --------------------------------------------------------------------

/** Runs a section. @returns whether it has kept within its bounds */
async function watch(name: string, scale: number): Promise<boolean> {
  const child = fork(fileURLToPath(import.meta.url), [name, String(scale)], {
    execArgv: [...process.execArgv, "--expose-gc"],
  });
  const stop = (): void => void child.kill("SIGKILL");
  process.once("exit", stop);
  const samples: MemorySample[] = [];
  console.log(`\n${name}\n${row(["done", "RSS MiB", "heap MiB", "external MiB", "open files"])}`);
  child.on("message", (taken: MemorySample) => {
    samples.push(taken);
    if (samples.length % (SAMPLES / 8) === 0) {
      const { done, rss, heap, external, files } = taken;
      console.log(row([done.toLocaleString("en"), ...[rss, heap, external].map(mib), `${files}`]));
    }
  });
  const [code] = await once(child, "exit");
  process.removeListener("exit", stop);
  if (code !== 0) {
    console.log(`FAILED: ended with ${code} after ${samples.at(-1)?.done ?? 0}`);
    return false;
  }

  const verdicts = (["rss", "heap"] as const).map((what) => {
    const grown = growth(
      samples.map((taken) => [taken.done, taken[what]]),
      WARM_UP,
    );
    console.log(verdict(what, grown, BOUNDS[what]));
    return grown.total <= BOUNDS[what];
  });
  return verdicts.every(Boolean);
}

function row(cells: readonly string[]): string {
  return cells.map((cell) => cell.padStart(12)).join("  ");
}

async function main(): Promise<number> {
  const part = readPart(USAGE);
  if (part === undefined) return 2;
  const { scale, only } = part;
  const names = Object.keys(SECTIONS).filter((name) => only.test(name));
  if (names.length === 0) {
    console.error(`no section matches; ${USAGE}`);
    return 2;
  }
  let ok = true;
  for (const name of names) ok = (await watch(name, scale)) && ok;
  console.log(ok ? "\nmemory stays flat" : "\nmemory does NOT stay flat");
  return ok ? 0 : 1;
}

if (process.send === undefined) {
  process.exit(await main());
} else {
  const [name = "", scale] = process.argv.slice(2);
  await SECTIONS[name]?.(Number(scale));
  process.exit();
}
