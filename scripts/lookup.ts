import { resolve } from "node:path";
import { near } from "../packages/create-tx0mq/src/near.ts";
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
  return near(examples, wanted, ({ name, example: { programs } }) => ({ name, programs }));
}
