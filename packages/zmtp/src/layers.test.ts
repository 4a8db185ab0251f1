import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

/** The folders, and what each may import from outside: what lies above it, and what belongs to none. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  mechanisms: ["../protocol/", "../lazy.js", "../random.js"],
  sockets: ["../protocol/", "../backlog.js", "../random.js"],
  transports: ["../protocol/", "../clock.js", "../lazy.js", "node:", "ws"],
};

/** What the files of a folder import, each with its file. */
function importsOf(folder: string): string[][] {
  const place = new URL(`${folder}/`, import.meta.url);
  const files = readdirSync(place).filter((name) => !name.endsWith(".test.ts"));
  assert.ok(files.length > 0);
  return files.flatMap((file) =>
    [...readFileSync(new URL(file, place), "utf8").matchAll(/(?:from|import) "([^"]+)"/g)].map(
      ([, name = ""]) => [file, name],
    ),
  );
}

test("a folder knows nothing of those below it, and of Node.js only transports do", () => {
  for (const [folder, allowed] of Object.entries(LAYERS)) {
    const others = importsOf(folder).filter(
      ([, name = ""]) => !["./", ...allowed].some((beginning) => name.startsWith(beginning)),
    );
    assert.deepEqual(others, [], folder);
  }
});
