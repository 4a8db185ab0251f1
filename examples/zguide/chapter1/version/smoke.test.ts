import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { refuses, Stage } from "@tx0mq/smoke";

test("it prints the versions of what is loaded", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const program = stage.start("version");

  // Not asked of tx0mq: the package says its own version, and the native library in use says its.
  const required = createRequire(import.meta.url);
  const library = required("tx0mq/package.json") as { version: string };
  const binding = createRequire(import.meta.resolve("tx0mq"))("zeromq") as { version: string };
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.deepEqual(program.lines, [
    `Current libzmq version is ${binding.version}`,
    `Current tx0mq version is ${library.version}`,
  ]);
  assert.match(binding.version, /^4\.\d+\.\d+$/);
  await refuses(stage.start("version", ["--all"]), /^version: Unknown option '--all'/);
});
