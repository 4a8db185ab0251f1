// The workflows run on GitHub alone; but what they call is here, and they may do no more than they need.
import assert from "node:assert/strict";
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { ROOT, readWorkspaces } from "./workspaces.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly "timeout-minutes"?: number;
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const WORKFLOWS = ".github/workflows";
const files = readdirSync(join(ROOT, WORKFLOWS)).filter((file) => file.endsWith(".yml"));
const root = JSON.parse(read("package.json"));

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function workflow(file: string): Workflow {
  return parse(read(`${WORKFLOWS}/${file}`), { strict: true, uniqueKeys: true });
}

/** Whether what a line of a shell runs is there. */
function assertRuns(line: string): void {
  const [, script = /^npm (test)\b/.exec(line)?.[1]] = /^npm run ([\w:-]+)/.exec(line) ?? [];
  if (script !== undefined) assert(script in root.scripts, line);
  else if (line.startsWith(".")) accessSync(join(ROOT, line), constants.X_OK);
  else assert.equal(line, "npm ci");
}

for (const file of files) {
  test(`${file} calls what there is, with no more rights than it needs`, () => {
    const { on, permissions, jobs } = workflow(file);
    assert(Object.keys(on).length > 0);
    assert.deepEqual(permissions, { contents: "read" });
    for (const job of Object.values(jobs)) {
      if (job.needs !== undefined) assert(job.needs in jobs, job.needs);
      if (job.uses !== undefined) {
        assert(existsSync(join(ROOT, job.uses)), job.uses);
        continue;
      }
      assert(job["timeout-minutes"], "a job that hangs is ended");
      for (const step of job.steps ?? []) {
        if (step.uses !== undefined) assert.match(step.uses, /^[\w-]+\/[\w-]+@v\d+$/);
        for (const line of step.run?.split("\n") ?? []) assertRuns(line);
        for (const key of ["version", "publish"]) {
          if (step.with?.[key] !== undefined) assertRuns(String(step.with[key]));
        }
      }
    }
  });
}

test("the tests run on the versions of Node that there are, and before a release", () => {
  const { jobs, on } = workflow("ci.yml");
  assert("workflow_call" in on);
  const versions = jobs.test?.strategy?.matrix.node ?? [];
  const [, oldest] = /^>=(\d+)/.exec(root.engines.node) ?? [];
  assert.equal(versions[0], Number(oldest));
  assert(jobs.test?.steps?.some(({ run }) => run === ".ci/run"));
  const { release, test: tested } = workflow("release.yml").jobs;
  assert.equal(release?.needs, "test");
  assert.equal(tested?.uses, "./.github/workflows/ci.yml");
});

test("CONTRIBUTING.md tells of scripts that there are", () => {
  const scripts = [...read("CONTRIBUTING.md").matchAll(/\bnpm run ([\w:-]+)/g)];
  assert(scripts.length > 0);
  for (const [line] of scripts) assertRuns(line);
});

test("changesets are of what is published, and no others", () => {
  const config = JSON.parse(read(".changeset/config.json"));
  const published = readWorkspaces()
    .filter(({ path }) => !JSON.parse(read(`${path}/package.json`)).private)
    .map(({ packageName }) => packageName);
  assert.deepEqual(new Set(config.fixed.flat()), new Set(published));
  for (const file of readdirSync(join(ROOT, ".changeset"))) {
    if (!file.endsWith(".md") || file === "README.md") continue;
    const [, front = ""] = /^---\n([\s\S]*?)\n---\n/.exec(read(`.changeset/${file}`)) ?? [];
    for (const name of Object.keys(parse(front) ?? {})) assert(published.includes(name), file);
  }
});
