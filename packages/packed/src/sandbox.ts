/** An empty folder outside of the repo, and what is published installed into it as a stranger would. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { manifest, type Versions } from "./manifest.ts";
import { type Published, Registry } from "./registry.ts";

/** The one limit for whatever is run here, in ms: only what is broken reaches it. */
const LIMIT_MS = 600_000;

/** The root of the repo. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** The library's workspace. */
export const LIBRARY = join(ROOT, "packages/tx0mq");
/** An example that depends on what nearly all of them do. */
export const MODEL = join(ROOT, "examples/zguide/chapter1/hello-world");
const PACKED = join(ROOT, "packages/packed");
/** Where `npm run pack` leaves what examples depend on. */
export const INSTALLED = join(PACKED, "dist/node_modules");

const fromLibrary = createRequire(join(LIBRARY, "package.json"));
const fromRoot = createRequire(join(ROOT, "package.json"));

/** The options of the repo's own TypeScript, which are stricter than most. */
export async function compilerOptions(): Promise<Readonly<Record<string, unknown>>> {
  const config = JSON.parse(await readFile(join(ROOT, "tsconfig.json"), "utf8")) as {
    compilerOptions: Record<string, unknown>;
  };
  return config.compilerOptions;
}

/** The folder of an installed package, as its dependents see it. */
export function installed(name: string, from: NodeJS.Require = fromRoot): string {
  // A package may be called as a module of Node's own is: util. That has no paths.
  const paths = from.resolve.paths(`${name}/package.json`) ?? [];
  for (const path of paths) {
    try {
      return realpathSync(join(path, name));
    } catch {
      // It is further up.
    }
  }
  throw new Error(`${name} is not installed: run npm ci`);
}

/** The folder of a package that another installed one depends on, in the version that that one has. */
export function installedBy(owner: string, name: string): string {
  return installed(name, createRequire(join(installed(owner), "package.json")));
}

function isInstalled(name: string, from: NodeJS.Require): boolean {
  try {
    return installed(name, from) !== "";
  } catch {
    return false;
  }
}

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** Runs a program to its end, whatever that is. */
export async function run(
  file: string,
  args: readonly string[],
  cwd: string,
  { env = process.env, ...options }: RunOptions = {},
): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, [...args], {
      ...options,
      cwd,
      env: { ...env, NODE_TEST_CONTEXT: undefined },
      timeout: LIMIT_MS,
      maxBuffer: 2 ** 26,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr, message } = error as Ended & Error;
    if (typeof code !== "number") throw new Error(`${message}\n${stdout}${stderr}`);
    return { code, stdout, stderr };
  }
}

