/*
 * Before it reads TypeScript by itself, Node takes half a second of a processor's time to start a
 * program through tsx. So what tests run is compiled once, into node_modules/.cache, where the files
 * lie to one another as their sources do. This is JavaScript, for nothing has compiled it.
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
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CACHE = join(ROOT, "node_modules/.cache/tx0mq-smoke");
/** A module of the same folder or of another one: imported, or started as a thread or a process. */
const NEIGHBOUR =
  /((?:\bfrom |\bimport |\bimport\(|\bURL\(|\bresolve\()["'`])(\.\.?\/[^"'`\n]*)\.ts(?=["'`])/g;
/** The cache as errors have it: by its path, and in a stack by its URL. */
const CACHES = [CACHE, pathToFileURL(CACHE).pathname];
/** Where an error in a compiled program says that it is. */
const PLACE = new RegExp(
  `(?:${CACHES.map((path) => path.replace(/\W/g, "\\$&")).join("|")})/([^:\\s]+)\\.js:(\\d+)(?::(\\d+))?`,
  "g",
);

/**
 * Folders that are known to be compiled.
 * @type {Set<string>}
 */
const fresh = new Set();

/** Whether Node runs TypeScript as it is. */
export const READS_TYPESCRIPT = Boolean(
  /** @type {{ typescript?: string | false }} */ (process.features).typescript,
);

/**
 * A TypeScript file of this repository as JavaScript.
 * @param {string} source
 * @returns {string | undefined} its file, or nothing for what is elsewhere
 */
export function compiled(source) {
  const place = relative(ROOT, source);
  if (place.startsWith("..") || /\bnode_modules\b/.test(place)) return undefined;
  compileFolder(dirname(source));
  return target(source);
}

/**
 * A line of output, with the places of the TypeScript where it has those of the JavaScript.
 * @param {string} line
 */
export function ofSource(line) {
  if (!CACHES.some((path) => line.includes(path))) return line;
  return line.replace(PLACE, (all, path, row, column) => {
    const source = `${join(ROOT, path)}.ts`;
    const map = new SourceMap(JSON.parse(readFileSync(join(CACHE, `${path}.js.map`), "utf8")));
    const found = map.findEntry(Number(row) - 1, Number(column ?? 1) - 1);
    if (!("originalLine" in found)) return all;
    const { originalLine, originalColumn } = found;
    return `${source}:${originalLine + 1}${column === undefined ? "" : `:${originalColumn + 1}`}`;
  });
}

/** @param {string} source */
function target(source) {
  return join(CACHE, relative(ROOT, source)).replace(/\.ts$/, ".js");
}

/**
 * Compiles the files of a folder that have changed, and the folders that they lead to.
 * @param {string} folder
 */
function compileFolder(folder) {
  if (fresh.has(folder)) return;
  fresh.add(folder);
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
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

/** @param {readonly string[]} sources */
function compile(sources) {
  const { buildSync } = /** @type {typeof import("esbuild")} */ (
    createRequire(import.meta.url)("esbuild")
  );
  // esbuild puts "_" for some characters in what it makes of a whole path, such as a quote.
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT,
    entryPoints: sources.map((source) => relative(ROOT, source)),
    outbase: ".",
    outdir: CACHE,
    platform: "node",
    format: "esm",
    target: "node20",
    sourcemap: "linked",
    write: false,
  });
  put(join(CACHE, "package.json"), '{ "type": "module" }');
  const code = new Map(outputFiles.map(({ path, text }) => [path, text]));
  for (const [path, text] of code) if (path.endsWith(".map")) put(path, text);
  for (const source of sources) {
    const path = target(source);
    const text = code.get(path);
    if (text === undefined) throw new Error(`esbuild has not made ${path}`);
    // Tests do not run as they are here: they are read by the hooks, under their own names.
    const linked = source.endsWith(".test.ts") ? text : text.replace(NEIGHBOUR, "$1$2.js");
    put(path, linked, timeOf(source));
  }
}

/**
 * When a file was changed, in ms.
 * @param {string} path
 */
function timeOf(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : Math.round(stats.mtimeMs);
}

/**
 * Writes a file at once, for other tests may be reading it.
 * @param {string} path
 * @param {string} text
 * @param {number} [time]
 */
function put(path, text, time) {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}`;
  writeFileSync(part, text);
  if (time !== undefined) utimesSync(part, time / 1000, time / 1000);
  renameSync(part, path);
}
