import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { intoPage } from "./page.ts";
import { writePlots } from "./plots.ts";
import { table } from "./report.ts";
import { type Entry, figures, type Results, type RowResult } from "./results.ts";
import { type Row, rows } from "./rows.ts";
import type { Sample } from "./session.ts";

function sample(count: number, more: Partial<Sample> = {}): Sample {
  return {
    ...{ count, total: count, wallMs: 100, cpuMs: 50, rss: 2 ** 20 },
    ...{ otherCpuMs: 10, arrived: undefined, arrivedMs: undefined },
    ...more,
  };
}

function entry(peer: string, samples: readonly Sample[], error?: string): Entry {
  return { peer, samples, error };
}

function named(name: string): Row {
  const row = rows().find((candidate) => candidate.name === name);
  assert.ok(row, name);
  return row;
}

const RECEIVED: RowResult = {
  row: named("receive, tcp, 16 B"),
  entries: [
    entry("tx0mq", [sample(1000), sample(2000), sample(1000)]),
    entry("zeromq", [sample(500), sample(1000), sample(500)]),
    entry("aiozmq", [], "it is broken"),
  ],
};

test("a peer is compared with tx0mq in the same turn", () => {
  const [own, other, ...rest] = figures(RECEIVED);
  assert.equal(own?.rate.median, 10_000);
  assert.deepEqual(other?.ratio, { median: 0.5, min: 0.5, max: 0.5, spread: 0 });
  assert.equal(rest.length, 0);
});

test("rounds that differ too much are named", () => {
  const [own] = figures(RECEIVED);
  assert.deepEqual(own?.tooWide, ["speed", "CPU"]);
});

test("what is sent counts when it has arrived", () => {
  const sent = sample(1000, { arrived: 600, arrivedMs: 300 });
  const [own] = figures({ row: named("send, tcp, 16 B"), entries: [entry("tx0mq", [sent])] });
  assert.equal(own?.rate.median, 2000);
  assert.equal(own?.lost, 0.4);
});

test("the table says what a peer has failed on", () => {
  assert.match(table(RECEIVED), /^ {2}aiozmq +it is broken$/m);
  assert.match(table(RECEIVED), /^ {2}zeromq +5,000 +0\.50 \(0\.50\.\.0\.50\)/m);
});

test("every row has a name of its own", () => {
  const names = rows().map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

const RESULTS: Results = {
  date: "2001-02-03T04:05:06.000Z",
  machine: { cpu: "An Abacus", cores: 3, node: "v20" },
  peers: [
    { name: "tx0mq", versions: { tx0mq: "1.2.3" } },
    { name: "zeromq", versions: { zeromq: "6.5.4" } },
    { name: "aiozmq", versions: {} },
  ],
  missing: [],
  settings: { rounds: 3, roundMs: 1, leadMs: 0, warmUpMs: 0, patienceMs: 0 },
  interrupted: false,
  rows: [RECEIVED],
};

test("a page gets tables in the place of those that it had, and keeps the rest", () => {
  const marks = ["<!-- figures, written by bench:peers -->", "<!-- end of figures -->"];
  const page = `before\n${marks[0]}\nold\n${marks[1]}\nafter\n`;
  const written = intoPage(page, RESULTS);
  assert.match(written, /^before\n<!-- figures.*<!-- end of figures -->\nafter\n$/s);
  assert.match(written, /^Measured on 2001-02-03: cpu An Abacus, cores 3, node v20\.$/m);
  assert.match(written, /^- tx0mq: tx0mq 1\.2\.3$/m);
  assert.match(written, /^\| {2}\| tx0mq, a second \| zeromq \| aiozmq \|$/m);
  assert.match(written, /^\| receive, tcp, 16 B \| 10,000 ~ \| 0\.50 ~ \| failed \|$/m);
  assert.doesNotMatch(written, /old/);
  assert.equal(intoPage(written, RESULTS), written);
  assert.throws(() => intoPage("no place", RESULTS), /in the page/);
});

for (const [name, file] of [
  ["performance.md", "peers.json"],
  ["without-libzmq.md", "engines.json"],
] as const) {
  test(`docs/${name} shows the figures that lie beside it`, () => {
    const docs = new URL("../../../../docs/", import.meta.url);
    const page = readFileSync(new URL(name, docs), "utf8");
    const measured = readFileSync(new URL(`performance/${file}`, docs), "utf8");
    assert.ok(
      intoPage(page, JSON.parse(measured) as Results) === page,
      `write it anew: npm run bench:peers -- -- --from docs/performance/${file} --page docs/${name}`,
    );
  });
}

test("there is a plot for what has been measured, and none for what has not", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "tx0mq-plots-"));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.deepEqual(writePlots(RESULTS, folder), ["receive.svg", "cpu.svg"]);
  const drawn = readFileSync(join(folder, "receive.svg"), "utf8");
  assert.match(drawn, /^<svg /);
  assert.match(drawn, /An Abacus, 3 cores/);
  assert.match(drawn, />10 K</);
});
