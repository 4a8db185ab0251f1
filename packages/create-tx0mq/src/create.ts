import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join, posix, resolve } from "node:path";
import type { Example, Manifest } from "./catalog.js";

/** What cannot be done, in one line for people. */
export class CreateError extends Error {
  override readonly name = "CreateError";
}

type Places = ReadonlyMap<string, string>;

/** A path to a file of another example, in a program, a script or a README. */
const ELSEWHERE = /(?<=["'` (])\.\.\/[\w./-]*[\w-]/g;
/** A link to another example, in a README. */
const LINK = /(?<=\]\()\.\.\/[^)#]+/g;
/** What a README says of a clone of the repository. */
const IN_A_CLONE = /\(once\s+`npm\s+ci\s+&&\s+npm\s+start`\s+has\s+run\s+at\s+the\s+root\)/g;
/** What programs leave behind, secret keys among it: as the repository has it. */
const IGNORED = ["node_modules/", "*.ipc", ".titanic/", ".ipcontroller/", "certificates/"];

/**
 * Makes a folder of an example: its programs, README and licence, a package.json, and each example that
 * it needs in a folder below. If that fails half-way, as on a full disk, nothing is left of it.
 *
 * @param web where the examples are on the web, for links to those that do not come along
 * @throws {CreateError} where the folder is there, and not empty
 */
export function create(
  target: string,
  example: Example,
  examples: readonly Example[],
  web = onTheWeb(),
): void {
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
  const others = examples.filter(({ path }) => !places.has(path));
  const first = mkdirSync(folder, { recursive: true });
  try {
    for (const one of [example, ...used]) {
      const to = join(folder, places.get(one.path) ?? "");
      mkdirSync(to, { recursive: true });
      for (const file of readdirSync(one.folder)) {
        const text = readFileSync(join(one.folder, file), "utf8");
        if (file === "README.md")
          writeFileSync(join(to, file), retold(text, one.path, places, others, web));
        else if (file !== "package.json")
          writeFileSync(join(to, file), moved(text, one.path, places));
      }
    }
    write(join(folder, "package.json"), manifest(basename(folder), example, used, places));
    copyFileSync(new URL("../LICENSE", import.meta.url), join(folder, "LICENSE"));
    writeFileSync(join(folder, ".gitignore"), `${IGNORED.join("\n")}\n`);
  } catch (error) {
    const made = first === undefined ? contents(folder).map((it) => join(folder, it)) : [first];
    for (const path of made) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** Whether a folder is still to be made, or is empty. */
export function isFree(folder: string): boolean {
  if (!existsSync(folder)) return true;
  if (!statSync(folder).isDirectory()) return false;
  return contents(folder).length === 0;
}

/** What people see in a folder: the Finder of macOS leaves a file behind, and does not show it. */
function contents(folder: string): string[] {
  return readdirSync(folder).filter((file) => file !== ".DS_Store");
}

/** @throws {CreateError} where there is something that would be written over */
export function mustBeFree(folder: string): void {
  if (folder === "") throw new CreateError("the folder has no name");
  if (!isFree(folder)) throw new CreateError(`${folder} is there, and not empty`);
}

/** Where the examples are on the web, as far as is known: a release has its repository in package.json. */
function onTheWeb(): string | undefined {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { repository } = JSON.parse(text) as { readonly repository?: { readonly url: string } };
  return repository && `${repository.url.replace(/^git\+|\.git$/g, "")}/tree/HEAD/examples`;
}

/**
 * The README of the example at `path`, so that it is true in the new folder. Links to other examples lead
 * to the web. For commands that need one, and where no web is known, it says how to make it beside the folder.
 */
function retold(
  text: string,
  path: string,
  places: Places,
  others: readonly Example[],
  web: string | undefined,
): string {
  const here = places.get(path) ?? ".";
  const linked = text
    .replace(IN_A_CLONE, `(${here === "." ? "" : "in a folder of its own, "}after \`npm install\`)`)
    .replace(LINK, (link) => {
      const target = posix.join(path, link);
      return web !== undefined && placeOf(target, places) === undefined ? `${web}/${target}` : link;
    });
  const beside = new Map([
    ...places,
    ...others.map(({ path, name }) => [path, `../${name}`] as const),
  ]);
  const told = moved(linked, path, beside);
  const notes = others.flatMap(({ name }) => {
    const there = way(here, `../${name}`);
    if (!new RegExp(`["'\` (]${there}(?![\\w-])`).test(told)) return [];
    const command = `npm create tx0mq@latest ${there} -- --example ${name}`;
    return `\`${there}\` is another example: \`${command}\` makes it, and \`npm install\` there lets it run.\n`;
  });
  return [told, ...notes].join("\n");
}

function manifest(
  name: string,
  { path, manifest }: Example,
  used: readonly Example[],
  places: Places,
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
function moved(text: string, path: string, places: Places): string {
  const here = places.get(path) ?? ".";
  return text.replace(ELSEWHERE, (found) => {
    const place = placeOf(posix.join(path, found), places);
    if (place === undefined) return found;
    const relative = way(here, place);
    return relative.startsWith("..") ? relative : `./${relative}`;
  });
}

/** From one place to another, in the new folder or beside it. */
function way(from: string, to: string): string {
  return posix.relative(`/new/${from}`, `/new/${to}`);
}

/** Where an example, or a file of one, is in the new folder, if it is there. */
function placeOf(target: string, places: Places): string | undefined {
  for (const [path, place] of places) {
    if (target !== path && !target.startsWith(`${path}/`)) continue;
    return posix.join(place, target.slice(path.length));
  }
  return undefined;
}

function sorted(versions: Manifest["dependencies"]): Manifest["dependencies"] {
  return Object.fromEntries(Object.entries(versions).sort(([a], [b]) => a.localeCompare(b)));
}

function write(file: string, content: object): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}
