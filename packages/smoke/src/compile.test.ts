import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Stage } from "./index.ts";

test("an error of a program is shown where its source has it", async (t) => {
  const program = new Stage(t, import.meta.url).start("fixtures/fails");
  assert.deepEqual(await program.exit(), { code: 1, signal: null });
  const failing = fileURLToPath(new URL("fixtures/failing.ts", import.meta.url));
  const fails = fileURLToPath(new URL("fixtures/fails.ts", import.meta.url));
  const places = program.errors.filter((line) => /\.ts:\d+/.test(line));
  assert.match(places[0] ?? "", new RegExp(`${failing}:9$`));
  assert.match(places[1] ?? "", new RegExp(`${failing}:9:9\\)?$`));
  assert.match(places[2] ?? "", new RegExp(`${fails}:5:1$`));
});

test("a program finds the one beside it", async (t) => {
  const program = new Stage(t, import.meta.url).start("fixtures/starter");
  await program.line(/^hello from the starter$/);
});
