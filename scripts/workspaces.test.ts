import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Stage } from "@tx0mq/smoke";
import { table } from "./table.ts";
import { readExamples, readWorkspaces } from "./workspaces.ts";

function write(root: string, path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), JSON.stringify(content));
}

function example(title: string, order: number, source: { guide: string } | { origin: string }) {
  return { name: title, example: { title, order, ...source, programs: [], sockets: [] } };
}

test("workspaces are found, and examples are in the guide's order", (t) => {
  const root = new Stage(t, import.meta.url).folder;
  write(root, "package.json", { workspaces: ["packages/*", "ex/guide/*/*", "ex/ports/*", "docs"] });
  write(root, "packages/tx0mq/package.json", { name: "tx0mq", description: "the library" });
  write(root, "packages/notes/notes.json", {});
  write(root, "packages/node_modules/package.json", { name: "no" });
  write(root, "ex/ports/chat/package.json", example("Chat", 1, { origin: "chat.py" }));
  write(root, "ex/guide/c10/late/package.json", example("Late", 1, { guide: "chapter 10" }));
  write(root, "ex/guide/c2/b/package.json", example("Second", 2, { guide: "chapter 2" }));
  write(root, "ex/guide/c2/c/package.json", example("First", 1, { guide: "chapter 2" }));

  assert.deepEqual(
    readWorkspaces(root).map(({ path, example }) => `${path} ${example !== undefined}`),
    [
      "packages/tx0mq false",
      "ex/guide/c2/b true",
      "ex/guide/c2/c true",
      "ex/guide/c10/late true",
      "ex/ports/chat true",
    ],
  );
  assert.deepEqual(readWorkspaces(root)[0], {
    name: "tx0mq",
    path: "packages/tx0mq",
    folder: join(root, "packages/tx0mq"),
    packageName: "tx0mq",
    description: "the library",
    scripts: {},
    example: undefined,
  });
  assert.deepEqual(table(readExamples(root)), [
    "c     chapter 2   First",
    "b     chapter 2   Second",
    "late  chapter 10  Late",
    "chat  pyzmq       Chat",
  ]);
});

test("a package.json that cannot be read is named", (t) => {
  const root = new Stage(t, import.meta.url).folder;
  write(root, "package.json", { workspaces: ["packages/*"] });
  mkdirSync(join(root, "packages/broken"), { recursive: true });
  writeFileSync(join(root, "packages/broken/package.json"), "{");
  assert.throws(() => readWorkspaces(root), /cannot read .*packages\/broken\/package\.json/);
});

test("the repository's own workspaces can be read", () => {
  assert.ok(readWorkspaces().some(({ packageName }) => packageName === "tx0mq"));
  for (const { name, example } of readExamples()) {
    assert.ok(example.title !== "" && example.programs.length > 0, name);
    assert.ok((example.guide ?? example.origin) !== undefined, name);
  }
});
