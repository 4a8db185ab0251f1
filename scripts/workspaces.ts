import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the whole repository. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** One program of an example: `hwserver` is hwserver.ts. */
export interface ExampleProgram {
  readonly name: string;
  /** Its default endpoints, such as `bind tcp://*:5555`. */
  readonly endpoints: readonly string[];
}

/** What an example says of itself, in its package.json. */
export interface Example {
  readonly title: string;
  /** The guide's chapter, such as `chapter 1`. */
  readonly guide?: string;
  /** For an example that is not from the guide: the file that it was written after. */
  readonly origin?: string;
  readonly section?: string;
  /** Its place in the chapter. */
  readonly order: number;
  readonly programs: readonly ExampleProgram[];
  readonly sockets: readonly string[];
  /** What it is good for: names of docs/src/patterns.ts. */
  readonly patterns: readonly string[];
  /** The folders of other examples whose programs it runs, from its own: a copy needs them too. */
  readonly uses?: readonly string[];
  /** What is run for the site in place of `npm start`, where that is too long, or waits for somebody. */
  readonly recorded?: string;
}

/** A workspace of the repository. */
export interface Workspace {
  /** The name of its folder. */
  readonly name: string;
  /** Its folder, from the root, with slashes. */
  readonly path: string;
  /** Its folder, in full. */
  readonly folder: string;
  readonly packageName: string;
  readonly description: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly example: Example | undefined;
}

/** A workspace that is an example. */
export interface ExampleWorkspace extends Workspace {
  readonly example: Example;
}

interface Manifest {
  readonly name: string;
  readonly description?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly example?: Example;
  readonly workspaces?: readonly string[];
}

/** All workspaces, as the root's package.json lists them. */
export function readWorkspaces(root: string = ROOT): Workspace[] {
  const globs = readManifest(root).workspaces ?? [];
  return globs
    .flatMap((glob) => expand(root, glob.split("/")))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => {
      const { name, description = "", scripts = {}, example } = readManifest(folder);
      const path = relative(root, folder).split(sep).join("/");
      const packageName = name;
      return { name: basename(folder), path, folder, packageName, description, scripts, example };
    });
}

/** All examples: those of the guide in its order, then the others. */
export function readExamples(root: string = ROOT): ExampleWorkspace[] {
  return readWorkspaces(root).filter(isExample).sort(byPlace);
}

/** Where an example belongs: a chapter of the guide, or pyzmq. */
export function chapterOf({ example }: ExampleWorkspace): string {
  return example.guide ?? "pyzmq";
}

function isExample(workspace: Workspace): workspace is ExampleWorkspace {
  return workspace.example !== undefined;
}

function byPlace(a: ExampleWorkspace, b: ExampleWorkspace): number {
  return (
    chapterOf(a).localeCompare(chapterOf(b), "en", { numeric: true }) ||
    a.example.order - b.example.order ||
    a.name.localeCompare(b.name, "en", { numeric: true })
  );
}

/** The folders that a glob means; a star stands for a whole name. */
function expand(folder: string, [first, ...rest]: readonly string[]): string[] {
  if (first === undefined) return [folder];
  if (first !== "*") return expand(join(folder, first), rest);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }))
    .flatMap((entry) => expand(join(folder, entry.name), rest));
}

function readManifest(folder: string): Manifest {
  const file = join(folder, "package.json");
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new Error(`cannot read ${file}`, { cause });
  }
}
