/** What a series of numbers is summed up to. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The middle half's width in relation to the median. */
  readonly spread: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  return {
    median,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / median,
  };
}

export function quantile(sorted: readonly number[], part: number): number {
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** The slope of a series of points: the median of the slopes of all their pairs (Theil and Sen). */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const slopes: number[] = [];
  for (const [i, [x1, y1]] of points.entries()) {
    for (const [x2, y2] of points.slice(i + 1)) slopes.push((y2 - y1) / (x2 - x1));
  }
  return quantile(
    slopes.sort((a, b) => a - b),
    0.5,
  );
}

/** Figures whose middle half is wider than this say little. */
export const TOO_WIDE = 0.15;
