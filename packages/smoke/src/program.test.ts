import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Stage, WaitError } from "./index.ts";

/** A shell script as a program. */
function sh(script: string) {
  return { command: ["sh", "-c", script] } as const;
}

/** What the system says of a process: T is stopped. */
function stateOf(pid: number): string {
  return process.platform === "linux" // where there may be no ps
    ? readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "")
    : execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
}

test("runs a TypeScript program from beside the test, with arguments", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const greeter = stage.start("fixtures/greeter", ["to", "you"], { env: { GREETING: "love" } });
  assert.equal(greeter.name, "greeter");
  const [, whom] = await greeter.line(/hello (.*)/);
  assert.equal(whom, "to you");
  greeter.type("one\ntwo");
  greeter.end();
  assert.deepEqual(await greeter.exit(), { code: 0, signal: null });
  assert.deepEqual(greeter.lines, [
    "hello to you",
    `in ${fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "")}`,
    "with love",
    "you said one",
    "you said two",
    "goodbye",
  ]);
  assert.deepEqual(greeter.errors, []);
});

test("runs in another folder when asked", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const pwd = stage.start({ command: ["pwd", "-P"] }, [], { cwd: stage.folder, name: "where" });
  assert.equal(pwd.name, "where");
  const { input } = await pwd.line(/smoke-/);
  assert.ok(input.endsWith(stage.folder));
});

test("a program writes no colours, also where Node's runner has a terminal", async (t) => {
  const { FORCE_COLOR } = process.env;
  t.after(() => {
    if (FORCE_COLOR === undefined) delete process.env.FORCE_COLOR;
    else process.env.FORCE_COLOR = FORCE_COLOR;
  });
  process.env.FORCE_COLOR = "1"; // as the runner then tells the files of tests
  const stage = new Stage(t, import.meta.url);
  const program = stage.start({ command: [process.execPath, "--eval", "console.log([1])"] });
  await program.line(/^\[ 1 \]$/);
});

test("programs of the same name are told apart", (t) => {
  const stage = new Stage(t, import.meta.url);
  const names = [1, 2, 3].map(() => stage.start({ command: ["true"] }).name);
  assert.deepEqual(names, ["true", "true 2", "true 3"]);
});

test("says at once that there is no such program", (t) => {
  const stage = new Stage(t, import.meta.url);
  assert.throws(() => stage.start("fixtures/nobody"), /there is no .*nobody\.ts/);
  assert.throws(
    () => stage.start({ command: ["no-such-command"] }),
    /cannot start no-such-command/,
  );
});

test("a line is found whether it was there before or comes later", async (t) => {
  const cat = new Stage(t, import.meta.url).start({ command: ["cat"] });
  const later = cat.line(/second/);
  cat.type("first\nsecond\n");
  await later;
  await cat.line(/first/);
});

test("each line is taken once, in order, and waits do not disturb one another", async (t) => {
  const cat = new Stage(t, import.meta.url).start({ command: ["cat"] });
  const waits = [cat.line(/a(\d)/), cat.line(/b(\d)/), cat.line(/a(\d)/)];
  cat.type("b1\na1\na2\nb2\n");
  const found = await Promise.all(waits);
  assert.deepEqual(
    found.map((match) => match[0]),
    ["a1", "b1", "a2"],
  );
  assert.equal((await cat.line(/./)).input, "b2");
});

test("a pattern with the g flag finds every line too", async (t) => {
  const cat = new Stage(t, import.meta.url).start({ command: ["cat"] });
  cat.type("xx a\nxx b\n");
  const pattern = /x+/g;
  assert.equal((await cat.line(pattern)).input, "xx a");
  assert.equal((await cat.line(pattern)).input, "xx b");
});

test("that libzmq's threads took long to end is no error", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const warning = "(node:7) WARNING: Waiting for queued ZeroMQ messages to be delivered. Set 'x'.";
  const slow = stage.start(sh(`echo "${warning}" >&2; echo "(node:7) WARNING: other" >&2`));
  await slow.exit();
  assert.deepEqual(slow.errors, ["(node:7) WARNING: other"]);
  assert.equal(slow.output[0]?.text, warning);
});

test("a line may be wanted from one of the two streams", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const both = stage.start(sh("echo err1 >&2; echo out1; echo err2 >&2"));
  assert.equal((await both.line(/\d/, { from: "stdout" }))[0], "1");
  assert.equal((await both.line(/\d/, { from: "stderr" })).input, "err1");
  await both.exit();
  assert.deepEqual(both.lines, ["out1"]);
  assert.deepEqual(both.errors, ["err1", "err2"]);
  assert.deepEqual(both.output.map((line) => line.text).sort(), ["err1", "err2", "out1"]);
  for (const line of both.output) assert.ok(line.at > 0 && line.at < performance.now());
});

