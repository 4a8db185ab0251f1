import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Program, Stage } from "@tx0mq/smoke";
import { manifest } from "./manifest.ts";
import { dependenciesOfExamples, MODEL } from "./sandbox.ts";

const BIN = fileURLToPath(new URL("../bin/copied.js", import.meta.url));
const { dependencies } = await manifest(MODEL);
const GREETING = 'import { version } from "tx0mq";\nconsole.log("tx0mq", version);\n';
const SERVER = `import { ZmqFactory, ZmqRepConnection } from "tx0mq";

const factory = new ZmqFactory();
factory.registerForShutdown();
const server = new ZmqRepConnection(factory, { bind: "tcp://*:5555" });
console.log("listening on", server.endpoints[0]?.address);
for await (const request of server) await server.send(request);
`;

/** What an example may tell of itself, and what else is in its package.json. */
interface Told {
  readonly start?: string;
  readonly programs?: readonly string[];
  readonly endpoints?: readonly string[];
  readonly uses?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** An example with the files given, which is then tried as a copy. */
function copied(t: TestContext, files: Readonly<Record<string, string>>, told: Told = {}): Program {
  const stage = new Stage(t, import.meta.url);
  const { start = "tsx greeting.ts", programs = [], endpoints = [], uses = [] } = told;
  const its = {
    name: "greeting",
    type: "module",
    scripts: { start },
    example: { programs: programs.map((name) => ({ name, endpoints })), uses },
    dependencies: told.dependencies ?? dependencies,
  };
  const model = JSON.stringify({ type: "module", dependencies });
  const all = {
    "other/package.json": model,
    "chapter/greeting/package.json": JSON.stringify(its),
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(join(stage.folder, dirname(name)), { recursive: true });
    writeFileSync(join(stage.folder, name), content);
  }
  return stage.start({ command: [process.execPath, "--test-reporter=tap", BIN] }, [], {
    cwd: join(stage.folder, "chapter/greeting"),
    env: { TMPDIR: stage.folder },
  });
}

async function passes(program: Program): Promise<void> {
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  await program.line(/^ok .*imports its own files/);
  await program.line(/^ok .*runs, copied out/);
}

async function fails(program: Program, ...complaints: readonly RegExp[]): Promise<void> {
  assert.deepEqual(await program.exit(), { code: 1, signal: null });
  for (const complaint of complaints) assert.match(program.lines.join("\n"), complaint);
}

describe("an example, copied out of the repo,", { concurrency: true }, () => {
  test("starts with what it declares", async (t) => {
    const hello = `${GREETING}import "zod";\nimport { hi } from "./hi.ts";\nhi();\n`;
    const hi = 'export const hi = (): void => console.log("hi");\n';
    const files = { "chapter/greeting/greeting.ts": hello, "chapter/greeting/hi.ts": hi };
    const { zod = "" } = await dependenciesOfExamples();
    await passes(copied(t, files, { dependencies: { zod, ...dependencies } }));
  });

  test("ends on Ctrl-C, with those that it uses, on ports of its own", async (t) => {
    const one = copied(
      t,
      { "chapter/greeting/greeting.ts": SERVER, "other/server.ts": SERVER.replace("5555", "5556") },
      {
        start: "tx0mq-run ../../other/server.ts greeting.ts",
        uses: ["../../other"],
        programs: ["greeting"],
      },
    );
    await passes(one);
  });

  test("has ports of its own also where they are in no address, and on its command line", async (t) => {
    const moved = (port: string, guides: string) =>
      `if (String(${port}) === "55" + "${guides.slice(2)}") throw "${port} is not moved";\n`;
    const argument = moved("process.argv[2]?.slice(-4)", "5557");
    const files = {
      "chapter/greeting/greeting.ts": `${moved("5555", "5555")}${moved("5556", "5556")}${argument}${GREETING}`,
    };
    const endpoints = ["bind tcp://*:5555 / *:5556"];
    const start = "tsx greeting.ts tcp://*:5557";
    await passes(copied(t, files, { start, programs: ["greeting"], endpoints }));
  });

  test("comes with those that the ones that it uses need", async (t) => {
    const other = { type: "module", dependencies, example: { programs: [], uses: ["../third"] } };
    const files = {
      "chapter/greeting/greeting.ts": `import "../../other/hi.ts";\n${GREETING}`,
      "other/package.json": JSON.stringify(other),
      "other/hi.ts": 'import "../third/hi.ts";\n',
      "third/package.json": JSON.stringify({ type: "module", dependencies }),
      "third/hi.ts": 'console.log("hi");\n',
    };
    await passes(copied(t, files, { uses: ["../../other"], programs: ["greeting"] }));
  });

  test("has everything in its folder that it needs", async (t) => {
    // Both run for ever: where one had done its work, the other would be ended too.
    const files = { "chapter/greeting/greeting.ts": SERVER, "other/server.ts": SERVER };
    const start = "tx0mq-run ../../other/server.ts greeting.ts";
    await fails(copied(t, files, { start }), /ERR_MODULE_NOT_FOUND|Cannot find module/);
  });

  test("imports nothing that it does not declare", async (t) => {
    const greeting = [
      'import {\n  Socket,\n} from "zeromq";',
      'import type { Stage } from "@tx0mq/smoke";',
      'export * from "../elsewhere/hi.ts";',
      'import "typescript/unstable";',
      'import "node:fs";',
    ].join("\n");
    const program = copied(t, { "chapter/greeting/greeting.ts": greeting });
    await fails(program, /greeting\.ts imports zeromq/, /imports @tx0mq\/smoke/);
    const said = program.lines.join("\n");
    assert.match(said, /imports \.\.\/elsewhere\/hi\.ts/);
    assert.match(said, /imports typescript\/unstable/);
    assert.doesNotMatch(said, /imports node:fs/);
  });

  test("has the endpoints that it tells of", async (t) => {
    // A comment does not count.
    const greeting = `// tcp://localhost:5556\n${GREETING}console.log("tcp://*:5555");\n`;
    const endpoints = ["bind tcp://*:5555", "bind ipc://SELF.ipc", "connect tcp://localhost:5556"];
    const told = { programs: ["greeting"], endpoints };
    const program = copied(t, { "chapter/greeting/greeting.ts": greeting }, told);
    await fails(program, /greeting: connect tcp:\/\/localhost:5556/);
    await program.line(/^ok .*runs, copied out/);
  });

  test("runs each of its programs, and shows why one does not", async (t) => {
    const files = {
      "chapter/greeting/greeting.ts": GREETING,
      "chapter/greeting/second.ts": 'throw new Error("so sorry");\n',
    };
    await fails(copied(t, files, { programs: ["greeting", "second"] }), /second +! .*so sorry/);
  });

  test("finds nothing that it does not declare", async (t) => {
    const program = copied(t, { "chapter/greeting/greeting.ts": 'await import("zeromq");\n' });
    await fails(program, /npm start ! .*Cannot find package 'zeromq'/);
  });

  test("says where to declare a package that no other example depends on", async (t) => {
    const files = { "chapter/greeting/greeting.ts": `import "esbuild";\n${GREETING}` };
    const program = copied(t, files, { dependencies: { esbuild: "*", ...dependencies } });
    await fails(program, /"esbuild": "\*" in the devDependencies of packages\/packed/);
  });
});
