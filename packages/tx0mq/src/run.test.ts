import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Program, Stage } from "@tx0mq/smoke";
import { ENGINE } from "./testing/engine.js";
import { until } from "./testing/stage.js";

const RUN = fileURLToPath(new URL("run.ts", import.meta.url));
const TS = import.meta.resolve("@tx0mq/smoke/ts");
const SHELL = "/bin/sh";
const MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));

/** What an example's folder has here. */
const PROGRAMS = {
  "server.ts": "console.log('serving', process.pid); setInterval(() => {}, 1000);",
  "client.ts": "console.log('asking', ...process.argv.slice(2));",
  "finishes.ts":
    "let left = 2; process.on('SIGUSR2', () => { console.log(--left, 'left'); if (left === 0) process.exit(); }); process.once('SIGINT', () => console.log('finishing')); process.on('SIGTERM', () => console.log('cut short')); console.log('working', process.pid); setInterval(() => {}, 1000);",
  "slow.ts": "setTimeout(() => console.log('done'), 1000);",
  "fails.ts": "console.error('so sorry'); process.exit(3);",
  "stubborn.ts":
    "process.on('SIGTERM', () => console.log('not yet')); console.log('staying'); setInterval(() => {}, 1000);",
  "talks.ts": "setInterval(() => console.log('more'), 10);",
  "reads.ts": "for await (const data of process.stdin) console.log(`read`, String(data).trim());",
};

function run(t: TestContext, ...commands: string[]): Program {
  return start(t, [], commands);
}

/** Runs it by another command. */
function start(t: TestContext, by: readonly string[], commands: readonly string[]): Program {
  const stage = new Stage(t, import.meta.url);
  for (const [file, source] of Object.entries(PROGRAMS)) {
    writeFileSync(join(stage.folder, file), `${source}\nexport {};\n`);
  }
  symlinkSync(MODULES, join(stage.folder, "node_modules"));
  writeFileSync(join(stage.folder, "package.json"), '{ "type": "module" }');
  const [file = "", ...args] = [...by, process.execPath, "--import", TS, RUN, ...commands];
  return stage.start({ command: [file, ...args] }, [], { cwd: stage.folder });
}

/** Whether there is a process with this id. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const skip = ENGINE !== "zeromq" && "tx0mq-run has no engine";

describe("tx0mq-run", { concurrency: true, skip }, () => {
  test("labels what each program prints, and ends with the last one, in silence", async (t) => {
    const program = run(t, "server.ts", `client.ts "good day" --name='Ada L' it's`);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert(program.lines.includes("[client] asking good day --name=Ada L it's"));
    assert.deepEqual(program.errors, []);
  });

  test("a program may end before the main one, and the main one reads the keyboard", async (t) => {
    const program = run(t, "client.ts", "reads.ts");
    await program.line(/^\[client\] asking$/);
    program.type("hello\n");
    await program.line(/^\[reads\] {2}read hello$/);
    program.end();
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
  });

  test("with --all those that take longer than the main one come to their own ends", async (t) => {
    const program = run(t, "--all", "slow.ts", "client.ts");
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.deepEqual(program.lines.sort(), ["[client] asking", "[slow]   done"]);
  });

  test("several of the same are told apart by their first arguments, or else by numbers", async (t) => {
    const program = run(t, "client.ts A", "client.ts B", "reads.ts", "reads.ts");
    await program.line(/^\[client A\] asking A$/);
    await program.line(/^\[client B\] asking B$/);
    program.type("hello\n");
    await program.line(/^\[reads-2\] {2}read hello$/);
  });

  test("where one fails, all end, with its exit code", async (t) => {
    const program = run(t, "fails.ts", "server.ts");
    assert.deepEqual(await program.exit(), { code: 3, signal: null });
    assert.deepEqual(program.errors, ["[fails]  so sorry"]);
  });

  test("a signal ends all of them, in silence", async (t) => {
    const program = run(t, "server.ts", "server.ts");
    await program.count(/serving/, 2);
    program.kill("SIGINT");
    assert.deepEqual(await program.exit(), { code: null, signal: "SIGINT" });
    assert.deepEqual(program.errors, []);
  });

  test("those that have something to finish get one signal, also if the main one ends first", async (t) => {
    const program = run(t, "finishes.ts", "server.ts");
    const [, worker] = await program.line(/working (\d+)/);
    const [, server] = await program.line(/serving (\d+)/);
    program.kill("SIGINT");
    await program.line(/finishing/);
    await until(() => !isThere(Number(server)));
    process.kill(Number(worker), "SIGUSR2");
    await program.line(/1 left/); // by way of tx0mq-run, which has seen the end of the other by now
    process.kill(Number(worker), "SIGUSR2");
    assert.deepEqual(await program.exit(), { code: null, signal: "SIGINT" });
    assert.equal(program.lines.filter((line) => line.includes("cut short")).length, 0);
    assert.equal(program.lines.at(-1), "[finishes] 0 left");
  });

  test("a second signal ends those that stay", async (t) => {
    const program = run(t, "stubborn.ts", "server.ts");
    await program.count(/staying|serving/, 2);
    program.kill("SIGTERM");
    await program.line(/not yet/);
    program.kill("SIGTERM");
    assert.deepEqual(await program.exit(), { code: null, signal: "SIGTERM" });
  });

  test("all end in silence when who reads has seen enough", async (t) => {
    const piped = [SHELL, "-c", '"$@" | head -1', SHELL];
    const program = start(t, piped, ["server.ts", "talks.ts"]);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert.equal(program.lines.length, 1);
    assert.deepEqual(program.errors, []);
  });

  test("says how it is used, and what is wrong in one line", async (t) => {
    const asked = run(t, "--help");
    assert.deepEqual(await asked.exit(), { code: 0, signal: null });
    assert.match(asked.lines[0] ?? "", /^usage: tx0mq-run/);
    for (const [args, why] of [
      [[], "no program"],
      [["--al", "server.ts"], "--al is no PROGRAM.ts"],
      [["server.ts", ""], '"" is no PROGRAM.ts'],
    ] as const) {
      const program = run(t, ...args);
      assert.deepEqual(await program.exit(), { code: 2, signal: null });
      const line = `tx0mq-run: ${why} (tx0mq-run --help tells how it is used)`;
      assert.deepEqual(program.errors, [line]);
    }
  });
});