/** Runs what has to succeed. @returns its standard output */
export async function succeed(
  file: string,
  args: readonly string[],
  cwd: string,
  options?: RunOptions,
): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, cwd, options);
  if (code !== 0) throw new Error(`${args.join(" ")}: exit code ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** Runs a command of a package that the repo has. */
export async function bin(name: string, args: readonly string[], cwd: string): Promise<Ended> {
  const folder = installed(name, fromLibrary);
  const { bin: commands } = await manifest(folder);
  const [command] = typeof commands === "string" ? [commands] : Object.values(commands ?? {});
  return run(process.execPath, [join(folder, command as string), ...args], cwd);
}

/** Type-checks a folder by its tsconfig.json. @returns what is wrong */
export async function typeCheck(
  folder: string,
  signal?: AbortSignal,
  compiler: string = installed("typescript"),
): Promise<string> {
  const tsc = join(compiler, "bin/tsc");
  const options = signal === undefined ? {} : { signal };
  const { stdout, stderr } = await run(process.execPath, [tsc, "-p", folder], folder, options);
  return stdout + stderr;
}

/** Packs what is installed, without what is for other machines. */
async function tar(folder: string, tarball: string): Promise<void> {
  const others = ["darwin", "linux", "win32"].filter((platform) => platform !== process.platform);
  const left = ["*.map", "node_modules", ...others.map((platform) => `build/${platform}`)];
  const args = [...left.map((path) => `--exclude=${path}`), "-cf", tarball, basename(folder)];
  await succeed("tar", args, dirname(folder));
}

/** What has been stopped may still be writing when it begins. */
const JANITOR = 'cat; rm -rf "$0" || { sleep 1; rm -rf "$0"; }';

/** What `npm pack --json` tells. */
type Packed = Readonly<
  Record<string, { name: string; filename: string; files: readonly { path: string }[] }>
>;

/** A temporary folder that is removed in the end, even if that is a SIGKILL. */
export class Sandbox {
  readonly folder: string;
  /** Removes the folder as soon as nobody holds the other end of its input. */
  readonly #janitor: ChildProcess;
  /** The library as npm packs it. */
  readonly tarball: string;
  /** The paths of the files in it. */
  files: readonly string[] = [];

  constructor(within: string = tmpdir()) {
    this.folder = realpathSync(mkdtempSync(join(within, "tx0mq-packed-")));
    this.#janitor = spawn("/bin/sh", ["-c", JANITOR, this.folder], {
      cwd: "/",
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.tarball = join(this.folder, "tx0mq.tgz");
  }

  /** Puts a file there. */
  write(path: string, content: string | object): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  }

  /**
   * Installs tx0mq, or what is asked for, with npm, as if for the first time on this machine. What is
   * published from here, and has to be built, is packed for it; what `npm ci` has brought is packed again.
   *
   * @param flags for npm install
   */
  async install(dependencies: Versions = { tx0mq: "*" }, ...flags: string[]): Promise<void> {
    const registry = new Registry(await this.#pack(Object.keys(dependencies)));
    this.write("package.json", { name: "stranger", private: true, type: "module", dependencies });
    try {
      const settings = ["--registry", await registry.listen(), "--no-audit", "--no-fund"];
      await this.#npm(["install", "--ignore-scripts", ...flags, ...settings]);
    } finally {
      registry.close();
    }
  }

  /** Packs packages, and all that they depend on, each in the version that its dependent has. */
  async #pack(names: readonly string[]): Promise<Published[]> {
    const packages: Published[] = [];
    const folders = new Set<string>();
    const add = (name: string, from: NodeJS.Require): void => {
      folders.add(name === "tx0mq" ? LIBRARY : installed(name, from));
    };
    for (const name of names) add(name, fromLibrary);
    for (const folder of folders) {
      const its = await manifest(folder);
      const { name, dependencies, optionalDependencies } = its;
      const tarball =
        folder === LIBRARY ? this.tarball : join(this.folder, `${packages.length}.tgz`);
      packages.push({ its, tarball });
      const from = createRequire(join(folder, "package.json"));
      for (const other of Object.keys(dependencies ?? {})) add(other, from);
      for (const other of Object.keys(optionalDependencies ?? {})) {
        if (isInstalled(other, from)) add(other, from);
      }
      if (dirname(folder) === join(ROOT, "packages")) await this.#packOwn(name, folder, tarball);
      else await tar(folder, tarball);
    }
    return packages;
  }

  /** As it would be published. */
  async #packOwn(name: string, folder: string, tarball: string): Promise<void> {
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", this.folder];
    const output = JSON.parse(await this.#npm([...args, folder])) as Packed;
    const [packed] = Object.values(output); // a list, in npm 10 and 11
    if (packed === undefined) throw new Error(`npm has not packed ${name}`);
    if (name === "tx0mq") this.files = packed.files.map(({ path }) => path);
    renameSync(join(this.folder, packed.filename), tarball);
  }

  /** Makes a package of the repo available beside what is installed. */
  borrow(name: string): void {
    const link = join(this.folder, "node_modules", name);
    if (existsSync(link)) return;
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(installed(name), link, "dir");
  }

  async remove(): Promise<void> {
    this.#janitor.stdin?.end();
    const { exitCode } = this.#janitor;
    const [code] = exitCode === null ? await once(this.#janitor, "exit") : [exitCode];
    if (code !== 0) throw new Error(`${this.folder} could not be removed`);
  }

  /** Of npm as if for the first time on this machine: nobody's settings, and nothing in its cache. */
  get npmSettings(): string[] {
    return [
      ...["--userconfig", join(this.folder, "user.npmrc")],
      ...["--globalconfig", join(this.folder, "global.npmrc")],
      ...["--cache", join(this.folder, "cache"), "--no-update-notifier"],
    ];
  }

  #npm(args: readonly string[]): Promise<string> {
    const settings = [...this.npmSettings, "--loglevel", "error"];
    return succeed("npm", [...args, ...settings], this.folder, { env: withoutNpm() });
  }
}

/** The environment without npm's settings: those of who runs the tests, and what npm itself tells its scripts. */
export function withoutNpm(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
}

/** What examples depend on: what nearly all of them do, and what single ones do, as is declared here. */
export async function dependenciesOfExamples(): Promise<Versions> {
  const { devDependencies } = await manifest(PACKED);
  const { dependencies } = await manifest(MODEL);
  return { ...devDependencies, ...dependencies };
}

/** Gives a folder what its package.json declares, and no more: links to what `npm run pack` has installed. */
export async function installInto(folder: string): Promise<void> {
  const { dependencies = {} } = await manifest(folder);
  const all = await dependenciesOfExamples();
  const target = join(folder, "node_modules");
  mkdirSync(join(target, ".bin"), { recursive: true });
  for (const [name, range] of Object.entries(dependencies)) {
    const wanted = `"${name}": "${range}" in the devDependencies of packages/packed/package.json`;
    assert(
      all[name] === range,
      `what examples depend on is installed together: it has to be ${wanted}`,
    );
    assert(existsSync(INSTALLED), "nothing is packed yet: npm run pack -w @tx0mq/packed");
    mkdirSync(dirname(join(target, name)), { recursive: true });
    symlinkSync(join(INSTALLED, name), join(target, name), "dir");
    for (const command of readdirSync(join(INSTALLED, ".bin"))) {
      const file = readlinkSync(join(INSTALLED, ".bin", command));
      if (file.startsWith(`../${name}/`)) symlinkSync(file, join(target, ".bin", command));
    }
  }
}
