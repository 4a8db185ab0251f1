// Performance: `perf lat` takes the latency of messages from a REQ to a REP, `perf thr` how many a DEALER
// sends to a ROUTER in a second, at tcp://127.0.0.1:5555. `perf collect` does both by transport and size.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZmqFactory } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";
import { latency, type Result, serve, type Test, throughput } from "./measure.ts";
import type { Panel, Point } from "./plot.ts";

const {
  s,
  size = s,
  n,
  count = n,
  url,
  role,
  max,
  period,
  svg,
  test,
} = flags(
  {
    s: 1024,
    size: Number, // the long form of -s
    n: 1024,
    count: Number, // and of -n
    url: "tcp://127.0.0.1:5555",
    role: oneOf("both", "server", "client"),
    max: 6,
    period: 300,
    svg: join(tmpdir(), "perf.svg"),
  },
  { test: oneOf("lat", "thr", "collect") },
);
const TRANSPORTS = {
  tcp: "tcp://127.0.0.1:*",
  ipc: "ipc://*",
  inproc: "inproc://perf",
};

const factory = new ZmqFactory();
factory.registerForShutdown();
const servers: ChildProcess[] = [];

if (test === "collect") await collectAll();
else if (role === "server") {
  const address = serve(factory, test, url);
  console.log(`${test} server at ${address}`);
  process.on("disconnect", () => factory.shutdown()); // who started it has gone
  process.send?.(address, (gone: Error | null) => gone && factory.shutdown()); // or is gone already
} else {
  const address = role === "both" ? await start(test, url) : url;
  console.log(`${test} client of ${address}`);
  print(test, await measure(test, address, count));
}
if (role !== "server") await factory.shutdown();
for (const server of servers) server.disconnect();

/** Starts a server: a process of its own or, for inproc, on this event loop. @returns the address */
async function start(test: Test, url: string): Promise<string> {
  if (url.startsWith("inproc:")) return serve(factory, test, url);
  const args = [test, "--role", "server", "--url", url];
  const server = fork(process.argv[1] ?? "", args, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  servers.push(server);
  server.once("exit", (code) => code && process.exit(code)); // it has said why
  const [address] = await once(server, "message");
  return address;
}

function measure(test: Test, url: string, count: number, bytes = size): Promise<Result> {
  return (test === "lat" ? latency : throughput)(factory, url, count, bytes);
}

function print(test: Test, { seconds, sending = 0 }: Result): void {
  const rate = count / seconds;
  console.log(`message size   : ${size} [B]`);
  if (test === "lat") {
    console.log(`roundtrip count: ${count} [msgs]`);
    console.log(`mean latency   : ${((1e6 * seconds) / count / 2).toFixed(3)} [µs]`);
  } else {
    console.log(`message count  : ${count} [msgs]`);
    console.log(`send only      : ${(count / sending).toFixed(0)} [msg/s]`);
    console.log(`mean throughput: ${rate.toFixed(0)} [msg/s]`);
    console.log(`mean throughput: ${((rate * size * 8) / 1e6).toFixed(3)} [Mb/s]`);
  }
  console.log(`test time      : ${seconds.toFixed(3)} [s]`);
  if (seconds < 3) console.log("For best results, tests should take at least a few seconds.");
}

/** A table for each test, by size and transport, and a plot of both. */
async function collectAll(): Promise<void> {
  const panels: Panel[] = [];
  for (const test of ["lat", "thr"] as const) {
    const title = test === "lat" ? "latency, µs" : "messages/s";
    console.log(row(title, Object.keys(TRANSPORTS)));
    const addresses = new Map<string, string>();
    for (const [name, url] of Object.entries(TRANSPORTS)) {
      addresses.set(name, await start(test, name === "inproc" ? `${url}-${test}` : url));
    }
    const series = new Map([...addresses.keys()].map((name) => [name, [] as Point[]]));
    panels.push({ title, series });
    for (let power = 2; power <= max; power++) {
      const cells: number[] = [];
      for (const [name, address] of addresses) {
        const value = await point(test, address, 10 ** power);
        series.get(name)?.push([10 ** power, value]);
        cells.push(Number(value.toPrecision(3)));
      }
      console.log(row(`${10 ** power} B`, cells));
    }
  }
  const { plot } = await import("./plot.ts"); // which takes a while
  writeFileSync(svg, plot("Latency and throughput by transport and size", panels));
  console.log(`plot: ${svg}`);
}

/** Runs a test with more and more messages, until it takes long enough. */
async function point(test: Test, url: string, size: number): Promise<number> {
  for (let count = 100; ; ) {
    const { seconds } = await measure(test, url, count, size);
    const share = (1000 * seconds) / period;
    if (share >= 0.5) return test === "lat" ? (1e6 * seconds) / count / 2 : count / seconds;
    count *= Math.ceil(Math.min(1 / share, 100));
  }
}

function row(head: string, cells: readonly (string | number)[]): string {
  return head.padEnd(14) + cells.map((cell) => cell.toLocaleString("en").padStart(12)).join("");
}
