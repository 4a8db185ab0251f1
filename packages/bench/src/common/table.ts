import type { Summary } from "./statistics.ts";

/** Columns of a table: a title, and a width; a negative one is for text, which stands to the left. */
export type Columns = readonly (readonly [title: string, width: number])[];

export function line(columns: Columns, cells: readonly string[]): string {
  return cells
    .map((cell, i) => {
      const width = columns[i]?.[1] ?? 0;
      return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
    })
    .join("  ")
    .trimEnd();
}

export function heading(columns: Columns): string {
  return line(
    columns,
    columns.map(([title]) => title),
  );
}

export function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

export function range({ median, min, max }: Summary): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}..${max.toFixed(2)})`;
}
