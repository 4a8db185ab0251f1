/** The figures as Markdown tables, for docs/performance.md. */
import { describe } from "../common/machine.ts";
import { count } from "../common/table.ts";
import { PEERS, SUBJECT } from "./contestants.ts";
import { type Figures, figures, type Results } from "./results.ts";
import type { Group } from "./rows.ts";

const BEGIN = "<!-- figures, written by bench:peers -->";
const END = "<!-- end of figures -->";

const TITLES: Readonly<Record<Group, string>> = {
  receive: "Receiving",
  send: "Sending",
  "3 parts": "Messages of three frames",
  publish: "Publishing",
  "round trips": "Round trips in lockstep",
  "in flight": "Requests in flight through a broker",
  "both ends": "The same at both ends",
  "many messages": "From ten thousand to ten million messages",
  "many connections": "From 1 to 1,000 connections",
};

/** @returns the page with the tables in the place of those that it had. @throws where it has no place for them */
export function intoPage(page: string, results: Results): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`no "${BEGIN}" and "${END}" in the page`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${tables(results)}\n\n${page.slice(end)}`;
}

/** A table for each group of rows: how fast each peer is in relation to tx0mq. */
function tables(results: Results): string {
  const { rows, peers, missing, machine, date, settings, interrupted } = results;
  const names = PEERS.filter((name) => peers.some((peer) => peer.name === name));
  const measured = rows.map((result) => ({ ...result, figures: figures(result) }));
  const built = (name: string): string => {
    const versions = peers.find((peer) => peer.name === name)?.versions ?? {};
    return Object.entries(versions)
      .map(([what, version]) => `${what} ${version}`)
      .join(", ");
  };
  const groups = [...new Set(rows.map(({ row }) => row.group))];
  return [
    `Measured on ${date.slice(0, 10)}: ${describe(machine)}.`,
    `Each figure is of ${settings.rounds} rounds of ${settings.roundMs} ms, those of a million messages and more of one run.${
      interrupted ? " The run was interrupted." : ""
    }`,
    [
      ...names.map((name) => `- ${name}: ${built(name)}`),
      ...missing.map(({ name }) => `- ${name}: not measured, it was not there`),
    ].join("\n"),
    ...groups.map((group) => {
      const shown = measured.filter(({ row }) => row.group === group);
      const others = names.filter((name) => name !== SUBJECT && shown.some(has(name)));
      const heads = ["", `${SUBJECT}, a second`, ...others];
      const lines = shown.map(({ row, figures, entries }) => {
        const own = figures.find(({ peer }) => peer === SUBJECT);
        const errorOf = (name: string): string | undefined => {
          const error = entries.find(({ peer }) => peer === name)?.error;
          return error && (error.startsWith("left out") ? "left out" : "failed");
        };
        const cells = others.map((name) => {
          const error = errorOf(name);
          if (error !== undefined) return error;
          return cell(figures.find(({ peer }) => peer === name));
        });
        const absolute = own
          ? `${count(own.rate.median)}${wide(own)}${lost(own)}`
          : (errorOf(SUBJECT) ?? "");
        return [row.name, absolute, ...cells];
      });
      return [
        `### ${TITLES[group]}\n`,
        tableRow(heads),
        tableRow(heads.map((_, i) => (i === 0 ? "---" : "--:"))),
        ...lines.map(tableRow),
      ].join("\n");
    }),
  ].join("\n\n");
}

function has(name: string) {
  return ({ entries }: Results["rows"][number]): boolean =>
    entries.some(({ peer }) => peer === name);
}

function cell(of: Figures | undefined): string {
  if (of?.ratio === undefined) return "";
  return `${of.ratio.median.toFixed(2)}${wide(of)}${lost(of)}`;
}

function wide({ tooWide }: Figures): string {
  return tooWide.includes("speed") ? " ~" : "";
}

function lost({ lost }: Figures): string {
  if (lost <= 0.001) return "";
  return lost < 0.01 ? " (under 1 % lost)" : ` (${(lost * 100).toFixed(0)} % lost)`;
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
