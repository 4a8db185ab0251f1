/** The figures as a table for the terminal. */
import { type Columns, count, heading, line, range } from "../common/table.ts";
import { figures, type Results, type RowResult } from "./results.ts";

const COLUMNS: Columns = [
  ["", -27],
  ["a second", 11],
  ["times tx0mq", 20],
  ["µs CPU", 8],
  ["other end", 9],
  ["MiB", 6],
  ["", -1],
];
const MIB = 2 ** 20;

export function introduction({ peers, missing }: Pick<Results, "peers" | "missing">): string {
  return [
    ...peers.map(({ name, versions }) => {
      const built = Object.entries(versions).map(([what, version]) => `${what} ${version}`);
      return `${name}: ${built.join(", ")}`;
    }),
    ...missing.map(({ name, reason }) => `MISSING ${name}: ${reason}`),
  ].join("\n");
}

export function table(result: RowResult): string {
  const summed = figures(result);
  const lines = result.entries.map(({ peer, error }) => {
    const figure = summed.find((candidate) => candidate.peer === peer);
    if (figure === undefined) return line(COLUMNS, [`  ${peer}`, error ?? "interrupted"]);
    const { rate, ratio, cost, otherCost, rss, lost, tooWide } = figure;
    return line(COLUMNS, [
      `  ${peer}`,
      count(rate.median),
      ratio === undefined ? "" : range(ratio),
      cost.median.toFixed(2),
      otherCost?.median.toFixed(2) ?? "",
      (rss / MIB).toFixed(0),
      [
        ...(lost > 0.001 ? [`${(lost * 100).toFixed(0)} % lost`] : []),
        ...(tooWide.length > 0 ? [`(too wide: ${tooWide.join(", ")})`] : []),
        ...(error === undefined ? [] : [`ended early: ${error}`]),
      ].join(" "),
    ]);
  });
  return [result.row.name, heading(COLUMNS), ...lines, ""].join("\n");
}