test("counts lines", async (t) => {
  const cat = new Stage(t, import.meta.url).start({ command: ["cat"] });
  cat.type("job 1\n");
  const jobs = cat.count(/job (\d)/, 3);
  cat.type("job 2\nbreak\njob 3\njob 4\n");
  assert.deepEqual(
    (await jobs).map((match) => match[1]),
    ["1", "2", "3"],
  );
  assert.equal((await cat.line(/job (\d)/))[1], "4");
  assert.deepEqual(await cat.count(/nothing/, 0), []);
});

test("characters cut in two by the pipe come out whole, carriage returns do not", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start(
    sh(String.raw`printf '\303'; sleep 0.05; printf '\251t\303\251\r\n'`),
  );
  assert.equal((await program.line(/./)).input, "été");
});

test("a wait fails at once when the program ends", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const cat = stage.start({ command: ["cat"] });
  const waits = [cat.line(/never/), cat.count(/job/, 2)];
  cat.type("job 1\n");
  cat.end();
  const results = await Promise.allSettled(waits);
  assert.deepEqual(
    results.map((result) => (result.status === "rejected" ? result.reason.message : "?")),
    [
      "no line like /never/: cat has exited with code 0",
      "only 1 of 2 lines like /job/: cat has exited with code 0",
    ],
  );
});

test("a wait fails at once when the program has ended, and its error points here", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start(sh("kill -9 $$"), [], { name: "victim" });
  await program.exit();
  await assert.rejects(program.line(/never/, { from: "stderr" }), (error: unknown) => {
    assert.ok(error instanceof WaitError);
    assert.equal(error.message, "no line like /never/ on stderr: victim was ended by SIGKILL");
    assert.match(error.stack ?? "", /^WaitError: no line .*\n\s+at .*program\.test\.ts/);
    return true;
  });
});

test("exit comes after everything that was written has been read", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const many = stage.start(sh("seq 50000; echo oops >&2; printf 'no newline'; exit 7"));
  assert.deepEqual(await many.exit(), { code: 7, signal: null });
  assert.equal(many.lines.length, 50_001);
  assert.equal(many.lines.at(-1), "no newline");
  assert.deepEqual(many.errors, ["oops"]);
  assert.deepEqual(await many.exit(), { code: 7, signal: null });
});

test("exit does not wait for children that hold the output, lines still come", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const child = "until [ -e go ]; do sleep 0.02; done; echo hello from the child";
  const parent = stage.start(sh(`(${child}) & echo bye; exit 4`), [], { cwd: stage.folder });
  assert.deepEqual(await parent.exit(), { code: 4, signal: null });
  assert.deepEqual(parent.lines, ["bye"]);
  const line = parent.line(/from the child/);
  writeFileSync(`${stage.folder}/go`, "");
  await line;
});

test("signals reach the program", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const trap = stage.start(
    sh(
      "trap 'echo INT' INT; trap 'echo TERM; exit 5' TERM; echo ready; while :; do sleep 0.1; done",
    ),
  );
  await trap.line(/ready/);
  trap.kill("SIGINT");
  await trap.line(/INT/);
  trap.kill();
  await trap.line(/TERM/);
  assert.deepEqual(await trap.exit(), { code: 5, signal: null });
  assert.throws(() => trap.kill("SIGINT"), /cannot send SIGINT to sh: it has exited with code 5/);

  const plain = stage.start({ command: ["cat"] });
  plain.kill("SIGKILL");
  assert.deepEqual(await plain.exit(), { code: null, signal: "SIGKILL" });
});

test("a program can be stopped and continued", async (t) => {
  const cat = new Stage(t, import.meta.url).start({ command: ["cat"] });
  cat.type("before\n");
  await cat.line(/before/);
  cat.kill("SIGSTOP");
  while (!stateOf(cat.pid).startsWith("T")) await sleep(10);
  cat.type("after\n");
  assert.deepEqual(cat.lines, ["before"]);
  cat.kill("SIGCONT");
  await cat.line(/after/);
});

test("what a program has in memory is known", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const script = "const much = Buffer.alloc(100 * 2 ** 20, 1); setInterval(() => much, 1000);";
  const run = `console.log("small"); process.stdin.once("data", () => { ${script} console.log("large"); })`;
  const program = stage.start({ command: [process.execPath, "--eval", run] });
  await program.line(/small/);
  const before = program.memory;
  program.type("\n");
  await program.line(/large/);
  const grown = program.memory - before;
  assert.ok(grown > 90 && grown < 200, `${grown} MiB more than ${before}`);
});

test("a signal can go to the program's children as well", async (t) => {
  const family = new Stage(t, import.meta.url).start("fixtures/family");
  const [, loud] = await family.line(/children (\d+) (\d+)/);
  process.kill(Number(loud), 0);
  family.kill("SIGINT", { group: true });
  await family.line(/parent got SIGINT/);
  // Both children are gone, so nothing keeps the parent any more.
  assert.deepEqual(await family.exit(), { code: 0, signal: null });
});

test("typing to a program that has gone does no harm", async (t) => {
  const gone = new Stage(t, import.meta.url).start({ command: ["true"] });
  await gone.exit();
  gone.type("anybody?\n");
  gone.end();
});
