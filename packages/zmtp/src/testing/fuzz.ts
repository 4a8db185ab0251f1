import type { Parameters } from "fast-check";

/** The cases of a run of the tests are the same each time. */
const SEED = 20_260_101;

/**
 * How many cases of a property to try: `count`, the same each time. With the environment variable `FUZZ` that many
 * times as many, and others each time (`npm run fuzz`).
 */
export function cases<T>(count: number): Parameters<T> {
  const { FUZZ } = process.env;
  if (FUZZ === undefined) return { numRuns: count, seed: SEED };
  return { numRuns: Math.round(count * Number(FUZZ)) };
}
