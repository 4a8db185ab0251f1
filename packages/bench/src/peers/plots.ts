/** The figures as plots: SVG files, drawn without a browser. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { sizeName } from "../programs/program.ts";
import { PEERS } from "./contestants.ts";
import { type Figures, figures, type Results } from "./results.ts";
import type { Group, Row } from "./rows.ts";

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

type Option = Parameters<ReturnType<typeof init>["setOption"]>[0];

const WIDTH = 860;
const FONT = "system-ui, sans-serif";
const MIB = 2 ** 20;

/** Each peer has the same colour everywhere: Node.js in blues and greens, Python in warm ones. */
const COLOURS: Readonly<Record<string, string>> = {
  "libzmq from C": "#555555",
  tx0mq: "#0b4fb3",
  "tx0mq, for await": "#4f93e6",
  "tx0mq on zmtp": "#1a7f5a",
  "tx0mq on zmtp, for await": "#63bd8f",
  zeromq: "#7fc4c9",
  "bytes alone": "#b9bec7",
  pyzmq: "#c9971c",
  "pyzmq asyncio": "#e0701f",
  aiozmq: "#b8372e",
  txZMQ: "#8a4a9e",
};
const SHADES = ["#0b4fb3", "#7fb2ee", "#c9971c"];

/** A row with what each peer came to. */
interface Measured {
  readonly row: Row;
  readonly figures: readonly Figures[];
}

interface Plot {
  readonly file: string;
  readonly height: number;
  /** Nothing where there is nothing to show. */
  draw(measured: readonly Measured[]): Option | undefined;
}

const PLOTS: readonly Plot[] = [
  bars("receive.svg", "Receiving 16-byte messages", "messages a second", perSecond, (row) =>
    row.group === "receive" && row.size === 16 ? row.transport : undefined,
  ),
  bars("send.svg", "Sending 16-byte messages", "messages a second", perSecond, (row) =>
    row.group === "send" && row.size === 16 ? row.transport : undefined,
  ),
  bars(
    "cpu.svg",
    "CPU time of a 16-byte message over tcp",
    "µs, all threads",
    microseconds,
    (row) =>
      (row.group === "receive" || row.group === "send") &&
      row.size === 16 &&
      row.transport === "tcp"
        ? row.group
        : undefined,
  ),
  bars(
    "publish.svg",
    "Publishing 16-byte messages",
    "messages a second at each SUB",
    perSecond,
    (row) =>
      row.group === "publish" && row.size === 16
        ? `${row.subscribers} ${row.subscribers === 1 ? "SUB" : "SUBs"}`
        : undefined,
  ),
  bars("round-trips.svg", "Round trips of 16 bytes in lockstep", "a second", perSecond, (row) =>
    row.group === "round trips" && row.size === 16 ? row.transport : undefined,
  ),
  lines("receive-by-size.svg", "Receiving over tcp, by size", [
    panel("messages a second", perSecond, "receive", ({ size }) => sizeName(size)),
    panel("MiB a second", mebibytes, "receive", ({ size }) => sizeName(size)),
  ]),
  lines("send-by-size.svg", "Sending over tcp, by size", [
    panel("messages a second", perSecond, "send", ({ size }) => sizeName(size)),
    panel("MiB a second", mebibytes, "send", ({ size }) => sizeName(size)),
  ]),
  lines("in-flight.svg", "Requests in flight through a broker", [
    panel("requests a second", perSecond, "in flight", ({ window }) => count(window)),
    panel("µs CPU of a request", microseconds, "in flight", ({ window }) => count(window)),
  ]),
  lines("many-messages.svg", "From ten thousand to ten million messages", [
    panel("messages a second", perSecond, "many messages", (row) => count(row.count ?? 0)),
    panel("MiB of memory", memory, "many messages", (row) => count(row.count ?? 0)),
  ]),
  lines("many-connections.svg", "From 1 to 1,000 connections", [
    panel("messages a second", perSecond, "many connections", (row) => count(row.connections)),
    panel("MiB of memory", memory, "many connections", (row) => count(row.connections)),
  ]),
];

/** @returns the names of the files that have been written */
export function writePlots(results: Results, folder: string): string[] {
  const measured = results.rows.map((result) => ({ row: result.row, figures: figures(result) }));
  const { cpu, cores, node } = results.machine;
  const made = `${cpu}, ${cores} cores, Node.js ${node}, ${results.date.slice(0, 10)}`;
  const written: string[] = [];
  mkdirSync(folder, { recursive: true });
  for (const { file, height, draw } of PLOTS) {
    const option = draw(measured);
    if (option === undefined) continue;
    writeFileSync(join(folder, file), `${svg(option, made, height)}\n`);
    written.push(file);
  }
  return written;
}

function svg(option: Option, made: string, height: number): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    textStyle: { fontFamily: FONT },
    ...option,
    title: [
      { left: 16, top: 12, textStyle: { fontSize: 16 }, subtext: made, ...firstOf(option.title) },
    ],
  });
  const drawn = chart.renderToSVGString();
  chart.dispose();
  return drawn;
}

