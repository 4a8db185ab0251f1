// The questions, in a terminal.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Program, Stage } from "@tx0mq/smoke";

const BIN = fileURLToPath(new URL("../bin/create-tx0mq.js", import.meta.url));
/**
 * Runs a program in a terminal of its own. A question is drawn without a newline in the end, but then
 * the cursor is moved to its column, by ESC [ column G: after each G there is a newline here.
 */
const TERMINAL = `import os, pty, sys
def read(fd):
    return os.read(fd, 65536).replace(b"G", b"G\\n")
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], read)))`;
const SIZE = ["sh", "-c", 'stty rows 40 cols 120 && exec "$@"', "sh"];
const DOWN = "\x1b[B";
const ENTER = "\r";
const CTRL_C = "\x03";
const TAB = "\t";

/** What TERMINAL needs, which Python has had since 3.9. */
const NEEDED = "import os, pty; pty.spawn, os.waitstatus_to_exitcode";
const hasPty = spawnSync("python3", ["-c", NEEDED]).status === 0;
const options = hasPty ? { concurrency: true } : { skip: "there is no python3 with a pty" };

function ask(t: TestContext, ...args: string[]): { stage: Stage; program: Program } {
  const stage = new Stage(t, import.meta.url);
  mkdirSync(join(stage.folder, "full"));
  writeFileSync(join(stage.folder, "full/mine"), "");
  const program = stage.start(
    { command: ["python3", "-c", TERMINAL, ...SIZE, process.execPath, BIN, ...args] },
    [],
    {
      cwd: stage.folder,
      env: { NO_COLOR: "1", TERM: "xterm", HOME: stage.folder },
      name: "create-tx0mq",
    },
  );
  return { stage, program };
}

describe("in a terminal", options, () => {
  test("one goes down the list of a chapter, and gets another chance at the folder", async (t) => {
    const { stage, program } = ask(t);
    await program.line(/-- Chapter 1: Basics --/);
    await program.line(/❯ hello-world: Hello World/);
    await program.line(/type to search/);
    program.type(DOWN);
    await program.line(/❯ version: /);
    program.type(ENTER);
    await program.line(/✔ Which example\? version\b(?!:)/);
    await program.line(/In which folder\? \(version\)/);
    program.type("full");
    await program.line(/In which folder\? full/);
    program.type(ENTER);
    await program.line(/full is there, and not empty/);
    program.type("er");
    await program.line(/In which folder\? fuller/);
    program.type(ENTER);
    await program.line(/^ {2}cd fuller/);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    const made = readFileSync(join(stage.folder, "fuller/package.json"), "utf8");
    assert.equal(JSON.parse(made).name, "fuller");
  });

  test("one searches as one types, and Tab keeps what has been found", async (t) => {
    const { stage, program } = ask(t, "here");
    await program.line(/❯ hello-world: /);
    program.type("paranoid");
    await program.line(/❯ paranoid-pirate: /);
    program.type(TAB);
    await program.line(/\? Which example\? paranoid-pirate: /);
    await program.line(/❯ paranoid-pirate: /);
    program.type(ENTER);
    await program.line(/^ {2}cd here/);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert(existsSync(join(stage.folder, "here/ppqueue.ts")));
  });

  test("~ is the home folder", async (t) => {
    const { stage, program } = ask(t);
    await program.line(/❯ hello-world: /);
    program.type(ENTER);
    await program.line(/In which folder\? \(hello-world\)/);
    program.type("~/full");
    await program.line(/In which folder\? ~\/full/);
    program.type(ENTER);
    await program.line(/~\/full is there, and not empty/);
    program.type("er");
    await program.line(/In which folder\? ~\/fuller/);
    program.type(ENTER);
    await program.line(/^ {2}cd fuller/);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    assert(existsSync(join(stage.folder, "fuller/hwserver.ts")));
  });

  test("Ctrl-C leaves everything as it was", async (t) => {
    const { stage, program } = ask(t, "here");
    await program.line(/❯ hello-world: /);
    program.type(CTRL_C);
    await program.line(/Nothing has been made/);
    assert.deepEqual(await program.exit(), { code: 130, signal: null });
    assert(!existsSync(join(stage.folder, "here")));
  });

  test("a folder that is not empty is refused before there is a question", async (t) => {
    const { program } = ask(t, "full");
    await program.line(/full is there, and not empty/);
    assert.deepEqual(await program.exit(), { code: 2, signal: null });
    assert(!program.lines.some((line) => line.includes("Which example?")));
  });
});
