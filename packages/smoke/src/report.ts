import type { Line } from "./output.ts";

/** Something that happened to a program: it was started, got a signal, or ended. */
export interface Happening {
  readonly at: number;
  readonly name: string;
  readonly text: string;
}

/** How many lines of each program a report shows: the last ones. */
const SHOWN = 200;

/** What happened on a stage, a line each, in the order of time. */
export function report(
  events: readonly Happening[],
  programs: readonly { readonly name: string; readonly output: readonly Line[] }[],
): string[] {
  const width = Math.max(0, ...programs.map((program) => program.name.length));
  const rows = events.map(({ at, name, text }) => row(at, name, "*", text));
  for (const { name, output } of programs) {
    const left = output.length - SHOWN;
    const shown = left > 0 ? output.slice(left) : output;
    if (left > 0) rows.push(row(shown[0]?.at ?? 0, name, "*", `(${left} earlier lines)`));
    rows.push(
      ...shown.map((line) => row(line.at, name, line.from === "stdout" ? "|" : "!", line.text)),
    );
  }
  return rows.sort((a, b) => a.at - b.at).map((line) => line.format(width));
}

function row(at: number, name: string, mark: string, text: string) {
  const format = (width: number) =>
    `${(at / 1000).toFixed(3).padStart(8)} s  ${name.padEnd(width)} ${mark} ${text}`;
  return { at, format };
}
