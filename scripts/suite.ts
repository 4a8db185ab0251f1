// Runs the whole suite from the beginning, and shows what it costs: npm run suite.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { readWords } from "./usage.ts";
import { ROOT, readExamples } from "./workspaces.ts";

const USAGE = `usage: npm run suite

Runs all that npm test runs, without turbo's cache, and shows how many seconds of a processor's time
each workspace takes for its tests on both engines and as a copy, and how long the whole took.`;
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
/** What npm test has turbo run. */
const TASKS: string[] = scripts.test.replace(/^.* turbo run /, "").split(" ");

/** What one task took: seconds of a processor's time, and by the clock. */
interface Cost {
  readonly workspace: string;
  readonly task: string;
  readonly cpu: number;
  readonly clock: number;
}

readWords(USAGE, 0);
rmSync(join(ROOT, "node_modules/.cache/tx0mq-smoke"), { recursive: true, force: true });
const folder = mkdtempSync(join(tmpdir(), "tx0mq-suite-"));
const path = [folder, join(ROOT, "scripts/turbo"), process.env.PATH].join(delimiter);
const began = performance.now();
try {
  // Turbo runs each task by npm: one that has that of npm test (scripts/turbo/npm) run it, and notes the
  // times of all that it has started.
  const meter = `#!/bin/sh
PATH=\${PATH#*:}
start=$(date +%s)
npm "$@"
code=$?
{ echo "$PWD"; echo "$2"; echo $(($(date +%s) - start)); } > "$0.$$"
times >> "$0.$$"
exit $code
`;
  writeFileSync(join(folder, "npm"), meter, { mode: 0o755 });
  const { status } = spawnSync(
    "turbo",
    ["run", ...TASKS, "--force", "--continue=always", "--summarize"],
    {
      cwd: ROOT,
      stdio: "inherit",
      env: { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1" },
    },
  );
  process.exitCode = status ?? 1;
  const costs = readdirSync(folder)
    .filter((file) => file.startsWith("npm."))
    .map((file) => readFileSync(join(folder, file), "utf8").split("\n"))
    .map(cost);
  show(costs, (performance.now() - began) / 1000);
} finally {
  rmSync(folder, { recursive: true });
}

function cost([path = "", task = "", clock, , children = ""]: readonly string[]): Cost {
  const cpu = children
    .split(" ")
    .map((time) => /^(\d+)m([\d.]+)s$/.exec(time) ?? ["", "0", "0"])
    .reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
  return { workspace: relative(ROOT, path), task, cpu, clock: Number(clock) };
}

function show(costs: readonly Cost[], clock: number): void {
  const examples = new Set(readExamples().map(({ path }) => path));
  const sum = (list: readonly Cost[]): number => list.reduce((all, { cpu }) => all + cpu, 0);
  const row = (text: string, ...seconds: number[]): void =>
    console.log(`${seconds.map((one) => one.toFixed(1).padStart(8)).join("")}  ${text}`);
  const of = (workspace: string, ...tasks: string[]): Cost[] =>
    costs.filter((one) => one.workspace === workspace && tasks.includes(one.task));

  console.log("\nseconds of a processor's time: test, test:zmtp, test:copied, all");
  const rows = [...examples].map((path) => {
    const tasks = ["test", "test:zmtp", "test:copied"];
    const all = sum(of(path, ...tasks));
    return { path, all, seconds: [...tasks.map((task) => sum(of(path, task))), all] };
  });
  for (const { path, seconds } of rows.sort((a, b) => a.all - b.all)) row(path, ...seconds);
  const others = costs.filter(({ workspace }) => !examples.has(workspace));
  console.log("\nand by the clock: everything else");
  for (const { workspace, task, cpu, clock: seconds } of others.sort((a, b) => a.cpu - b.cpu)) {
    row(`${workspace || "the root"}: ${task}`, cpu, seconds);
  }
  const checked = sum(of("", "check"));
  const onZmtp = sum(costs.filter(({ task }) => task === "test:zmtp"));
  const average = (sum(costs) - sum(others) - onZmtp + checked) / examples.size;
  console.log(
    `\n${average.toFixed(2)} s of a processor's time for an example, type check included, and ${(onZmtp / examples.size).toFixed(2)} s for its test on the engine in TypeScript`,
  );
  console.log(`${sum(costs).toFixed(0)} s for everything, in ${clock.toFixed(0)} s by the clock`);
}
