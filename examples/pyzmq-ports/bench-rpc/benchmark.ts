// What is measured: how long a call takes that gets its argument back, by the size of it.

import { setTimeout as sleep } from "node:timers/promises";

/** A call that returns its argument. */
export type Echo = (message: string) => Promise<string>;

/** Waits until there is a server. ZeroMQ does that by itself; HTTP is refused by who is not there. */
export async function reach(echo: Echo): Promise<Echo> {
  for (;;) {
    try {
      await echo("");
      return echo;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ECONNREFUSED") throw error;
      await sleep(100);
    }
  }
}

/** Calls again and again for so many ms. @returns microseconds that a call takes */
export async function benchmark(echo: Echo, size: number, period: number): Promise<number> {
  const message = "0".repeat(size);
  await echo(message); // the first call makes connections and buffers
  const start = performance.now();
  let calls = 0;
  let elapsed = 0;
  for (; elapsed < period || calls === 0; elapsed = performance.now() - start) {
    const back = await echo(message);
    if (back !== message) throw new Error(`${back.length} bytes came back of ${size}`);
    calls += 1;
  }
  return (1000 * elapsed) / calls;
}

/** The sizes from 1 byte to ten to the power of max. */
export function sizes(max: number): number[] {
  return Array.from({ length: max + 1 }, (_, power) => 10 ** power);
}

/** What a client prints of itself. */
export async function table(url: string, echo: Echo, max: number, period: number): Promise<void> {
  console.log(`calls of ${url}`);
  console.log(row(["bytes", "µs", "calls/s"]));
  await reach(echo);
  for (const size of sizes(max)) {
    const latency = await benchmark(echo, size, period);
    console.log(row([size, latency, 1e6 / latency]));
  }
}

/** Numbers of three digits, in columns. */
export function row(cells: readonly (string | number)[]): string {
  return cells
    .map((cell) => (typeof cell === "number" ? Number(cell.toPrecision(3)) : cell))
    .map((cell) => cell.toLocaleString("en").padStart(12))
    .join("");
}
