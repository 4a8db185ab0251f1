// What every example has in common, so that a copy of its folder installs and starts.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { PATTERNS } from "../docs/src/patterns.ts";
import { type ExampleWorkspace, ROOT, readExamples } from "./workspaces.ts";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The tests need what the root has, and nothing of a workspace's own. */
const SCRIPTS = {
  test: "node --import @tx0mq/smoke/ts smoke.test.ts",
  "test:zmtp": "TX0MQ_ENGINE=zmtp node --import @tx0mq/smoke/ts smoke.test.ts",
  "test:copied": "copied",
};
/** What npm start is: one program, or several. */
const START = /^tsx [\w-]+\.ts|^tx0mq-run /;
/** A path to a file of another example. */
const ELSEWHERE = /["'` ](\.\.\/[\w./-]+)/g;

const examples = readExamples();
const root = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const model = read(examples.find(({ name }) => name === "hello-world") as ExampleWorkspace);

function read({ folder }: ExampleWorkspace): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** The folders of other examples that a text leads to. */
function leadsTo(folder: string, text: string): Set<string> {
  const paths = Array.from(text.matchAll(ELSEWHERE), ([, path = ""]) => path);
  return new Set(paths.map((path) => dirname(join(folder, path))));
}

for (const example of examples) {
  const { name, folder } = example;
  const { programs, uses = [] } = example.example;
  const { start = "", ...others } = example.scripts;
  const its = read(example);
  const used = new Set(uses.map((path) => join(folder, path)));

  test(`${name} has four kinds of files`, () => {
    const files = readdirSync(folder, { withFileTypes: true }).filter(
      (file) =>
        !["node_modules", ".turbo", ".titanic", ".ipcontroller", ".DS_Store"].includes(file.name) &&
        !file.name.endsWith(".ipc"),
    );
    const odd = files.filter(
      (file) =>
        !file.isFile() ||
        !/^([\w-]+\.ts|package\.json|README\.md|smoke\.test\.ts)$/.test(file.name),
    );
    assert.deepEqual(
      odd.map((file) => file.name),
      [],
    );
    for (const needed of [
      "README.md",
      "smoke.test.ts",
      ...programs.map((one) => `${one.name}.ts`),
    ]) {
      assert(existsSync(join(folder, needed)), needed);
    }
  });

  test(`${name} says what it is, and where it belongs`, () => {
    const { title, guide, section, origin, order } = example.example;
    assert(title && example.description, "example.title and description in its package.json");
    assert(guide ? section : origin, "example.guide and example.section, or example.origin");
    assert(Number.isInteger(order), "example.order, its place in the chapter");
  });

  test(`${name} says what it is good for`, () => {
    const { patterns = [] } = example.example;
    assert(patterns.length > 0, "example.patterns in its package.json");
    for (const pattern of patterns) assert(pattern in PATTERNS, pattern);
  });

  test(`${name} depends on what is published, and has the scripts of all`, () => {
    assert.match(start, START);
    assert.deepEqual(others, SCRIPTS);
    assert.equal(its.devDependencies, undefined);
    for (const [other, range] of Object.entries(model.dependencies)) {
      assert.equal(its.dependencies[other], range, other);
    }
    for (const other of Object.keys(its.dependencies)) assert.doesNotMatch(other, /^@tx0mq\//);
  });

  test(`${name} says whose programs it runs`, () => {
    for (const [file = ""] of start.matchAll(/[\w./-]+\.ts\b/g)) {
      assert(existsSync(join(folder, file)), `npm start: ${file}`);
    }
    const modules = readdirSync(folder).filter((file) => /(?<!\.test)\.ts$/.test(file));
    const sources = modules.map((file) => readFileSync(join(folder, file), "utf8"));
    const found = [start, ...sources].flatMap((text) => [...leadsTo(folder, text)]);
    assert.deepEqual(new Set(found), used);
  });

  test(`${name} tells of scripts that there are`, () => {
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    for (const [, script = ""] of readme.matchAll(/\bnpm run ([\w:-]+)/g)) {
      assert(script in example.scripts || script in root.scripts, `npm run ${script}`);
    }
  });

  test(`${name} is tested again when a program of another example that it runs has changed`, () => {
    const turbo = JSON.parse(readFileSync(join(ROOT, "turbo.json"), "utf8"));
    const inputs: string[] = turbo.tasks.used.inputs;
    const known = inputs.flatMap(foldersOf);
    const smoke = readFileSync(join(folder, "smoke.test.ts"), "utf8");
    for (const other of new Set([...used, ...leadsTo(folder, smoke)])) {
      const path = relative(ROOT, other);
      assert(known.includes(path), `turbo.json: inputs of used lack ${path}`);
    }
  });
}

/** `$TURBO_ROOT$/a/{b,c}/*.ts` is of a/b and a/c. */
function foldersOf(input: string): string[] {
  const [, path = ""] = /^\$TURBO_ROOT\$\/(.*)\/\*\.ts$/.exec(input) ?? [];
  const [, before = path, list = "", after = ""] = /^(.*)\{(.*)\}(.*)$/.exec(path) ?? [];
  return list === "" ? [path] : list.split(",").map((one) => `${before}${one}${after}`);
}
