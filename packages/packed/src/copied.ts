/*
 * Tries the example in the current folder as its reader has it who has copied it: out of the repo,
 * with what npm has installed for its package.json. There it may import nothing but its own files and
 * what it declares; npm start has to run its programs, and Ctrl-C has to end them.
 */
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { createServer } from "node:net";
import { basename, delimiter, dirname, join, relative } from "node:path";
import { type TestContext, test } from "node:test";
import { type Command, type Program, Stage } from "@tx0mq/smoke";
import { manifest } from "./manifest.ts";
import { installInto, MODEL, ROOT } from "./sandbox.ts";

/** What no reader copies. */
const LEFT = new Set(["node_modules", ".turbo", "coverage", "dist"]);
/** Where an import statement, or an export of what is imported, takes it from. */
const FROM =
  /^(?:import\s+(?:[^;"()]*?\sfrom\s+)?|export\s+(?:type\s+)?(?:\*[^;"]*|\{[^}]*\})\s+from\s+)"([^"]+)"/gm;
/** A port of this machine, in an address or as package.json tells of it: `bind tcp://*:5556 / *:5566`. */
const PORT = /(?:(?:\*|\b(?:localhost|127\.0\.0\.1|[A-Z]+)):|\budp broadcast )(\d{4,5})\b/g;
/** What may be a port too, as in `{ port: 9000 }`. */
const NUMBER = /\b\d{4,5}\b/g;
/** An endpoint in package.json, if it is an address alone: `bind tcp://*:5555`, but not `bind ipc://SELF-cloud.ipc`. */
const ENDPOINT = /^\w+ (\w+:\/\/[^A-Z\s]+)$/;
/** How far from a port is the one that claims it: where no copy's are. */
const CLAIMS = 26_000;
/** A program in a script. */
const PROGRAM = /[\w./-]+\.ts\b/g;

const example = process.cwd();
const its = await manifest(example);
const used = (its.example?.uses ?? []).map((path) => join(example, path));

