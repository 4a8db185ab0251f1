import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, posix } from "node:path";

type Versions = Readonly<Record<string, string>>;

/** What an example's package.json tells. */
export interface Manifest {
  readonly description: string;
  readonly scripts: { readonly start: string };
  readonly dependencies: Versions;
  readonly example: {
    readonly title: string;
    readonly order: number;
    readonly sockets: readonly string[];
    readonly programs: readonly { readonly name: string }[];
    readonly uses?: readonly string[];
  };
}

/** An example that a folder can be made of. */
export interface Example {
  /** The name of its folder, which no other example has. */
  readonly name: string;
  /** Where it lies among the examples: `zguide/chapter1/hello-world`. */
  readonly path: string;
  readonly folder: string;
  /** The title of its chapter: `Chapter 1: Basics`. */
  readonly chapter: string;
  readonly manifest: Manifest;
  /** The paths of all examples that its programs need, at whatever remove. */
  readonly uses: readonly string[];
}

/** Reads all examples below a folder, in the guide's order. */
export function readExamples(root: string): Example[] {
  const manifests = new Map(
    find(root, "").map((path) => {
      const text = readFileSync(join(root, path, "package.json"), "utf8");
      return [path, JSON.parse(text) as Manifest] as const;
    }),
  );
  const used = (path: string, found = new Set<string>()): Set<string> => {
    for (const other of manifests.get(path)?.example.uses ?? []) {
      const its = posix.join(path, other);
      if (found.has(its)) continue;
      found.add(its);
      used(its, found);
    }
    return found;
  };
  const examples = Array.from(manifests, ([path, manifest]) => ({
    name: basename(path),
    path,
    folder: join(root, path),
    chapter: titleOf(join(root, posix.dirname(path))),
    manifest,
    uses: [...used(path)].filter((other) => other !== path),
  }));
  return examples.sort(
    (a, b) =>
      a.chapter.localeCompare(b.chapter, "en", { numeric: true }) ||
      a.manifest.example.order - b.manifest.example.order ||
      a.name.localeCompare(b.name, "en", { numeric: true }),
  );
}

function titleOf(folder: string): string {
  return /^# (.*)$/m.exec(readFileSync(join(folder, "README.md"), "utf8"))?.[1] ?? "";
}

function find(root: string, path: string): string[] {
  if (existsSync(join(root, path, "package.json"))) return [path];
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => find(root, posix.join(path, entry.name)));
}

/** Those whose name, title, chapter, sockets or programs have all the words of a text. */
export function search(examples: readonly Example[], text: string): Example[] {
  const words = text
    .toLowerCase()
    .split(/[\s:,;]+/)
    .filter(Boolean);
  return examples.filter(({ name, chapter, manifest }) => {
    const { title, sockets, programs } = manifest.example;
    const all = [name, title, chapter, manifest.description, ...sockets];
    const names = programs.map((program) => program.name);
    const its = [...all, ...names].join(" ").toLowerCase();
    return words.every((word) => its.includes(word));
  });
}
