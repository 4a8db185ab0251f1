import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";
import {
  type Message,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
} from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes

describe("perf", { concurrency: true }, () => {
  test("collects a table for each test, by transport and size, and a plot", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const svg = join(stage.folder, "perf.svg");
    const args = ["collect", "--max", "3", "--period", "2", "--svg", svg];
    const perf = stage.start("perf", args, { env: { TMPDIR: stage.folder } });
    assert.deepEqual(await perf.exit(), { code: 0, signal: null });
    assert.deepEqual(perf.errors, []);
    const head = perf.lines.filter((line) => /^\D+ +tcp +ipc +inproc$/.test(line));
    assert.deepEqual(
      head.map((line) => line.slice(0, 12).trim()),
      ["latency, µs", "messages/s"],
    );
    for (const size of ["100 B", "1000 B"]) {
      const rows = perf.lines.filter((line) => line.startsWith(`${size} `));
      assert.equal(rows.length, 2, "a row in each table");
      for (const row of rows) {
        const cells = row.slice(size.length).trim().split(/ +/);
        assert.equal(cells.length, 3);
        for (const cell of cells) assert.ok(Number(cell.replaceAll(",", "")) > 0, row);
      }
    }
    assert.equal(perf.lines.at(-1), `plot: ${svg}`);
    assert.deepEqual(readdirSync(stage.folder), ["perf.svg"], "no socket is left");
    const drawn = readFileSync(svg, "utf8");
    assert.match(drawn, /^<svg [\s\S]*<\/svg>\n$/);
    for (const text of ["tcp", "ipc", "inproc", "latency, µs", "messages/s", "bytes", "1 K"]) {
      assert.ok(drawn.includes(`>${text}</text>`), text);
    }
    for (const colour of ["#0b4fb3", "#c9971c", "#b8372e"]) {
      const lines = drawn.match(new RegExp(`<path d="M[^"]+L[^"]+" [^>]* stroke="${colour}"`, "g"));
      assert.ok((lines?.length ?? 0) >= 3, `a line in each panel and one in the legend: ${colour}`);
    }
  });

  test("latency and throughput of one size are printed as pyzmq's perf.py does", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const size = ["--url", "tcp://127.0.0.1:*", "--size", "5000", "--count", "300"];
    const short = ["--url", "tcp://127.0.0.1:*", "-s", "5000", "-n", "300"];
    const [lat, thr] = [stage.start("perf", size), stage.start("perf", ["thr", ...short])];
    for (const program of [lat, thr]) {
      assert.deepEqual(await program.exit(), { code: 0, signal: null });
    }
    const value = (lines: string[], name: RegExp) =>
      lines.flatMap((line) => (name.test(line) ? [Number(/: ([\d.]+) \[/.exec(line)?.[1])] : []));
    const [seconds = 0] = value(lat.lines, /^test time/);
    const [latency = 0] = value(lat.lines, /^mean latency.*µs/);
    assert.ok(Math.abs(latency - (1e6 * seconds) / 600) <= 1, "half of a round trip");
    assert.deepEqual(value(lat.lines, /^(message size|roundtrip count)/), [5000, 300]);
    const [rate = 0, megabits = 0] = value(thr.lines, /^mean throughput/);
    assert.ok(Math.abs(megabits - (rate * 5000 * 8) / 1e6) <= 0.03 && rate > 0);
    assert.deepEqual(value(thr.lines, /^message (size|count)/), [5000, 300]);
  });

  test("a server speaks as perf.py's: it echoes, and counts what was begun, for one client after another", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const args = ["--role", "server", "--url", "tcp://127.0.0.1:*"];
    const lat = stage.start("perf", ["lat", ...args]);
    const thr = stage.start("perf", ["thr", ...args]);
    await using factory = new ZmqFactory();
    const [, echo] = await lat.line(/^lat server at (\S+)$/);
    const [, sink] = await thr.line(/^thr server at (\S+)$/);
    for (const count of [20, 5]) {
      const req = new ZmqReqConnection(factory, { connect: echo });
      for (const text of ["   ", "don", "x".repeat(100_000)]) {
        await req.send(text);
        assert.equal(String(await req.receive(LIMIT)), text);
      }
      await req.send("done");
      await req.shutdown();

      const dealer = new ZmqDealerConnection(factory, { connect: sink });
      await dealer.send(["BEGIN", String(count)]);
      assert.deepEqual((await dealer.receive(LIMIT)).map(String), ["BEGIN", String(count)]);
      for (let n = 1; n < count; n++) await dealer.send("   ");
      await dealer.send(["BEGIN", "2"]); // one was missing, so that there is no DONE before this
      assert.deepEqual((await dealer.receive(LIMIT)).map(String), ["BEGIN", "2"]);
      for (let n = 0; n < 2; n++) await dealer.send("   ");
      assert.deepEqual((await dealer.receive(LIMIT)).map(String), ["DONE"]);
    }
    await endsOn("SIGINT", lat, thr);
  });

  test("a client speaks as perf.py's; both end where the address is in use", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const args = (url: string) => ["--role", "client", "--url", url, "--size", "7", "--count", "3"];
    const rep = new ZmqRepConnection(factory, { bind: "tcp://127.0.0.1:*" });
    const lat = stage.start("perf", ["lat", ...args(rep.address)]);
    for (let n = 0; n < 4; n++) {
      const message = await rep.receive(LIMIT);
      assert.deepEqual(message.map(String), [" ".repeat(7)]);
      await rep.send(message);
    }
    assert.deepEqual((await rep.receive(LIMIT)).map(String), ["done"]);
    assert.deepEqual(await lat.exit(), { code: 0, signal: null });
    const late = stage.start("perf", ["lat", "--url", rep.address]);
    await late.line(/^ZmqAddressInUseError: /, { from: "stderr" });
    assert.deepEqual(await late.exit(), { code: 1, signal: null });

    const router = new ZmqRouterConnection(factory, { bind: "tcp://127.0.0.1:*" });
    const thr = stage.start("perf", ["thr", ...args(router.address)]);
    const begin: Message = await router.receive(LIMIT);
    assert.deepEqual(begin.slice(1).map(String), ["BEGIN", "3"]);
    await router.send(begin);
    for (let n = 0; n < 3; n++) {
      assert.deepEqual((await router.receive(LIMIT)).slice(1).map(String), [" ".repeat(7)]);
    }
    await router.send([begin[0], "DONE"]);
    assert.deepEqual(await thr.exit(), { code: 0, signal: null });
  });

  test("a server whose client has gone before it listens ends without a word", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const perf = join(import.meta.dirname, "perf.ts");
    const args = ["lat", "--role", "server", "--url", "tcp://127.0.0.1:*"];
    const execArgv = ["--import", import.meta.resolve("@tx0mq/smoke/ts")];
    const options = { execArgv, stdio: ["ignore", "inherit", "inherit", "ipc"] };
    const start = [perf, args, options].map((argument) => JSON.stringify(argument));
    const script = `
      const server = require("node:child_process").fork(${start});
      server.disconnect();
      server.once("exit", (code) => process.exit(code));`;
    const server = stage.start({ command: [process.execPath, "-e", script] });
    assert.deepEqual(await server.exit(), { code: 0, signal: null });
    assert.deepEqual(server.errors, []);
  });

  test("Ctrl-C ends a client that waits for its server", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const perf = stage.start("perf", ["lat", "--role", "client", "--url", await stage.tcp()]);
    await perf.line(/^lat client of /);
    await endsOn("SIGINT", perf);
  });
});
