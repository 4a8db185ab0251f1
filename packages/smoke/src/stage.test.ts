import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Program, Stage } from "./index.ts";
import { LIMIT_MS } from "./wait.ts";

const DIRECT = ["--import", "@tx0mq/smoke/ts", "--test-reporter=spec"];
const RUNNER = [...DIRECT, "--test"];

/** Runs a file of tests from the fixtures in a Node of its own. */
function node(
  t: TestContext,
  flags: readonly string[],
  file: string,
  env: Record<string, string> = {},
): Program {
  const stage = new Stage(t, import.meta.url);
  const path = fileURLToPath(new URL(`fixtures/${file}.ts`, import.meta.url));
  return stage.start({ command: [process.execPath, ...flags, path] }, [], { env, name: file });
}

/** What the fixture `leaving` has about. */
interface Mess {
  readonly pids: readonly number[];
  readonly folder: string;
}

async function mess(program: Program): Promise<Mess> {
  const [, json] = await program.line(/MESS (.*)/);
  const found: Mess = JSON.parse(json);
  assert.equal(found.pids.length, 6);
  return found;
}

/** Waits until nothing is left. */
async function cleaned({ folder, pids }: Mess): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (existsSync(folder) || pids.some(lives)) {
    assert.ok(performance.now() < deadline, `left: ${pids.filter(lives)} ${folder}`);
    await sleep(10);
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !zombie(pid);
}

/** Dead, but nobody has asked for its exit code: the first process of a container may never do so. */
function zombie(pid: number): boolean {
  try {
    return /\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

for (const leave of ["end", "fail"]) {
  test(`nothing is left after a test that ${leave}s`, async (t) => {
    const runner = node(t, RUNNER, "leaving", { LEAVE: leave });
    assert.equal((await runner.exit()).code, leave === "end" ? 0 : 1);
    await cleaned(await mess(runner));
  });
}

test("nothing is left when the test's process exits", async (t) => {
  const program = node(t, DIRECT, "leaving", { LEAVE: "exit" });
  await program.exit();
  await cleaned(await mess(program));
});

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
  test(`nothing is left when ${signal} ends the test's process`, async (t) => {
    const program = node(t, DIRECT, "leaving", { LEAVE: "wait" });
    const left = await mess(program);
    assert.ok(existsSync(left.folder) && left.pids.every(lives));
    program.kill(signal);
    assert.deepEqual(await program.exit(), { code: null, signal });
    await cleaned(left);
  });
}

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  test(`nothing is left when the runner and its tests get ${signal} together`, async (t) => {
    const runner = node(t, RUNNER, "leaving", { LEAVE: "wait" });
    const left = await mess(runner);
    runner.kill(signal, { group: true });
    await cleaned(left);
  });
}

test("nothing is left when the runner is killed and its tests go on for a while", async (t) => {
  const runner = node(t, RUNNER, "leaving", { LEAVE: "orphaned" });
  const left = await mess(runner);
  runner.kill("SIGKILL");
  await cleaned(left);
});

test("all waits have a limit", async (t) => {
  const runner = node(t, RUNNER, "limits", { SMOKE_LIMIT_MS: "2000" });
  assert.equal((await runner.exit()).code, 1);
  await runner.line(/no line like \/never\/ on stderr in 2000 ms: sh is still running/);
  await runner.line(/only 1 of 2 lines like \/a\\d\/ in 2000 ms: sh is still running/);
  await runner.line(/sh did not exit in 2000 ms: it is still running/);
  await runner.line(/fail 3/);
});

test("a test that hangs ends as well", async (t) => {
  const program = node(t, DIRECT, "hanging", { SMOKE_LIMIT_MS: "400", HANGS: "waiting" });
  await program.line(/The test has not ended in 4000 ms\./, { from: "stderr" });
  await program.line(/talker \| something$/, { from: "stderr" });
  assert.equal((await program.exit()).code, 1);
});

test("what a test has left open does not keep the process: for seconds if it failed, else until the limit", async (t) => {
  const failed = node(t, DIRECT, "hanging", { HANGS: "open" });
  await failed.line(/talker \| something$/);
  const passed = node(t, DIRECT, "hanging", { SMOKE_LIMIT_MS: "400", HANGS: "passed" });
  for (const program of [failed, passed]) {
    await program.line(/^The tests have left something open/, { from: "stderr" });
    assert.equal((await program.exit()).code, 1);
  }
});

test("a test whose suite's time is up shows what its programs printed", async (t) => {
  for (const runner of [DIRECT, RUNNER].map((flags) => node(t, flags, "late"))) {
    await runner.line(/^ +ℹ +\d+\.\d{3} s {2}sleeper \* started/);
    assert.equal((await runner.exit()).code, 1);
  }
});

test("a limit that is no number is refused", async (t) => {
  const runner = node(t, DIRECT, "limits", { SMOKE_LIMIT_MS: "soon" });
  await runner.line(/SMOKE_LIMIT_MS must be a number of milliseconds, not "soon"/);
  assert.equal((await runner.exit()).code, 1);
});

for (const [name, flags] of Object.entries({ DIRECT, RUNNER })) {
  test(`only a failing test shows what its programs printed (${name.toLowerCase()})`, async (t) => {
    const runner = node(t, flags, "reports");
    assert.equal((await runner.exit()).code, 1);
    for (const pattern of [
      /^ℹ +\d+\.\d{3} s {2}talker \* started fails$/,
      /^ℹ +\d+\.\d{3} s {2}talker \| out of fails$/,
      /^ℹ +\d+\.\d{3} s {2}talker ! err of fails$/,
      /^ℹ +\d+\.\d{3} s {2}silent \* has exited with code 3$/,
      /no line like \/something\/: silent has exited with code 3/,
    ]) {
      await runner.line(pattern);
    }
    assert.deepEqual(
      runner.lines.filter((line) => line.includes("of passes")),
      [],
    );
  });
}
