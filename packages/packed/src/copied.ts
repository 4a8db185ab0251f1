/*
 * Tries the example in the current folder as its reader has it who has copied it: out of the repo,
 * beside a tx0mq that was installed from its tarball. It may import nothing but its own files and
 * what it declares, and has to type-check and to run there.
 *
 * Of its smoke tests the first one runs: it shows the pattern at work, and the others, which take
 * minutes of waiting for all examples together, say nothing more about being copied.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { constants } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import {
  compilerOptions,
  INSTALLED,
  installed,
  type Manifest,
  manifest,
  ROOT,
  run,
  Sandbox,
  typeCheck,
} from "./sandbox.ts";

const EXAMPLES = join(ROOT, "examples");
/** What no reader copies. */
const LEFT = new Set(["node_modules", ".turbo", "coverage", "dist"]);
/** Where an import statement, or an export of what is imported, takes it from. */
const FROM =
  /^(?:import\s+(?:[^;"()]*?\sfrom\s+)?|export\s+(?:type\s+)?(?:\*[^;"]*|\{[^}]*\})\s+from\s+)"([^"]+)"/gm;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    stop.abort();
  });
}

const sandbox = new Sandbox();
try {
  const example = process.cwd();
  const { name } = await manifest(example);
  await checkImports(example);
  const copy = await copyOut(example);
  await checkTypes(copy);
  const test = await runFirstTest(copy);
  console.log(`${name}, copied out of the repo, type-checks and runs: ${test}`);
} catch (error) {
  if (!stop.signal.aborted) {
    process.exitCode = 1;
    console.error(error instanceof Error ? error.message : error);
  }
} finally {
  await sandbox.remove();
}

/** It needs nothing but its own files and its dependencies. */
async function checkImports(example: string): Promise<void> {
  const { dependencies } = await manifest(example);
  const wrong: string[] = [];
  for (const file of sources(example)) {
    const ofTest = /^smoke\.|\.test\.ts$/.test(file);
    for (const [, from = ""] of (await readFile(join(example, file), "utf8")).matchAll(FROM)) {
      const its = from.startsWith(".")
        ? !join(dirname(file), from).startsWith("..")
        : isBuiltin(from) ||
          packageOf(from) in { ...dependencies } ||
          (ofTest && from.startsWith("@tx0mq/"));
      if (!its) wrong.push(`${file} imports ${from}`);
    }
  }
  if (wrong.length > 0) {
    throw new Error(["neither its own nor among its dependencies:", ...wrong].join("\n  "));
  }
}

function sources(folder: string, under = ""): string[] {
  return readdirSync(join(folder, under), { withFileTypes: true }).flatMap((entry) => {
    const path = join(under, entry.name);
    if (LEFT.has(entry.name)) return [];
    if (entry.isDirectory()) return sources(folder, path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

/** `@scope/name/file.js` is a file of `@scope/name`. */
function packageOf(from: string): string {
  return from
    .split("/")
    .slice(0, from.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Copies it, with what it needs, into the sandbox. @returns where it is there */
async function copyOut(example: string): Promise<string> {
  if (!existsSync(join(INSTALLED, "tx0mq"))) {
    throw new Error(
      "there is no packed tx0mq: npm run build -w tx0mq && npm run pack -w @tx0mq/packed makes it",
    );
  }
  sandbox.write("package.json", { name: "reader", private: true, type: "module" });
  cpSync(INSTALLED, join(sandbox.folder, "node_modules"), { recursive: true });
  for (const name of ["typescript", "@types/node"]) sandbox.borrow(name);

  sandbox.borrow("@tx0mq/smoke");
  const { dependencies, example: { uses = [] } = {} } = await manifest(example);
  const copy = copyFolder(example);
  for (const used of uses) copyFolder(join(example, used));
  await provide(dependencies);
  for (const file of sources(example)) {
    for (const [, from = ""] of (await readFile(join(example, file), "utf8")).matchAll(FROM)) {
      if (from.startsWith("@tx0mq/example-")) await provide({ [packageOf(from)]: "*" });
    }
  }
  return copy;
}

/** Provides packages: those that are examples are copied too, and what they depend on. */
async function provide(names: Manifest["dependencies"]): Promise<void> {
  for (const name of Object.keys(names ?? {})) {
    const link = join(sandbox.folder, "node_modules", name);
    if (existsSync(link)) continue;
    const folder = installed(name);
    if (relative(EXAMPLES, folder).startsWith("..")) {
      sandbox.borrow(name);
    } else {
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(copyFolder(folder), link, "dir");
      await provide((await manifest(folder)).dependencies);
    }
  }
}

/** Copies an example to where it is under examples/. */
function copyFolder(folder: string): string {
  const place = relative(EXAMPLES, folder);
  const copy = join(sandbox.folder, place.startsWith("..") ? basename(folder) : place);
  cpSync(folder, copy, {
    recursive: true,
    // Sockets that a program has left behind cannot be copied.
    filter: (source) => !LEFT.has(basename(source)) && !source.endsWith(".ipc"),
  });
  return copy;
}

async function checkTypes(copy: string): Promise<void> {
  sandbox.write("tsconfig.json", {
    compilerOptions: await compilerOptions(),
    include: [relative(sandbox.folder, copy)],
  });
  const wrong = await typeCheck(sandbox.folder, stop.signal);
  if (wrong !== "") throw new Error(`copied out of the repo, it does not type-check:\n${wrong}`);
}

/** @returns the name of the test */
async function runFirstTest(copy: string): Promise<string> {
  const smoke = await readFile(join(copy, "smoke.test.ts"), "utf8");
  const [, , first = ""] = /^(?:void )?test\(\s*(["'`])(.*?)\1,/ms.exec(smoke) ?? [];
  if (first === "") throw new Error("smoke.test.ts has no test");
  const pattern = `^${first.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`;
  const args = ["--import", "tsx", "--test-reporter", "tap", "--test-name-pattern", pattern];
  const { code, stdout, stderr } = await run(process.execPath, [...args, "smoke.test.ts"], copy, {
    signal: stop.signal,
  });
  // Of tests that are skipped, or named in another way than is understood here, none has run.
  if (code !== 0 || !/^ok \d+ - (?!.*# SKIP)/m.test(stdout)) {
    throw new Error(`copied out of the repo, "${first}" fails:\n${stdout}${stderr}`);
  }
  return first;
}
