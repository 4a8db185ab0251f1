// Calls beside each other: the three clients measure the same calls of their servers, in a table by size,
// with the time that a call takes and how many there are in a second, and in a plot.

import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZmqFactory } from "tx0mq";
import { flags } from "tx0mq/flags";
import { type Point, plot } from "../perf/plot.ts";
import { benchmark, reach, row, sizes } from "./benchmark.ts";
import { jsonRpcEcho, xmlRpcEcho, zmqEcho } from "./clients.ts";

const { zmq, jsonrpc, xmlrpc, max, period, svg } = flags({
  zmq: "tcp://127.0.0.1:10001",
  jsonrpc: "http://127.0.0.1:10000",
  xmlrpc: "http://127.0.0.1:10002",
  max: 6,
  period: 300,
  svg: join(tmpdir(), "latency.svg"),
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const clients = {
  ZeroMQ: zmqEcho(factory, zmq),
  "JSON-RPC": jsonRpcEcho(jsonrpc),
  "XML-RPC": xmlRpcEcho(xmlrpc),
};
const names = Object.keys(clients);
const latencies = new Map(names.map((name) => [name, [] as Point[]]));
const rates = new Map(names.map((name) => [name, [] as Point[]]));

console.log(`calls of ${zmq}, ${jsonrpc} and ${xmlrpc}`);
console.log(
  row(["bytes", ...names.map((name) => `${name} µs`), ...names.map((name) => `${name} /s`)]),
);
for (const echo of Object.values(clients)) await reach(echo);
for (const size of sizes(max)) {
  for (const [name, echo] of Object.entries(clients)) {
    const latency = await benchmark(echo, size, period);
    latencies.get(name)?.push([size, latency]);
    rates.get(name)?.push([size, 1e6 / latency]);
  }
  const columns = [...latencies.values(), ...rates.values()];
  console.log(row([size, ...columns.map((points) => points.at(-1)?.[1] ?? Number.NaN)]));
}
const panels = [
  { title: "latency of a call, µs", series: latencies },
  { title: "calls/s", series: rates },
];
writeFileSync(svg, plot("A call over ZeroMQ, JSON-RPC and XML-RPC", panels));
console.log(`plot: ${svg}`);
process.exit(); // HTTP keeps its connections open
