import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join, posix, resolve } from "node:path";
import type { Example, Manifest } from "./catalog.js";

/** What cannot be done, in one line for people. */
export class CreateError extends Error {
  override readonly name = "CreateError";
}

/** A path to a file of another example, in a program or a script. */
const ELSEWHERE = /(?<=["'` ])\.\.\/[\w./-]*[\w-]/g;
/** What programs leave behind, secret keys among it: as the repository has it. */
const IGNORED = ["node_modules/", "*.ipc", ".titanic/", ".ipcontroller/", "certificates/"];

/**
 * Makes a folder of an example: its programs, README and licence, a package.json, and each example that
 * it needs in a folder below.
 *
 * @throws {CreateError} where the folder is there, and not empty
 */
export function create(target: string, example: Example, examples: readonly Example[]): void {
  mustBeFree(target);
  const folder = resolve(target);
  const used = example.uses.map((path) => {
    const found = examples.find((other) => other.path === path);
    if (found === undefined)
      throw new CreateError(`${example.name} needs ${path}, which is not there`);
    return found;
  });
  const places = new Map([
    [example.path, "."],
    ...used.map(({ path, name }) => [path, name] as const),
  ]);
  for (const one of [example, ...used]) copy(one, join(folder, places.get(one.path) ?? ""), places);
  write(join(folder, "package.json"), manifest(basename(folder), example, used, places));
  copyFileSync(new URL("../LICENSE", import.meta.url), join(folder, "LICENSE"));
  writeFileSync(join(folder, ".gitignore"), `${IGNORED.join("\n")}\n`);
}

/** Whether a folder is still to be made, or is empty. */
export function isFree(folder: string): boolean {
  if (!existsSync(folder)) return true;
  return statSync(folder).isDirectory() && readdirSync(folder).length === 0;
}

/** @throws {CreateError} where there is something that would be written over */
export function mustBeFree(folder: string): void {
  if (folder === "") throw new CreateError("the folder has no name");
  if (!isFree(folder)) throw new CreateError(`${folder} is there, and not empty`);
}

/** Copies the files of one example; those of the others lie elsewhere now. */
function copy({ path, folder }: Example, to: string, places: ReadonlyMap<string, string>): void {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(folder)) {
    if (file === "package.json") continue;
    const text = readFileSync(join(folder, file), "utf8");
    writeFileSync(join(to, file), file.endsWith(".ts") ? moved(text, path, places) : text);
  }
}

function manifest(
  name: string,
  { path, manifest }: Example,
  used: readonly Example[],
  places: ReadonlyMap<string, string>,
): object {
  const dependencies = [manifest, ...used.map((one) => one.manifest)].map(
    (one) => one.dependencies,
  );
  return {
    name: name.toLowerCase().replace(/^[._]+|[^\w.-]+/g, "") || "tx0mq-example",
    version: "0.1.0",
    private: true,
    description: manifest.description,
    license: "MIT",
    type: "module",
    scripts: { start: moved(manifest.scripts.start, path, places) },
    dependencies: sorted(Object.assign({}, ...dependencies) as Manifest["dependencies"]),
  };
}

/** A text of the example at `path`, with paths to other examples as they are in the new folder. */
function moved(text: string, path: string, places: ReadonlyMap<string, string>): string {
  const here = places.get(path) ?? ".";
  return text.replace(ELSEWHERE, (found) => {
    const target = posix.join(path, found);
    for (const [other, place] of places) {
      if (target !== other && !target.startsWith(`${other}/`)) continue;
      const relative = posix.relative(here, posix.join(place, target.slice(other.length)));
      return relative.startsWith("..") ? relative : `./${relative}`;
    }
    return found;
  });
}

function sorted(versions: Manifest["dependencies"]): Manifest["dependencies"] {
  return Object.fromEntries(Object.entries(versions).sort(([a], [b]) => a.localeCompare(b)));
}

function write(file: string, content: object): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}
