import assert from "node:assert/strict";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Program, Stage } from "@tx0mq/smoke";
import { ROOT } from "./workspaces.ts";

/** A repository with a library and one example, which does `script` on npm start. */
function repository(t: TestContext, script: string, build = "echo building"): Stage {
  const stage = new Stage(t, import.meta.url);
  const write = (path: string, content: unknown) => {
    mkdirSync(dirname(join(stage.folder, path)), { recursive: true });
    writeFileSync(join(stage.folder, path), JSON.stringify(content));
  };
  for (const path of ["scripts", "packages/create-tx0mq/src/near.ts"]) {
    cpSync(join(ROOT, path), join(stage.folder, path), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(stage.folder, "node_modules"));
  write("package.json", {
    name: "root",
    type: "module",
    packageManager: "npm@11.0.0",
    workspaces: ["library", "examples/*"],
  });
  write("turbo.json", { tasks: { build: { dependsOn: ["^build"], cache: false } } });
  write("library/package.json", { name: "library", version: "1.0.0", scripts: { build } });
  write("examples/hello-world/package.json", {
    name: "@tx0mq/example-hello-world",
    dependencies: { library: "^1.0.0" },
    scripts: { start: script },
    example: {
      title: "Hello World",
      guide: "chapter 1",
      order: 1,
      programs: [{ name: "hwserver", endpoints: [] }],
      sockets: [],
    },
  });
  return stage;
}

function start(stage: Stage, ...args: string[]): Program {
  return stage.start(join(stage.folder, "scripts/start"), args, {
    cwd: stage.folder,
    env: { INIT_CWD: undefined, TURBO_TELEMETRY_DISABLED: "1" },
  });
}

test("runs hello-world, shows nothing but its output, and ends with its exit code", async (t) => {
  const stage = repository(t, "sh -c 'echo hello; echo oops >&2; exit 7'");
  const program = start(stage);
  assert.deepEqual(await program.exit(), { code: 7, signal: null });
  assert.deepEqual(program.lines, ["hello"]);
  assert.deepEqual(program.errors, ["oops"]);
});

test("runs another example by its path, and passes its input on", async (t) => {
  const program = start(repository(t, "cat"), "examples/hello-world/");
  program.type("good morning\n");
  await program.line(/good morning/);
  program.end();
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
});

test("runs all commands of an example, up to one that fails", async (t) => {
  const program = start(repository(t, "echo one && sh -c 'echo two; exit 7' && echo three"));
  assert.deepEqual(await program.exit(), { code: 7, signal: null });
  assert.deepEqual(program.lines, ["one", "two"]);
  const all = start(repository(t, "echo one && echo two"));
  assert.deepEqual(await all.exit(), { code: 0, signal: null });
  assert.deepEqual(all.lines, ["one", "two"]);
});

test("a build that fails shows its output, and nothing is run", async (t) => {
  const program = start(repository(t, "echo hello", "echo broken; exit 1"));
  assert.notEqual((await program.exit()).code, 0);
  await program.line(/broken/, { from: "stderr" });
  assert.ok(!program.lines.includes("hello"));
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`${signal} reaches the example, and ends it`, async (t) => {
    const node = `node -e "${[
      "setInterval(() => {}, 1000)",
      `process.once('${signal}', () => { console.log('leaving'); process.exit() })`,
      "console.log('ready')",
    ].join(";")}"`;
    const program = start(repository(t, node));
    await program.line(/ready/);
    program.kill(signal);
    await program.line(/leaving/);
    const { code, signal: last } = await program.exit();
    assert.ok(code === 0 || last === signal, `${code} ${last}`);
  });
}

test("an example that there is not leads to those that there are", async (t) => {
  const program = start(repository(t, "true"), "helo-world");
  assert.deepEqual(await program.exit(), { code: 2, signal: null });
  assert.deepEqual(program.lines, []);
  assert.deepEqual(program.errors, [
    'there is no example "helo-world"',
    "did you mean",
    "  hello-world  chapter 1  Hello World",
  ]);
});

test("--help explains, wrong command lines end with 2", async (t) => {
  const stage = repository(t, "true");
  const help = start(stage, "--help");
  assert.deepEqual(await help.exit(), { code: 0, signal: null });
  await help.line(/^usage: npm start/, { from: "stdout" });
  for (const args of [["--loud"], ["one", "two"]]) {
    const wrong = start(stage, ...args);
    assert.deepEqual(await wrong.exit(), { code: 2, signal: null });
    assert.equal(wrong.errors.at(-1), "usage: npm start [-- EXAMPLE]");
    assert.deepEqual(wrong.lines, []);
  }
});

test("examples lists all examples", async (t) => {
  const stage = repository(t, "true");
  const program = stage.start(join(stage.folder, "scripts/examples"), []);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.deepEqual(program.lines, ["hello-world  chapter 1  Hello World"]);
});
