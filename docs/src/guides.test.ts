// Programs, and what the tables say is "here", are checked against the library: by TypeScript, and by running them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as library from "tx0mq";
import * as commandLine from "tx0mq/flags";
import * as threads from "tx0mq/thread";
import ts from "typescript";

const GUIDES = fileURLToPath(new URL("../guides", import.meta.url));
const DOCS = fileURLToPath(new URL("..", import.meta.url));

interface Code {
  readonly guide: string;
  readonly line: number;
  readonly text: string;
}

/** What a guide's fragments may speak of. */
const KNOWN = `
import * as library from "tx0mq";
type All<T> = (T extends unknown ? (it: T) => void : never) extends (it: infer U) => void ? U : never;
type Options = Partial<All<library.FactoryOptions | library.XREQOptions | library.XREPOptions
  | library.PubOptions | library.SubOptions | library.ReqOptions | library.RouterOptions | library.DealerOptions
  | library.XPubOptions | library.StreamOptions | { singleFrame: boolean } | { timeout: number; signal: AbortSignal }>>;
type Keys<T> = T extends unknown ? keyof T : never;
type Members = Keys<library.ZmqXREPConnection | library.ZmqXREQConnection | library.ZmqSubConnection
  | library.ZmqPubConnection | library.ZmqDishConnection | library.ZmqFactory | library.ZmqProxy | library.ZmqAuthenticator | library.ZmqError>;
declare global {
  const factory: library.ZmqFactory;
  const connection: library.ZmqDealerConnection;
  const [server, client]: [library.ZmqXREPConnection, library.ZmqXREQConnection];
  const [xrep, xreq]: [library.ZmqXREPConnection, library.ZmqXREQConnection];
  const [rep, req]: [library.ZmqRepConnection, library.ZmqReqConnection];
  const [pub, sub]: [library.ZmqPubConnection, library.ZmqSubConnection];
  const [push, pull]: [library.ZmqPushConnection, library.ZmqPullConnection];
  const [router, dealer]: [library.ZmqRouterConnection, library.ZmqDealerConnection];
  const [frontend, backend]: [library.ZmqRouterConnection, library.ZmqRouterConnection];
  const auth: library.ZmqAuthenticator;
  const [id, worker, frame]: [Buffer, Buffer, Buffer];
  const requestId: library.RequestId;
  const signal: AbortSignal;
  const [address, known]: [string, string];
  function find(key: string): Promise<string | undefined>;
  function check(username: string, password: string): boolean;
  /** An option. */
  function options(of: Options): void;
  /** A name of the library: of an export, an option, a member or an event. */
  function name(of: keyof typeof library | keyof typeof import("tx0mq/thread") | keyof Options | Members
    | keyof library.ConnectionEvents<unknown> | keyof library.AuthenticatorEvents | "Buffer"): void;
}
`;

const NAMES = Object.keys({ ...library, ...commandLine, ...threads });

/** The programs and fragments in TypeScript of a guide. */
function blocks(guide: string, text: string): Code[] {
  return Array.from(text.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ({ index, 1: code = "" }) => ({
    guide,
    line: text.slice(0, index).split("\n").length + 1,
    text: code,
  }));
}

/** What stands in the column "here" of a guide's tables. */
function cells(guide: string, text: string): Code[] {
  let inside = false;
  return text.split("\n").flatMap((row, i) => {
    const columns = row.split("|").map((cell) => cell.trim());
    if (!row.startsWith("|")) inside = false;
    else if (columns.at(-2) === "here") inside = true;
    else if (inside) {
      const codes = columns.at(-2)?.matchAll(/`([^`]+)`/g) ?? [];
      return Array.from(codes, ([, code = ""]) => ({ guide, line: i + 1, text: statement(code) }));
    }
    return [];
  });
}

function statement(code: string): string {
  if (/^"?\w+"?$/.test(code)) return `name(${code.startsWith('"') ? code : `"${code}"`});`;
  return code.startsWith("{") ? `options(${code});` : code;
}

/** A fragment as a module: it imports what it names. */
function asModule({ text }: Code): string {
  if (/from "tx0mq/.test(text)) return `export {}; ${text}`;
  const used = NAMES.filter((name) => new RegExp(`(?<!["'.])\\b${name}\\b(?!")`).test(text));
  const from = (list: readonly string[], module: string) =>
    list.length === 0 ? "" : `import { ${list.join(", ")} } from "${module}"; `;
  const own = (module: object) => used.filter((name) => name in module);
  return `export {}; ${from(own(library), "tx0mq")}${from(own(threads), "tx0mq/thread")}${text}`;
}

/** What each of them is checked against, read once. */
const declarations = new Map<string, ts.SourceFile | undefined>();

/** What TypeScript has to say of them. */
function errors(codes: readonly Code[]): string[] {
  const sources = new Map([[join(GUIDES, "known.ts"), KNOWN]]);
  const places = new Map<string, Code>();
  for (const [n, code] of codes.entries()) {
    const file = join(GUIDES, `${n}.ts`);
    sources.set(file, asModule(code));
    places.set(file, code);
  }
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    noImplicitOverride: true,
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    types: ["node"],
    module: ts.ModuleKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.getSourceFile = (file, ...rest) => {
    const source = sources.get(file);
    if (source !== undefined) return ts.createSourceFile(file, source, ts.ScriptTarget.ES2023);
    if (!declarations.has(file)) declarations.set(file, getSourceFile(file, ...rest));
    return declarations.get(file);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const code = places.get(file?.fileName ?? "");
    const line = file?.getLineAndCharacterOfPosition(start).line ?? 0;
    const why = ts.flattenDiagnosticMessageText(messageText, " ");
    return `${code?.guide ?? file?.fileName}:${(code?.line ?? 1) + line}: ${why}`;
  });
}

const guides = readdirSync(GUIDES)
  .filter((name) => name.endsWith(".md"))
  .map((name) => ({
    name,
    text: readFileSync(join(GUIDES, name), "utf8"),
  }));

test("what the guides show is what the library has", () => {
  const codes = guides.flatMap(({ name, text }) => [...blocks(name, text), ...cells(name, text)]);
  assert(codes.length > 100);
  assert.deepEqual(errors(codes), []);
});

test("what the library does not have is found, in programs and in tables", () => {
  const text = `
\`\`\`ts
await push.send("a");
await push.post("a");
\`\`\`

| there | here |
| --- | --- |
| \`linger\` | \`{ linger: 1 }\`, \`lingers\`, \`{ lingerPeriod: 1 }\` |
| \`"connect"\` | \`"connect"\`, \`connection.on("connect", () => {})\` |
`;
  const found = errors([...blocks("a.md", text), ...cells("a.md", text)]);
  assert.deepEqual(
    found.map((error) => error.replace(/: .*/, "")),
    ["a.md:4", "a.md:9", "a.md:9", "a.md:10", "a.md:10"],
    found.join("\n"),
  );
});

const run = promisify(execFile);
for (const { name, text } of guides) {
  const shown = text.matchAll(/^```ts\n([\s\S]*?)^```\n+```text\n([\s\S]*?)^```$/gm);
  for (const [, program = "", output] of shown) {
    const [, what] = /new (\w+Connection)/.exec(program) ?? [];
    test(`${name}: the program with a ${what} prints what is told`, async () => {
      const args = ["--input-type=module", "--eval", program];
      const { stdout } = await run(process.execPath, args, { cwd: DOCS });
      assert.equal(stdout, output);
    });
  }
}
