// Records examples: runs them, and writes what they print and what goes between them into docs/recorded.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { findExample } from "../../../scripts/lookup.ts";
import { readWords } from "../../../scripts/usage.ts";
import { type ExampleWorkspace, ROOT, readExamples } from "../../../scripts/workspaces.ts";
import { diagram, shorten } from "./fold.ts";
import { match } from "./match.ts";
import { fileOf, hashOf, type Recording, recordingOf, startOf } from "./recording.ts";
import { run } from "./run.ts";

const USAGE = `usage: npm run docs:record [-- EXAMPLE...]

Runs examples and records them for the site. Without names: those whose programs have changed since.`;
/** How many run at a time. */
const AT_ONCE = 2;

async function record(workspace: ExampleWorkspace): Promise<void> {
  const start = Date.now();
  const { events, lines, interrupted, code } = await run(workspace);
  const matched = match(events);
  const recording: Recording = {
    hash: hashOf(workspace),
    start: startOf(workspace),
    interrupted,
    output: shorten(lines),
    ...diagram(events, matched),
  };
  const file = fileOf(workspace);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, toJson(recording));
  const { arrows, strays } = matched;
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  const failed = code === 0 ? "" : `, FAILED with exit code ${code}`;
  console.log(
    `${workspace.name}: ${lines.length} lines, ${arrows.length} messages on ${recording.lifelines.length} lifelines` +
      `${strays > 0 ? `, ${strays} from nobody known` : ""}, ${seconds} s${interrupted ? ", Ctrl-C" : failed}`,
  );
}

/** A line for each line of output, each lifeline and each step, for who reviews it. */
function toJson({ output, lifelines, steps, ...rest }: Recording): string {
  const list = (all: readonly unknown[]) =>
    all.length === 0 ? "[]" : `[\n    ${all.map((it) => JSON.stringify(it)).join(",\n    ")}\n  ]`;
  const heads = Object.entries(rest).map(([name, it]) => `"${name}": ${JSON.stringify(it)}`);
  const lists = Object.entries({ output, lifelines, steps }).map(
    ([name, it]) => `"${name}": ${list(it)}`,
  );
  return `{\n  ${[...heads, ...lists].join(",\n  ")}\n}\n`;
}

function choose(name: string): ExampleWorkspace {
  const found = findExample(examples, name, INIT_CWD);
  if (found !== undefined) return found;
  console.error(`there is no example "${name}"`);
  process.exit(2);
}

const wanted = readWords(USAGE, Infinity);
const examples = readExamples();
const { INIT_CWD = process.cwd() } = process.env;
const chosen =
  wanted.length === 0
    ? examples.filter((example) => recordingOf(example)?.hash !== hashOf(example))
    : wanted.map(choose);
execFileSync("npm", ["run", "build", "-w", "tx0mq", "--silent"], {
  cwd: ROOT,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
const queue = [...chosen];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await record(next);
  }),
);
