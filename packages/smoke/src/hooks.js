// How Node finds and reads the TypeScript of this repository: see ts.js.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compiled, READS_TYPESCRIPT } from "./compile.js";

/**
 * `./frames.js` is frames.ts where that is what there is.
 * @param {string} specifier
 * @param {import("node:module").ResolveHookContext} context
 * @param {(specifier: string, context: import("node:module").ResolveHookContext) => unknown} next
 */
export function resolve(specifier, context, next) {
  if (/^(\.\.?\/|file:).*\.js$/.test(specifier) && context.parentURL?.startsWith("file:")) {
    const url = new URL(specifier, context.parentURL);
    const source = new URL(url.href.replace(/\.js$/, ".ts"));
    if (!existsSync(url) && existsSync(source)) return next(source.href, context);
  }
  return next(specifier, context);
}

/** Node 22 leaves `await using` as it is, and cannot run it: tests have it, programs do not. */
const RUNS_AS_IS = READS_TYPESCRIPT && "AsyncDisposableStack" in globalThis;

/**
 * @param {string} url
 * @param {import("node:module").LoadHookContext} context
 * @param {(url: string, context: import("node:module").LoadHookContext) => unknown} next
 */
export function load(url, context, next) {
  if (RUNS_AS_IS || !/^file:.*\.ts$/.test(url)) return next(url, context);
  const script = compiled(fileURLToPath(url));
  if (script === undefined) return next(url, context);
  return { format: "module", source: readFileSync(script, "utf8"), shortCircuit: true };
}
