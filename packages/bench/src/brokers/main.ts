/**
 * Shows that the brokers of chapters 3 and 4 keep their memory over 200,000 requests and after floods of
 * malformed messages, and that they sleep when there is nothing to do.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ZmqFactory } from "tx0mq";
import { growth, mib, type Point, verdict } from "../common/growth.ts";
import { readPart } from "../common/part.ts";
import { Progress } from "../common/progress.ts";
import { BROKERS, type Broker, type Busy, connected } from "./brokers.ts";
import type { Running } from "./running.ts";

const USAGE = "usage: bench:brokers [--scale FRACTION] [--only PATTERN]";

const MIB = 2 ** 20;
const REQUESTS = 200_000;
/** A sample of memory is taken after each of so many parts of the work, and the first are its warm-up. */
const PARTS = 40;
const WARM_UP = 16;
/** What may come on top after the warm-up: garbage waits to be collected, now more of it, now less. */
const BOUND = 8 * MIB;
/** Small malformed messages in each part of a flood; a large one and one of many frames come with them. */
const MALFORMED = 50;
const LARGE = Buffer.alloc(64 * MIB);
const MANY = Array.from({ length: 1000 }, () => "part");
/**
 * In so many ms without work a broker's threads may wake up so many times a second: for heartbeats.
 * It gets some time to clean up before.
 */
const IDLE = 3000;
const IDLE_BOUND = 10;
const PATIENCE = 60_000;

const progress = new Progress();

/** Lets the programs do it in parts. @returns whether their memory stayed where it is */
async function watch(
  what: string,
  { programs }: Busy,
  total: number,
  part: (size: number) => Promise<void>,
): Promise<boolean> {
  const samples = new Map<Running, Point[]>(programs.map((program) => [program, []]));
  const size = Math.ceil(total / PARTS);
  for (let i = 1; i <= PARTS; i += 1) {
    progress.show(`${programs[0].name}: ${what}, part ${i} of ${PARTS}`);
    await part(size);
    for (const [program, taken] of samples) taken.push([i * size, program.resident]);
  }
  progress.clear();
  let flat = true;
  for (const [program, taken] of samples) {
    const grown = growth(taken, WARM_UP);
    const some = taken.filter((_, i) => i % (PARTS / 8) === PARTS / 8 - 1);
    console.log(`  ${program.name}, ${what}: MiB ${some.map(([, rss]) => mib(rss)).join(" ")}`);
    console.log(`  ${verdict("rss", grown, BOUND)}`);
    flat &&= grown.total <= BOUND;
  }
  return flat;
}

/** Sends malformed messages to all doors, and one request when all are refused. */
function flood(factory: ZmqFactory, { programs, doors, work }: Busy): () => Promise<void> {
  const [program] = programs;
  const rogues = doors.map((door) => connected(factory, door, 1)[0]);
  return async () => {
    const before = program.refused;
    let sent = 0;
    for (const rogue of rogues) {
      for (let i = 0; i < MALFORMED; i += 1) await rogue?.send(["not", "what", "was", "agreed"]);
      await rogue?.send(MANY);
      await rogue?.send(LARGE);
      sent += MALFORMED + 2;
    }
    await program.refusals(before + sent);
    await work(1);
  };
}

/** Waits for the programs to sleep: some time after a flood they still clean up. */
async function idles({ programs }: Busy): Promise<boolean> {
  for (let waited = 0; ; waited += IDLE) {
    const before = programs.map(({ wakeUps }) => wakeUps);
    await sleep(IDLE);
    const woken = programs.map(({ wakeUps }, i) => (wakeUps - (before[i] ?? 0)) / (IDLE / 1000));
    const busy = woken.some((times) => times > IDLE_BOUND);
    if (busy && waited < PATIENCE) continue;
    const told = woken.map((times) => (Number.isNaN(times) ? "unknown" : times.toFixed(1)));
    const result = busy ? "TOO OFTEN" : "ok";
    console.log(
      `  idle: woken ${told.join(", ")} times a second (at most ${IDLE_BOUND}): ${result}`,
    );
    return !busy;
  }
}

async function measure({ name, start }: Broker, scale: number): Promise<boolean> {
  console.log(`\n${name}`);
  const folder = mkdtempSync(join(tmpdir(), "tx0mq-brokers-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  const factory = new ZmqFactory({ lingerPeriod: 0 });
  let busy: Busy | undefined;
  try {
    busy = await start(factory, folder);
    const requests = Math.ceil(REQUESTS * scale);
    const malformed = (MALFORMED + 2) * busy.doors.length * PARTS;
    const results = [
      await watch("requests", busy, requests, busy.work),
      malformed === 0 || (await watch("malformed messages", busy, malformed, flood(factory, busy))),
      await idles(busy),
    ];
    return results.every(Boolean);
  } finally {
    await factory.shutdown();
    await Promise.all((busy?.programs ?? []).map((program) => program.stop()));
    process.removeListener("exit", remove);
    remove();
  }
}

async function main(): Promise<number> {
  const part = readPart(USAGE);
  if (part === undefined) return 2;
  const { scale, only } = part;
  const chosen = BROKERS.filter(({ name }) => only.test(name));
  if (chosen.length === 0) {
    console.error(`no broker matches; ${USAGE}`);
    return 2;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
  let ok = true;
  for (const broker of chosen) ok = (await measure(broker, scale)) && ok;
  console.log(ok ? "\nmemory stays flat, and who has nothing to do sleeps" : "\nNOT all is well");
  return ok ? 0 : 1;
}

process.exit(await main());
