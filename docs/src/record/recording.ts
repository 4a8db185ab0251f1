import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Example, ExampleWorkspace } from "../../../scripts/workspaces.ts";

/** What happened, one after the other. */
export type Step =
  | { readonly from: string; readonly to: string; readonly frames: readonly string[] }
  | { readonly over: string; readonly note: readonly string[] }
  | { readonly more: number; readonly atLeast?: boolean };

/** A run of an example, as docs/recorded has it. */
export interface Recording {
  /** Of the programs: a recording of other code is old. */
  readonly hash: string;
  readonly start: string;
  /** Whether Ctrl-C ended it. */
  readonly interrupted: boolean;
  readonly output: readonly string[];
  readonly lifelines: readonly string[];
  readonly steps: readonly Step[];
}

const FOLDER = fileURLToPath(new URL("../../recorded/", import.meta.url));

export function fileOf({ name }: ExampleWorkspace): string {
  return join(FOLDER, `${name}.json`);
}

/** The recording of an example, if it has one. */
export function recordingOf(workspace: ExampleWorkspace): Recording | undefined {
  const file = fileOf(workspace);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** The command that is recorded: what `npm start` runs, or a shorter form of it. */
export function startOf({ example, scripts }: ExampleWorkspace): string {
  return example.recorded ?? scripts.start ?? "";
}

/** The folders of the programs that are recorded, and of what these import: an example's own comes first. */
export function foldersOf(workspace: ExampleWorkspace): string[] {
  const folders = new Set<string>();
  const visit = (folder: string, example: Partial<Example>): void => {
    if (folders.has(folder)) return;
    folders.add(folder);
    const run = Array.from(
      (example.recorded ?? "").matchAll(/(\.\.\/[^" ]*)\/[^/" ]+\.ts\b/g),
      ([, path = ""]) => path,
    );
    for (const other of [...(example.uses ?? []), ...run]) {
      const manifest = readFileSync(join(folder, other, "package.json"), "utf8");
      visit(join(folder, other), JSON.parse(manifest).example ?? {});
    }
  };
  visit(workspace.folder, workspace.example);
  return [...folders];
}

/** Tells whether programs have changed: a hash of those that are run. */
export function hashOf(workspace: ExampleWorkspace): string {
  const hash = createHash("sha256").update(startOf(workspace));
  for (const folder of foldersOf(workspace)) {
    for (const file of readdirSync(folder).sort()) {
      if (!/(?<!\.test)\.ts$/.test(file)) continue;
      hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}
