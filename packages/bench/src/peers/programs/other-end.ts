/**
 * The other end where both ends are measured: on the package, and the engine, of the program that it is
 * for. The command line and the questions are those of other-end.c, behind the name of the package.
 */
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** What it does, and where. */
export interface End {
  readonly role: string;
  readonly address: string;
  /** Messages that each side of a pipe may hold. */
  readonly mark: number;
  readonly subscribers: number;
  /** To be called for each message that arrives. */
  arrived(): void;
}

const QUIET_MS = 50;

let count = 0;
let first = 0;
let last = 0;

const [subject, role = "", address = "", , , mark, subscribers] = process.argv.slice(2);
const { open } = await import(`./other-end-on-${subject}.ts`);
const addresses = await open({
  role,
  address,
  mark: Number(mark),
  subscribers: Number(subscribers),
  arrived: () => {
    if (count === 0) first = performance.now();
    count += 1;
  },
} satisfies End);

// The clock is not asked for each message.
let before = 0;
setInterval(() => {
  if (count !== before) last = performance.now();
  before = count;
}, 1);

/** Waits until so many have arrived, or nothing has for a while. */
async function settled(expected: number): Promise<void> {
  const asked = performance.now();
  const quiet = (): boolean => performance.now() - Math.max(asked, last) > QUIET_MS;
  while ((count < expected || count !== before) && !quiet()) await sleep(1);
}

function say(json: unknown): void {
  process.stdout.write(`${JSON.stringify(json)}\n`);
}

say({ addresses });
for await (const question of createInterface({ input: process.stdin })) {
  const [what, number] = question.split(" ");
  if (what === "mark") count = before = first = last = 0;
  else await settled(Number(number));
  const { user, system } = process.cpuUsage();
  say({ count, ms: last - first, cpuMs: (user + system) / 1000 });
}
process.exit();
