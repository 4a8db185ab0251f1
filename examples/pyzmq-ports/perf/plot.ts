// Plots: panels side by side, in each a line for every series over the size of a message, on logarithmic
// axes. Drawn as SVG, without a browser.

import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** The size of a message in bytes, and what it came to. */
export type Point = readonly [size: number, value: number];

export interface Panel {
  readonly title: string;
  readonly series: ReadonlyMap<string, readonly Point[]>;
}

/** @returns an SVG document */
export function plot(title: string, panels: readonly Panel[]): string {
  const share = 100 / panels.length;
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 860, height: 460 });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    color: ["#0b4fb3", "#c9971c", "#b8372e"],
    textStyle: { fontFamily: "system-ui, sans-serif" },
    title: { text: title, left: 16, top: 12 },
    legend: { bottom: 10, left: "center" },
    grid: panels.map((_, i) => ({
      left: `${i * share + 8}%`,
      width: `${share - 11}%`,
      top: 90,
      bottom: 80,
    })),
    xAxis: panels.map((_, gridIndex) => ({
      type: "log" as const,
      gridIndex,
      name: "bytes",
      nameLocation: "middle" as const,
      nameGap: 25,
      axisLabel: { formatter: short },
    })),
    yAxis: panels.map((panel, gridIndex) => ({
      type: "log" as const,
      gridIndex,
      name: panel.title,
      nameTextStyle: { align: "left" as const },
      axisLabel: { formatter: short },
    })),
    series: panels.flatMap(({ series }, i) =>
      [...series].map(([name, data]) => ({
        type: "line" as const,
        name,
        data: data.map((point) => [...point]),
        xAxisIndex: i,
        yAxisIndex: i,
        symbol: "circle",
      })),
    ),
  });
  const drawn = chart.renderToSVGString();
  chart.dispose();
  return `${drawn}\n`;
}

/** 1000 is 1 K. */
function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} K` : String(value);
}