test(`${its.name} imports its own files and what it declares`, async () => {
  const wrong: string[] = [];
  for (const file of programs(example)) {
    for (const [, from = ""] of (await readFile(join(example, file), "utf8")).matchAll(FROM)) {
      if (!(await mayImport(from))) wrong.push(`${file} imports ${from}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test(`${its.name} has the endpoints that its package.json tells of`, async () => {
  for (const { name, endpoints = [] } of its.example?.programs ?? []) {
    const source = await readFile(join(example, `${name}.ts`), "utf8");
    for (const endpoint of endpoints) {
      const [, address] = ENDPOINT.exec(endpoint) ?? [];
      if (address !== undefined) assert(source.includes(`"${address}"`), `${name}: ${endpoint}`);
    }
  }
});

test(`${its.name} runs, copied out of the repo`, async (t) => {
  const stage = new Stage(t, import.meta.url);
  const copy = await copyOut(stage, t);
  // tsx keeps there what it has compiled: nobody needs that again.
  const env = { ...strangers(process.env), TMPDIR: stage.folder };
  const { start = "" } = (await manifest(copy)).scripts ?? {};
  const started: readonly string[] = start.match(PROGRAM) ?? [];
  const all = stage.start(npmStart(start, copy), [], { cwd: copy, env, name: "npm start" });
  await speak(all, start.startsWith("tx0mq-run ") ? started.length : 1);
  await endsOnCtrlC(all);

  for (const { name } of its.example?.programs ?? []) {
    if (started.includes(`${name}.ts`)) continue;
    const command = [process.execPath, "--import", "tsx", `${name}.ts`] as const;
    const alone = stage.start({ command }, [], { cwd: copy, env, name });
    await alone.line(/./, { from: "stdout" });
    await endsOnCtrlC(alone);
  }
});

/** The TypeScript that runs in a copy: tests need what the root has. */
function programs(folder: string): string[] {
  return readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
}

async function mayImport(from: string): Promise<boolean> {
  if (!from.startsWith(".")) return isBuiltin(from) || packageOf(from) in { ...its.dependencies };
  return [example, ...used].includes(dirname(join(example, from)));
}

/** `@scope/name/file.js` is a file of `@scope/name`. */
function packageOf(from: string): string {
  return from
    .split("/")
    .slice(0, from.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Copies the example, and those that it uses, as they lie to one another. @returns where it is */
async function copyOut(stage: Stage, t: TestContext): Promise<string> {
  const folders = [...(await withThoseUsed(example))];
  let top = dirname(example);
  while (folders.some((folder) => relative(top, folder).startsWith(".."))) top = dirname(top);
  const copies = folders.map((folder) => {
    const copy = join(stage.folder, relative(top, folder));
    // Sockets that a program has left behind cannot be copied.
    const filter = (path: string) => !LEFT.has(basename(path)) && !path.endsWith(".ipc");
    cpSync(folder, copy, { recursive: true, filter });
    return copy;
  });
  await moveEndpoints(copies, stage, t);
  for (const copy of copies) await installInto(copy);
  return copies[0] ?? "";
}

/** A folder, those of the examples that it uses, and of those that they use. */
async function withThoseUsed(folder: string, found = new Set<string>()): Promise<Set<string>> {
  if (found.has(folder)) return found;
  found.add(folder);
  const { uses = [] } = (await manifest(folder)).example ?? {};
  for (const path of uses) await withThoseUsed(join(folder, path), found);
  return found;
}

/**
 * Moves the guide's ports, all as far, to where they are free: copies are tried beside each other. With them
 * goes every number that is the same, for not all ports are written in an address.
 */
async function moveEndpoints(
  copies: readonly string[],
  stage: Stage,
  t: TestContext,
): Promise<void> {
  const files = copies.flatMap((copy) =>
    [...programs(copy), "package.json"].map((file) => join(copy, file)),
  );
  const texts = files.map((file) => readFileSync(file, "utf8"));
  const ports = new Set(
    texts.flatMap((text) => Array.from(text.matchAll(PORT), ([, port]) => Number(port))),
  );
  const by = await claim([...ports], t);
  for (const [i, file] of files.entries()) {
    let text = texts[i] ?? "";
    for (const [place, own] of places(stage)) text = text.replaceAll(place, own);
    const moved = text.replace(NUMBER, (number) =>
      ports.has(Number(number)) ? `${Number(number) + by}` : number,
    );
    writeFileSync(file, moved);
  }
}

/** Where else a copy would meet others, and where it is instead. Only Linux broadcasts to itself. */
function places({ folder }: Stage): [string, string][] {
  const broadcast = "255.255.255.255";
  return [
    ["ipc:///tmp/", `ipc://${folder}/`],
    ["interface: firstInterface(),", 'interface: "127.0.0.1",'],
    [broadcast, process.platform === "linux" ? "127.255.255.255" : broadcast],
  ];
}

/**
 * Finds out how far to move ports so that they are free. They stay below those that a system gives away. No other
 * copy moves its own there until this test is over: whoever does so holds a UDP port for each, CLAIMS further.
 */
async function claim(ports: readonly number[], t: TestContext): Promise<number> {
  const by = 1000 + Math.ceil(Math.random() * 20_000);
  const claims = ports.map(() => createSocket("udp4"));
  const release = () => {
    for (const claim of claims) claim.close();
  };
  try {
    for (const [i, port] of ports.entries()) {
      claims[i]?.bind({ port: port + by + CLAIMS, address: "127.0.0.1", exclusive: true });
      await once(claims[i] as Socket, "listening");
      const server = createServer().listen(port + by);
      await once(server, "listening");
      await once(server.close(), "close");
    }
  } catch (error) {
    release();
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return claim(ports, t);
  }
  t.after(release);
  return by;
}

/**
 * What `npm start` is. By npm itself, which takes longer than many a program, in the example that a reader
 * meets first; elsewhere as npm has it done: by the shell, with the commands of what the copy depends on.
 */
function npmStart(start: string, copy: string): Command {
  if (example === MODEL) return { command: ["npm", "start", "--silent"] };
  const commands = join(copy, "node_modules/.bin");
  return { command: ["/bin/sh", "-c", `PATH="${commands}:$PATH"; ${start}`] };
}

/** The environment of somebody who is not in this repository. */
function strangers(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const npms = Object.keys(env).filter((name) => /^npm_|^INIT_CWD$/i.test(name));
  const path = (env.PATH ?? "").split(delimiter).filter((folder) => {
    return !/\bnode_modules\b/.test(folder) && relative(ROOT, folder).startsWith("..");
  });
  return {
    ...Object.fromEntries(npms.map((name) => [name, undefined])),
    PATH: path.join(delimiter),
  };
}

/** Waits until so many programs have printed a line. */
async function speak(all: Program, count: number): Promise<void> {
  const seen = new Set<string>();
  while (seen.size < count) {
    const { input } = await all.line(/./, { from: "stdout" });
    seen.add(count === 1 ? "" : (/^\[.*?\]/.exec(input)?.[0] ?? ""));
  }
}

/** There was nothing to complain about; it ends on Ctrl-C, unless it has done its work by then. */
async function endsOnCtrlC(program: Program): Promise<void> {
  assert.deepEqual(program.errors, []);
  if (program.running) program.kill("SIGINT", { group: true });
  const { code, signal } = await program.exit();
  assert(code === 0 || code === 130 || signal === "SIGINT", `${program.name}: ${code} ${signal}`);
}
