import { resolve } from "node:path";
import type { ExampleWorkspace } from "./workspaces.ts";

/** The example that a name, a package's name or a path means; a relative path starts at `from`. */
export function findExample(
  examples: readonly ExampleWorkspace[],
  wanted: string,
  from: string,
): ExampleWorkspace | undefined {
  const path = wanted.replace(/\/+$/, "");
  return examples.find(
    ({ name, packageName, path: ownPath, folder }) =>
      [name, packageName, ownPath].includes(path) || folder === resolve(from, wanted),
  );
}

/** The examples that somebody may have meant, the likeliest first. */
export function nearExamples(
  examples: readonly ExampleWorkspace[],
  wanted: string,
): ExampleWorkspace[] {
  const word = wanted.split("/").filter(Boolean).at(-1)?.toLowerCase() ?? "";
  if (word === "") return [];
  const candidates = examples
    .map((workspace) => {
      const names = [
        workspace.name,
        ...workspace.name.split("-"),
        ...workspace.example.programs.map(({ name }) => name),
      ];
      return { workspace, distance: Math.min(...names.map((name) => distance(word, name))) };
    })
    .sort((a, b) => a.distance - b.distance);
  const limit = Math.min(Math.max(2, word.length / 3), (candidates[0]?.distance ?? 0) + 1);
  return candidates
    .filter((candidate) => candidate.distance <= limit)
    .map(({ workspace }) => workspace);
}

/** How far a word is from a name: a part of it is near, else it is the number of typing errors. */
function distance(word: string, name: string): number {
  if (word === name) return 0;
  if (word.length > 1 && name.includes(word)) return 1;
  let row = Array.from({ length: name.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...word].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...name].entries()) {
      const swap = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
