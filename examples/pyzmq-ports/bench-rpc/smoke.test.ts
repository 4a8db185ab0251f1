import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";

const QUICK = ["--max", "3", "--period", "2"];

/** Columns of numbers, without the thousands' commas. */
const numbers = (line: string) => line.trim().replaceAll(",", "").split(/ +/).map(Number);

describe("bench-rpc", { concurrency: true }, () => {
  test("three protocols beside each other, as a table and as a plot; servers go on", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const servers = [
      stage.start("zmq-server", ["--endpoint", "tcp://127.0.0.1:*"]),
      stage.start("jsonrpc-server", ["--url", "http://127.0.0.1:0"]),
      stage.start("xmlrpc-server", ["--url", "http://127.0.0.1:0"]),
    ];
    const at = [];
    for (const server of servers) at.push((await server.line(/ at (\S+)$/))[1] ?? "");
    const [zmq = "", jsonrpc = "", xmlrpc = ""] = at;

    const svg = join(stage.folder, "latency.svg");
    const addresses = ["--zmq", zmq, "--jsonrpc", jsonrpc, "--xmlrpc", xmlrpc];
    const plot = stage.start("plot-latency", [...addresses, "--svg", svg, ...QUICK]);
    const clients = [
      stage.start("zmq-client", ["--endpoint", zmq, ...QUICK]),
      stage.start("jsonrpc-client", ["--url", jsonrpc, ...QUICK]),
      stage.start("xmlrpc-client", ["--url", xmlrpc, ...QUICK]),
    ];
    for (const program of [plot, ...clients]) {
      assert.deepEqual(await program.exit(), { code: 0, signal: null });
      assert.deepEqual(program.errors, []);
      const table = program.lines.filter((line) => /^[ \d.,]+$/.test(line)).map(numbers);
      assert.deepEqual(
        table.map(([size]) => size),
        [1, 10, 100, 1000],
      );
      for (const [, ...cells] of table) {
        const half = cells.length / 2;
        assert.equal(half, program === plot ? 3 : 1);
        for (let i = 0; i < half; i++) {
          const [latency = 0, rate = 0] = [cells[i], cells[i + half]];
          assert.ok(Math.abs(latency * rate - 1e6) < 2e4, "calls a second are what the time says");
        }
      }
    }
    assert.equal(plot.lines.at(-1), `plot: ${svg}`);
    const drawn = readFileSync(svg, "utf8");
    for (const text of ["ZeroMQ", "JSON-RPC", "XML-RPC", "latency of a call, µs", "calls/s"]) {
      assert.ok(drawn.includes(`>${text}</text>`), text);
    }
    for (const colour of ["#0b4fb3", "#c9971c", "#b8372e"]) {
      const lines = drawn.match(new RegExp(`<path d="M[^"]+L[^"]+" [^>]* stroke="${colour}"`, "g"));
      assert.equal(lines?.length, 3, `a line in each panel and one in the legend: ${colour}`);
    }
    await endsOn("SIGINT", ...servers);
  });

  test("the JSON-RPC server goes on after calls without an argument", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const server = stage.start("jsonrpc-server", ["--url", "http://127.0.0.1:0"]);
    const [, url = ""] = await server.line(/ at (\S+)$/);
    const results = [];
    for (const params of [undefined, {}, [], ["x"]]) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "echo", params });
      const headers = { "content-type": "application/json", connection: "close" };
      const reply = await fetch(url, { method: "POST", headers, body });
      results.push(((await reply.json()) as { result: unknown }).result);
    }
    assert.deepEqual(results, ["", "", "", "x"]);
    await endsOn("SIGINT", server);
  });

  test("a client of HTTP waits for its server, too", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const url = (await stage.tcp()).replace("tcp", "http");
    const client = stage.start("xmlrpc-client", ["--url", url, "--max", "0", "--period", "1"]);
    await client.line(/bytes +µs/);
    stage.start("xmlrpc-server", ["--url", url]);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
  });
});
