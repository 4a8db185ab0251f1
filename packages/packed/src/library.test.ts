import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { manifest } from "./manifest.ts";
import {
  bin,
  compilerOptions,
  installedBy,
  LIBRARY,
  Sandbox,
  succeed,
  typeCheck,
} from "./sandbox.ts";

const sandbox = new Sandbox();
const installed = join(sandbox.folder, "node_modules/tx0mq");
before(() => sandbox.install());
after(() => sandbox.remove());

/** A program as a stranger writes it, in an ES module. */
const HELLO = `import { version, ZmqFactory, ZmqRepConnection, ZmqReqConnection, zmqVersion } from "tx0mq";
import { flags, oneOf } from "tx0mq/flags";

const { greeting, whom } = flags({ greeting: oneOf("Hello", "Bye"), whom: "World" });
await using factory = new ZmqFactory();
for (const address of ["inproc://hello", "tcp://127.0.0.1:*"]) {
  const rep = new ZmqRepConnection(factory, { bind: address });
  rep.on("message", ([request]) => rep.send(\`\${request}, \${whom}\`));
  const req = new ZmqReqConnection(factory, { connect: rep.address });
  await req.send(greeting);
  const [reply] = await req.receive();
  console.log(String(reply));
}
console.log(version, zmqVersion());
`;
/** The same as plain JavaScript, in which Node 20 has no `await using` yet. */
const HELLO_JS = `${HELLO.replace("await using", "const")}await factory.shutdown();\n`;
/** The rest of it in a function: in CommonJS there is no await outside of one. */
const HELLO_IN_FUNCTION = HELLO_JS.replace(/\n\n([\s\S]+)/, "\n\n(async () => {\n$1})();\n");

async function checkHello(output: string): Promise<void> {
  const [inproc, tcp, versions] = output.trim().split("\n");
  assert.deepEqual([inproc, tcp], ["Hello, World", "Hello, World"]);
  const { version } = await manifest(LIBRARY);
  assert.match(versions ?? "", /^\d+\.\d+\.\d+ 4\.\d+\.\d+$/);
  assert.equal(versions?.split(" ")[0], version, "version is that of package.json");
}

test("a stranger installs it offline and says hello over inproc and tcp", async () => {
  assert.equal((await manifest(installed)).name, "tx0mq");
  sandbox.write("hello.js", HELLO_JS);
  await checkHello(await succeed(process.execPath, ["hello.js"], sandbox.folder));
});

test("CommonJS requires it", async () => {
  const required = HELLO_IN_FUNCTION.replace(
    /^import (.*) from (.*);$/gm,
    (_line, names: string, from: string) => `const ${names} = require(${from});`,
  );
  sandbox.write("hello.cjs", required);
  await checkHello(await succeed(process.execPath, ["hello.cjs"], sandbox.folder));
});

test("where another engine is wanted and not installed, one line says what to install", async () => {
  sandbox.write("other.js", 'import { ZmqFactory } from "tx0mq";\nnew ZmqFactory();\n');
  await assert.rejects(
    succeed("env", ["TX0MQ_ENGINE=zmtp", process.execPath, "other.js"], sandbox.folder),
    /option engine: TX0MQ_ENGINE=zmtp needs the package @tx0mq\/zmtp: npm install @tx0mq\/zmtp\n/,
  );
});

const RESOLUTIONS = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  // As in the tsconfig.json that `tsc --init` writes, no types are named: the library asks for those of Node.js.
  bundler: { module: "esnext", moduleResolution: "bundler", types: [] },
};
for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
  test(`a consumer with moduleResolution ${name} type-checks`, async () => {
    await checkTypes(name, HELLO, resolution);
  });
}

test("a consumer with moduleResolution node10 compiles to CommonJS, and runs", async () => {
  // The last major version of TypeScript that knows node10 is 5: here, the one of another tool.
  const old = installedBy("@arethetypeswrong/core", "typescript");
  const node10 = { module: "commonjs", moduleResolution: "node10", target: "es2022" };
  const types = { lib: ["es2023", "esnext.disposable"], types: ["node"], strict: true };
  const folder = await checkTypes("node10", HELLO_IN_FUNCTION, { ...node10, ...types }, old);
  sandbox.write("node10/package.json", { type: "commonjs" });
  await checkHello(await succeed(process.execPath, ["hello.js"], folder));
});

/** Type-checks a program in a folder of its own, beside a wrong one, which fails. @returns the folder */
async function checkTypes(
  name: string,
  hello: string,
  options: object,
  compiler?: string,
): Promise<string> {
  const folder = join(sandbox.folder, name);
  const strict = compiler === undefined ? await compilerOptions() : {};
  sandbox.borrow("@types/node");
  sandbox.write(`${name}/tsconfig.json`, {
    compilerOptions: { ...strict, ...options, skipLibCheck: false },
  });
  sandbox.write(`${name}/hello.ts`, hello);
  sandbox.write(`${name}/wrong.ts`, `${hello}ZmqFactory.noSuchMethod();\noneOf(1);\n`);
  const found = await typeCheck(folder, undefined, compiler);
  const errors = found.split("\n").filter((line) => /^\S/.test(line));
  assert.deepEqual(
    errors.map((line) => line.replace(/\(.*?\)|(?<=TS\d+):.*/g, "")),
    ["wrong.ts: error TS2339", "wrong.ts: error TS2345"],
    `of types that are found, only what is wrong has errors: ${found}`,
  );
  return folder;
}

