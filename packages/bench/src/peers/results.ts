/** What has been measured, and what it comes to. */
import type { Machine } from "../common/machine.ts";
import { type Summary, summarize, TOO_WIDE } from "../common/statistics.ts";
import { type Missing, SUBJECT } from "./contestants.ts";
import type { Row } from "./rows.ts";
import type { Settings } from "./run.ts";
import type { Sample } from "./session.ts";

/** A peer's rounds on a row. */
export interface Entry {
  readonly peer: string;
  readonly samples: readonly Sample[];
  readonly error: string | undefined;
}

export interface RowResult {
  readonly row: Row;
  readonly entries: readonly Entry[];
}

export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly peers: readonly {
    readonly name: string;
    readonly versions: Readonly<Record<string, string>>;
  }[];
  readonly missing: readonly Missing[];
  readonly settings: Settings;
  readonly interrupted: boolean;
  readonly rows: readonly RowResult[];
}

/** A peer on a row, summed up. */
export interface Figures {
  readonly peer: string;
  /** Messages or requests a second. */
  readonly rate: Summary;
  /** The rate in relation to tx0mq's in the same turn. */
  readonly ratio: Summary | undefined;
  /** CPU time of one message in the measured process, in µs. */
  readonly cost: Summary;
  /** The same at the other end. */
  readonly otherCost: Summary | undefined;
  /** Resident memory at the end, in bytes. */
  readonly rss: number;
  /** The part of the messages sent that did not arrive. */
  readonly lost: number;
  /** What says little, since its rounds differ too much. */
  readonly tooWide: readonly string[];
}

export function rate(sample: Sample): number {
  const { arrived, arrivedMs, count, wallMs } = sample;
  return arrived !== undefined && arrivedMs
    ? (arrived / arrivedMs) * 1000
    : (count / wallMs) * 1000;
}

/** @returns figures of the peers that have any, in the row's order */
export function figures({ entries }: RowResult): Figures[] {
  const subject = entries.find(({ peer }) => peer === SUBJECT)?.samples ?? [];
  return entries
    .filter(({ samples }) => samples.length > 0)
    .map(({ peer, samples }) => {
      const speed = summarize(samples.map(rate));
      const cost = summarize(samples.map(({ cpuMs, count }) => (cpuMs / count) * 1000));
      const others = samples.flatMap(({ otherCpuMs, total }) =>
        otherCpuMs === undefined ? [] : [(otherCpuMs / total) * 1000],
      );
      const pairs = samples.flatMap((sample, i) => {
        const beside = subject[i];
        return beside === undefined ? [] : [rate(sample) / rate(beside)];
      });
      return {
        peer,
        rate: speed,
        ratio: pairs.length > 0 ? summarize(pairs) : undefined,
        cost,
        otherCost: others.length > 0 ? summarize(others) : undefined,
        rss: samples.at(-1)?.rss ?? Number.NaN,
        lost: median(samples.map(({ arrived, total }) => 1 - (arrived ?? total) / total)),
        tooWide: [
          ...(speed.spread > TOO_WIDE ? ["speed"] : []),
          ...(cost.spread > TOO_WIDE ? ["CPU"] : []),
        ],
      };
    });
}

function median(values: readonly number[]): number {
  return summarize(values).median;
}
