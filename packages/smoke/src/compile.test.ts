import assert from "node:assert/strict";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Stage } from "./index.ts";

test("an error of a program is shown where its source has it", async (t) => {
  const program = new Stage(t, import.meta.url).start("fixtures/fails");
  assert.deepEqual(await program.exit(), { code: 1, signal: null });
  const failing = fileURLToPath(new URL("fixtures/failing.ts", import.meta.url));
  const fails = fileURLToPath(new URL("fixtures/fails.ts", import.meta.url));
  const places = program.errors.filter((line) => /\.ts:\d+/.test(line));
  const wanted = [`${failing}:9`, `${failing}:9:9`, `${fails}:5:1`];
  for (const [n, place] of wanted.entries()) {
    assert.ok(places[n]?.replace(/\)$/, "").endsWith(place), places[n]);
  }
});

test("a program finds the one beside it", async (t) => {
  const program = new Stage(t, import.meta.url).start("fixtures/starter");
  await program.line(/^hello from the starter$/);
});

test("a repository may lie in a folder of any name", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const root = join(stage.folder, `it's "100%" [née] #1 *`);
  const own = fileURLToPath(new URL(".", import.meta.url));
  const copy = join(root, "packages/smoke/src");
  cpSync(own, copy, { recursive: true });
  mkdirSync(join(root, "node_modules"));
  const esbuild = createRequire(import.meta.url).resolve("esbuild/package.json");
  symlinkSync(dirname(esbuild), join(root, "node_modules/esbuild"));
  const run = `import { pathToFileURL } from "node:url";
    const { compiled, ofSource } = await import("./compile.js");
    const script = pathToFileURL(compiled(process.cwd() + "/fixtures/fails.ts"));
    await import(script).catch(({ stack }) => console.log(ofSource(stack)));`;
  const command = [process.execPath, "--input-type=module", "--eval", run] as const;
  const fails = stage.start({ command }, [], { cwd: copy });
  await fails.line(/^Error: so sorry undefined$/);
  const { input } = await fails.line(/:9:9\)$/);
  assert.ok(input.endsWith(`${root}/packages/smoke/src/fixtures/failing.ts:9:9)`), input);
});
