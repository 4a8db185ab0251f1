import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where results go that nobody has told where to go. */
export const RESULTS = fileURLToPath(new URL("../../results/", import.meta.url));

/** A path that the user has given, relative to where they called npm. */
export function fromCaller(path: string): string {
  const { CALLED_FROM, INIT_CWD } = process.env; // the first from the root, through turbo
  return resolve(CALLED_FROM ?? INIT_CWD ?? ".", path);
}

/** A file in `results/` that carries the time in its name. */
export function stamped(prefix = ""): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  return join(RESULTS, `${prefix}${stamp}.json`);
}

/** Writes it at one go: the file is the old one or the new one. */
export function writeJson(file: string, json: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.part`;
  writeFileSync(draft, `${JSON.stringify(json, undefined, 2)}\n`);
  renameSync(draft, file);
}
