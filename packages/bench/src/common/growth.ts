import { slope } from "./statistics.ts";

const MIB = 2 ** 20;

/** What the memory of a long run grew by, after its warm-up. */
export interface Growth {
  /** Bytes a unit of work, by the slope through the samples. */
  readonly each: number;
  /** Bytes over all the work after the warm-up. */
  readonly total: number;
  /** The work after the warm-up. */
  readonly span: number;
}

/** A sample of memory, in bytes, after so much work. */
export type Point = readonly [done: number, bytes: number];

/** @param warmUp how many of the first samples do not count */
export function growth(points: readonly Point[], warmUp: number): Growth {
  const steady = points.slice(warmUp);
  const span = (steady.at(-1)?.[0] ?? 0) - (steady[0]?.[0] ?? 0);
  const each = slope(steady);
  return { each, total: each * span, span };
}

/** Says in one line what it grew by, and whether that is within the bound. */
export function verdict(what: string, { each, total, span }: Growth, bound: number): string {
  return (
    `${what}: ${each.toFixed(2)} B each, ${mib(total)} MiB over the last ${span.toLocaleString("en")}` +
    ` (at most ${mib(bound)}): ${total <= bound ? "ok" : "TOO MUCH"}`
  );
}

export function mib(bytes: number): string {
  return (bytes / MIB).toFixed(2);
}