function firstOf(title: Option["title"]): object {
  return (Array.isArray(title) ? title[0] : title) ?? {};
}

// What is shown --------------------------------------------------------------------------------

type Value = (figures: Figures, row: Row) => number;

function perSecond({ rate }: Figures): number {
  return rate.median;
}

function microseconds({ cost }: Figures): number {
  return cost.median;
}

function mebibytes({ rate }: Figures, { size, parts }: Row): number {
  return (rate.median * size * parts) / MIB;
}

function memory({ rss }: Figures): number {
  return rss / MIB;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

/** Three digits, and K or M. */
function short(value: number): string {
  if (value >= 999_500) return `${digits(value / 1e6)} M`;
  if (value >= 9_995) return `${digits(value / 1e3)} K`;
  return value >= 100 ? count(Math.round(value)) : digits(value);
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

// Bars -----------------------------------------------------------------------------------------

/** Bars: the peers below each other, and a colour for each series that `series` names. */
function bars(
  file: string,
  title: string,
  unit: string,
  value: Value,
  series: (row: Row) => string | undefined,
): Plot {
  const draw = (measured: readonly Measured[]): Option | undefined => {
    const shown = measured.filter(({ row, figures }) => series(row) && figures.length > 0);
    if (shown.length === 0) return undefined;
    const peers = PEERS.filter((peer) => shown.some(({ figures }) => of(figures, peer)));
    return {
      title: { text: `${title}: ${unit}` },
      legend: { top: 16, right: 16 },
      grid: { left: 130, right: 80, top: 76, bottom: 30 },
      xAxis: { type: "value", axisLabel: { formatter: short } },
      yAxis: { type: "category", inverse: true, data: [...peers], axisTick: { show: false } },
      series: shown.map(({ row, figures }, i) => ({
        type: "bar" as const,
        name: series(row) ?? "",
        itemStyle: { color: SHADES[i] ?? "#999999" },
        label: {
          show: true,
          position: "right" as const,
          fontSize: 10,
          formatter: (shown: { value?: unknown }) =>
            typeof shown.value === "number" ? short(shown.value) : "",
        },
        barGap: "10%",
        data: peers.map((peer) => {
          const found = of(figures, peer);
          return found === undefined ? "-" : value(found, row);
        }),
      })),
    };
  };
  return { file, height: 480, draw };
}

function of(figures: readonly Figures[], peer: string): Figures | undefined {
  return figures.find((candidate) => candidate.peer === peer);
}

// Lines ----------------------------------------------------------------------------------------

interface Panel {
  readonly unit: string;
  readonly value: Value;
  readonly group: Group;
  readonly at: (row: Row) => string;
}

function panel(unit: string, value: Value, group: Group, at: (row: Row) => string): Panel {
  return { unit, value, group, at };
}

/** Panels side by side, in each a line for every peer; the vertical axis is logarithmic. */
function lines(file: string, title: string, panels: readonly Panel[]): Plot {
  const draw = (measured: readonly Measured[]): Option | undefined => {
    const shown = panels.map((panel) => ({
      ...panel,
      rows: measured.filter(
        ({ row, figures }) =>
          row.group === panel.group && row.transport === "tcp" && figures.length > 0,
      ),
    }));
    if (shown.every(({ rows }) => rows.length < 2)) return undefined;
    const peers = PEERS.filter((peer) =>
      shown.some(({ rows }) => rows.some(({ figures }) => of(figures, peer))),
    );
    const share = 100 / panels.length;
    return {
      title: { text: title },
      legend: { bottom: 10, left: "center", itemGap: 22, data: [...peers] },
      grid: shown.map((_, i) => ({
        left: `${i * share + 7}%`,
        width: `${share - 9}%`,
        top: 104,
        bottom: 80,
      })),
      xAxis: shown.map(({ rows, at }, i) => ({
        type: "category" as const,
        gridIndex: i,
        boundaryGap: false,
        data: rows.map(({ row }) => at(row)),
      })),
      yAxis: shown.map(({ unit }, i) => ({
        type: "log" as const,
        gridIndex: i,
        name: unit,
        nameLocation: "end" as const,
        nameTextStyle: { align: "left" as const },
        axisLabel: { formatter: short },
      })),
      series: shown.flatMap(({ rows, value }, i) =>
        peers.map((peer) => ({
          type: "line" as const,
          name: peer,
          xAxisIndex: i,
          yAxisIndex: i,
          color: COLOURS[peer] ?? "#999999",
          lineStyle: { width: peer === "tx0mq" ? 3.5 : 1.5 },
          symbol: "circle",
          symbolSize: 6,
          data: rows.map(({ row, figures }) => {
            const found = of(figures, peer);
            return found === undefined ? "-" : value(found, row);
          }),
        })),
      ),
    };
  };
  return { file, height: 460, draw };
}
