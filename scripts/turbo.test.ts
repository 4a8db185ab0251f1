import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Program, Stage } from "@tx0mq/smoke";
import { ROOT } from "./workspaces.ts";

const FOLDER = join(ROOT, "scripts/turbo");

/** Runs npm as turbo does, in a workspace with scripts and a command of its own. */
function npm(t: TestContext, scripts: Record<string, string>, ...args: string[]): Program {
  const stage = new Stage(t, import.meta.url);
  const manifest = { name: "x", scripts, dependencies: { test: "1.0.0" } };
  const command = join(stage.folder, "node_modules/.bin/greet");
  mkdirSync(dirname(command), { recursive: true });
  writeFileSync(command, '#!/bin/sh\necho "hi $1, of $npm_lifecycle_event."\n');
  chmodSync(command, 0o755);
  writeFileSync(join(stage.folder, "package.json"), JSON.stringify(manifest, null, 2));
  const npms = Object.keys(process.env).filter((name) => /^npm_/i.test(name));
  const env = {
    ...Object.fromEntries(npms.map((name) => [name, undefined])),
    PATH: `${FOLDER}${delimiter}${process.env.PATH}`,
  };
  return stage.start({ command: ["npm"] }, args, { cwd: stage.folder, env });
}

test("a task runs without npm, with the commands of its workspace and of the root", async (t) => {
  const program = npm(t, { test: "greet you && tsx --version; exit 3" }, "run", "test");
  assert.deepEqual(await program.exit(), { code: 3, signal: null });
  assert.equal(program.lines[0], "hi you, of .");
  await program.line(/^tsx v/);
});

test("a task finds the true npm", async (t) => {
  const program = npm(t, { test: "command -v npm" }, "run", "test");
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.doesNotMatch(program.lines.join(), /scripts\/turbo/);
});

test("npm runs a script that has quotes, and what is not a script alone", async (t) => {
  const scripts = { test: "greet", "test:quotes": 'greet "you two"' };
  const quotes = npm(t, scripts, "run", "test:quotes");
  await quotes.line(/^hi you two, of test:quotes\.$/);
  const more = npm(t, scripts, "run", "test", "--", "you");
  await more.line(/^hi you, of test\.$/);
  const missing = npm(t, scripts, "run", "x");
  await missing.line(/Missing script: "x"/, { from: "stderr" });
});