/** Prints what tells a reader of a log which kind of error and of connection it was. */
const NAMES = `import * as zmq from "tx0mq";
const factory = new zmq.ZmqFactory();
const pull = new zmq.ZmqPullConnection(factory, { bind: "inproc://here" });
const xreq = new zmq.ZmqXREQConnection(factory, { connect: "inproc://here" });
const error = await pull.receive({ timeout: 0 }).catch((error) => error);
console.log([error.name, error, pull, xreq].join("\\n"));
await factory.shutdown();
`;

/** Makes a program of one file, which needs the `zeromq` package beside it. */
async function bundle(from: string, to: string, ...options: string[]): Promise<void> {
  const esbuild = join(installedBy("tsx", "esbuild"), "bin/esbuild");
  const args = [esbuild, from, `--outfile=${to}`, "--bundle", "--platform=node", ...options];
  await succeed(process.execPath, args, sandbox.folder);
}

test("a bundle of CommonJS runs", async () => {
  sandbox.write("bundled.js", HELLO_IN_FUNCTION);
  await bundle("bundled.js", "bundled.cjs", "--format=cjs", "--log-level=error");
  await checkHello(await succeed(process.execPath, ["bundled.cjs"], sandbox.folder));
});

test("names survive a minifier", async () => {
  sandbox.write("names.js", NAMES);
  await bundle("names.js", "names.min.js", "--minify", "--format=esm");
  const output = await succeed(process.execPath, ["names.min.js"], sandbox.folder);
  assert.deepEqual(output.trim().split("\n"), [
    "ZmqTimeoutError",
    "ZmqTimeoutError: no message within 0 ms",
    "PULL connection (bind inproc://here)",
    "XREQ connection (connect inproc://here)",
  ]);
});

test("the old resolution finds the types of each export", async () => {
  const { exports, typesVersions } = JSON.parse(
    await readFile(join(installed, "package.json"), "utf8"),
  ) as {
    exports: Record<string, { types: string } | string>;
    typesVersions: { "*": Record<string, string[]> };
  };
  const types = Object.entries(exports).flatMap(([path, to]) =>
    path === "." || typeof to === "string" ? [] : [[path.slice(2), [to.types]]],
  );
  assert.deepEqual(typesVersions["*"], Object.fromEntries(types));
});

test("the tarball has what is needed to use it, and nothing else", async () => {
  const { files } = sandbox;
  for (const file of ["package.json", "README.md", "LICENSE", "dist/index.js", "dist/index.d.ts"]) {
    assert(files.includes(file), file);
  }
  const odd = files.filter(
    (file) =>
      !/^(package\.json|README\.md|CHANGELOG\.md|LICENSE|bin\/tx0mq-run\.js|dist\/[\w/-]+\.(js|d\.ts|js\.map|d\.ts\.map))$/.test(
        file,
      ) || /test|testing|^src/.test(file),
  );
  assert.deepEqual(odd, []);
  const sources = await readdir(join(LIBRARY, "src"), { recursive: true });
  for (const file of files) {
    const [, path] = /^dist\/(.+)\.js$/.exec(file) ?? [];
    if (path !== undefined) assert(sources.includes(`${path}.ts`), `${file} is left from before`);
  }
});

test("all that it imports is Node's own or among its dependencies", async () => {
  const { optionalDependencies = {} } = await manifest(installed);
  for (const file of sandbox.files.filter((path) => /\.(js|d\.ts)$/.test(path))) {
    const code = await readFile(join(installed, file), "utf8");
    for (const [, name = ""] of code.matchAll(
      /^(?:import|export)\b[^;]*? from "([^."][^"]*)";/gm,
    )) {
      assert(isBuiltin(name) || name in optionalDependencies, `${file} imports ${name}`);
    }
  }
});

test("are the types wrong? No", async () => {
  const args = [sandbox.tarball, "--no-emoji", "--no-color"];
  // CommonJS requires the ES modules, as Node has been able to since 20.19.
  args.push("--ignore-rules", "cjs-resolves-to-esm");
  const { code, stdout, stderr } = await bin("@arethetypeswrong/cli", args, sandbox.folder);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /node10 +│ OK .*│ OK/);
  assert.match(stdout, /node16 \(from ESM\) │ OK \(ESM\) │ OK \(ESM\)/);
});

test("every export has a doc comment", async () => {
  const read = (path: string): Promise<string> =>
    readFile(join(installed, "dist", path.replace(/\.js$/, ".d.ts")), "utf8");
  const missing: string[] = [];
  const index = await read("index.js");
  let seen = 0;
  for (const [, list = "", path = ""] of index.matchAll(
    /^export (?:type )?(\*|\{[^}]*\}) from "\.\/([^"]+)";/gm,
  )) {
    const lines = (await read(path)).split("\n");
    const wanted = list.match(/\b(?!type\b)\w+/g) ?? declared(lines);
    for (const name of wanted) {
      seen += 1;
      const from = lines.findIndex((line) => declares(line) === name);
      assert(from >= 0, `${path} declares ${name}`);
      if (!hasComment(lines, from)) missing.push(`${path}: ${name}`);
    }
  }
  assert(seen > 100, `${seen} exports were found`);
  assert.deepEqual(missing, []);
});

function declares(line: string): string | undefined {
  return /^export (?:declare )?(?:abstract )?(?:class|function|const|interface|type|let) (\w+)/.exec(
    line,
  )?.[1];
}

function declared(lines: readonly string[]): string[] {
  return lines.map(declares).filter((name) => name !== undefined);
}

function hasComment(lines: readonly string[], at: number): boolean {
  return lines[at - 1]?.trimEnd().endsWith("*/") === true;
}
