/** Measures one row: all peers in turn. */
import type { Progress } from "../common/progress.ts";
import type { Contestant } from "./contestants.ts";
import type { Entry, RowResult } from "./results.ts";
import type { Row } from "./rows.ts";
import { Lane, type Sample } from "./session.ts";
import type { Tools } from "./toolchain.ts";

export interface Settings {
  readonly rounds: number;
  readonly roundMs: number;
  /** Not counted, before each round. */
  readonly leadMs: number;
  readonly warmUpMs: number;
  /** A peer that would take longer than so for a number of messages is left out there. */
  readonly patienceMs: number;
}

export interface Surroundings {
  readonly tools: Tools;
  /** A folder for ipc sockets. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** The row's place among all, for the progress line. */
  readonly place: string;
}

/** After so many messages a program counts as warm. */
const WARM = 200_000;
/** So many programs start at the same time. */
const STARTING = 4;
const LEFT_OUT = "left out: it would take too long";
/** Numbers of messages from here on are received once. */
const ONCE = 1_000_000;

/**
 * All programs are started before the first is measured, and warm up one after the other. Then they
 * take turns, A B C, A B C, each idle while another runs. Where messages are counted out, each round is
 * one of fresh programs, that have not warmed up.
 */
export async function run(
  row: Row,
  contestants: readonly Contestant[],
  settings: Settings,
  around: Surroundings,
  earlier: readonly RowResult[],
): Promise<RowResult> {
  const entries: Draft[] = [];
  const working: [Lane, Draft][] = [];
  const rounds = (row.count ?? 0) >= ONCE ? 1 : settings.rounds;
  const show = (text: string): void => {
    around.progress.show(`${around.place} ${row.name}: ${text}`);
  };
  const attempt = async (entry: Draft, work: () => Promise<void>): Promise<void> => {
    if (entry.error !== undefined || around.signal.aborted) return;
    try {
      await work();
    } catch (error) {
      if (around.signal.aborted) return;
      entry.error = error instanceof Error ? error.message : String(error);
    }
  };

  const start = (contestant: Contestant): Promise<Lane> => {
    const { tools, scratch, signal } = around;
    return Lane.start(contestant, row, tools, scratch, signal);
  };

  try {
    show("starting");
    await inParallel(
      contestants.filter((contestant) => takesPart(contestant, row)),
      async (contestant) => {
        const entry: Draft = { peer: contestant.name, samples: [], error: undefined };
        entries.push(entry);
        const estimate = expectedMs(row, contestant.name, earlier);
        if (estimate > settings.patienceMs) {
          entry.error = LEFT_OUT;
          return;
        }
        if (row.count === undefined) {
          await attempt(entry, async () => {
            working.push([await start(contestant), entry]);
          });
        }
      },
    );
    working.sort(([, one], [, other]) => entries.indexOf(one) - entries.indexOf(other));
    if (row.count === undefined) {
      for (const [lane, entry] of working) {
        show(`${entry.peer} warms up`);
        await attempt(entry, () => warmUp(lane, settings));
        if (entry.error !== undefined) await lane.stop();
      }
    }
    for (let round = 1; round <= rounds; round += 1) {
      for (const [lane, entry] of working) {
        show(`round ${round} of ${rounds}, ${entry.peer}`);
        await attempt(entry, async () => {
          const { leadMs: lead, roundMs: ms } = settings;
          entry.samples.push(await lane.round({ lead, ms }));
        });
        // A program that has failed may be busy, at the cost of the others.
        if (entry.error !== undefined) await lane.stop();
      }
      if (row.count === undefined) continue;
      for (const entry of entries) {
        show(`round ${round} of ${rounds}, ${entry.peer}`);
        await attempt(entry, async () => {
          const contestant = contestants.find(({ name }) => name === entry.peer) as Contestant;
          const lane = await start(contestant);
          try {
            entry.samples.push(await lane.round({ count: row.count as number }));
          } finally {
            await lane.stop();
          }
        });
      }
    }
  } finally {
    await Promise.all(working.map(([lane]) => lane.stop()));
  }
  return { row, entries };
}

function takesPart({ command, otherEnd }: Contestant, row: Row): boolean {
  return command(row) !== undefined && (!row.bothEnds || otherEnd !== undefined);
}

type Draft = { -readonly [Key in keyof Entry]: Entry[Key] } & { samples: Sample[] };

async function warmUp(lane: Lane, { roundMs, warmUpMs }: Settings): Promise<void> {
  const began = performance.now();
  for (let count = 0; count < WARM && performance.now() - began < warmUpMs; ) {
    count += (await lane.round({ lead: 0, ms: roundMs })).total;
  }
}

/** How long a peer would take for the row's messages, by what it has taken for fewer. */
function expectedMs(row: Row, peer: string, earlier: readonly RowResult[]): number {
  const { count } = row;
  if (count === undefined) return 0;
  const before = earlier.findLast((result) => result.row.group === row.group);
  const entry = before?.entries.find((candidate) => candidate.peer === peer);
  if (entry?.error === LEFT_OUT) return Number.POSITIVE_INFINITY;
  const sample = entry?.samples.at(-1);
  return sample === undefined ? 0 : (sample.wallMs / sample.count) * count;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: STARTING }, worker));
}
