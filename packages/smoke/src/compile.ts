/*
 * Before it reads TypeScript by itself, Node takes half a second of a processor's time to start a
 * program through tsx. So the programs that tests start are compiled once, into node_modules/.cache,
 * where they lie to one another as their sources do.
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire, SourceMap } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CACHE = join(ROOT, "node_modules/.cache/tx0mq-smoke");
/** A module of the same example, or of another: imported, or started by its path. */
const NEIGHBOUR = /(["'`])(\.\.?\/[^"'`\n]*)\.ts\1/g;
/** Where an error in a compiled program says that it is. */
const PLACE = new RegExp(`(${CACHE.replace(/\W/g, "\\$&")}/[^:\\s]+)\\.js:(\\d+)(?::(\\d+))?`, "g");

/** Folders that are known to be compiled. */
const fresh = new Set<string>();

/** Whether Node runs TypeScript as it is. */
export const READS_TYPESCRIPT = Boolean(
  (process.features as { readonly typescript?: string | false }).typescript,
);

/** A program of this repository as JavaScript. @returns its file, or nothing for what is elsewhere */
export function compiled(program: string): string | undefined {
  const place = relative(ROOT, program);
  if (place.startsWith("..") || /\bnode_modules\b/.test(place)) return undefined;
  compileFolder(dirname(program));
  return target(program);
}

/** A line of output, with the places of TypeScript where it has those of the JavaScript. */
export function ofSource(line: string): string {
  if (!line.includes(CACHE)) return line;
  return line.replace(PLACE, (all, path: string, row: string, column?: string) => {
    const source = `${join(ROOT, relative(CACHE, path))}.ts`;
    const map = new SourceMap(JSON.parse(readFileSync(`${path}.js.map`, "utf8")));
    const found = map.findEntry(Number(row) - 1, Number(column ?? 1) - 1);
    if (!("originalLine" in found)) return all;
    const { originalLine, originalColumn } = found;
    return `${source}:${originalLine + 1}${column === undefined ? "" : `:${originalColumn + 1}`}`;
  });
}

function target(source: string, extension = ".js"): string {
  return join(CACHE, relative(ROOT, source)).replace(/\.ts$/, extension);
}

/** Compiles the programs of a folder that have changed, and the folders that they lead to. */
function compileFolder(folder: string): void {
  if (fresh.has(folder)) return;
  fresh.add(folder);
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => join(folder, name));
  const stale = sources.filter((source) => timeOf(target(source)) !== timeOf(source));
  if (stale.length > 0) compile(stale);
  for (const source of sources) {
    for (const [, , path = ""] of readFileSync(source, "utf8").matchAll(NEIGHBOUR)) {
      const other = dirname(resolve(folder, path));
      if (timeOf(other) !== undefined) compileFolder(other);
    }
  }
}

function compile(sources: readonly string[]): void {
  const { buildSync } = createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
  const { outputFiles } = buildSync({
    entryPoints: [...sources],
    outbase: ROOT,
    outdir: CACHE,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "external",
    sourcesContent: false,
    write: false,
  });
  for (const { path, text } of outputFiles) {
    if (path.endsWith(".map")) put(path, text);
  }
  put(join(CACHE, "package.json"), '{ "type": "module" }');
  for (const source of sources) {
    const path = target(source);
    const text = outputFiles.find((file) => file.path === path)?.text ?? "";
    put(path, text.replace(NEIGHBOUR, "$1$2.js$1"), timeOf(source));
  }
}

/** When a file was changed, in ms. */
function timeOf(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : Math.round(stats.mtimeMs);
}

/** Writes a file at once, for other tests may be reading it. */
function put(path: string, text: string, time?: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}`;
  writeFileSync(part, text);
  if (time !== undefined) utimesSync(part, time / 1000, time / 1000);
  renameSync(part, path);
}
