import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, watch, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Program, Stage } from "@tx0mq/smoke";
import { ROOT } from "./sandbox.ts";

const BIN = fileURLToPath(new URL("../bin/copied.mjs", import.meta.url));
const TEST = `import assert from "node:assert/strict";
import { test } from "node:test";
`;
/** What an example's smoke test finds when it is a copy. */
const OUTSIDE = `${TEST}import { realpathSync } from "node:fs";
import { createRequire } from "node:module";

test("says (it is) [outside]", () => {
  const fromHere = createRequire(import.meta.url);
  const library = realpathSync(fromHere.resolve("tx0mq/package.json"));
  const binding = realpathSync(createRequire(library).resolve("zeromq/package.json"));
  for (const path of [import.meta.filename, library, binding]) {
    assert(!path?.startsWith(${JSON.stringify(ROOT)}), path);
  }
});
`;

/** A smoke test that says where it is, and does not end. */
const WAITS = `import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";

test("waits", async () => {
  const socket = connect(Number(process.env["PORT"]), "127.0.0.1");
  socket.write(process.cwd());
  await once(socket, "close");
});
`;

/** An example with the files given, which is then tried as a copy. */
function copied(t: TestContext, files: Readonly<Record<string, string>>, env = {}): Program {
  const stage = new Stage(t, import.meta.url);
  const manifest = {
    name: "greeting",
    type: "module",
    dependencies: { tsx: "*", tx0mq: "*" },
  };
  const all = { "package.json": JSON.stringify(manifest), "smoke.test.ts": OUTSIDE, ...files };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(join(stage.folder, "greeting"), { recursive: true });
    writeFileSync(join(stage.folder, "greeting", name), content);
  }
  return stage.start({ command: [process.execPath, BIN] }, [], {
    cwd: join(stage.folder, "greeting"),
    env: { ...env, TMPDIR: stage.folder },
  });
}

async function fails(program: Program, ...complaints: readonly RegExp[]): Promise<void> {
  assert.deepEqual(await program.exit(), { code: 1, signal: null });
  for (const complaint of complaints) assert.match(program.errors.join("\n"), complaint);
  assert.deepEqual(program.lines, []);
}

test("an example that has what it needs runs, and one line says so", async (t) => {
  const program = copied(t, {
    "greeting.ts":
      'import { version } from "tx0mq";\nimport { hi } from "./hi.ts";\nhi(version);\n',
    "hi.ts": "export const hi = (what: string): void => console.log(what);\n",
  });
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  assert.deepEqual(program.errors, []);
  assert.equal(program.lines.length, 1);
  assert.match(program.lines[0] ?? "", /^greeting, .*says \(it is\) \[outside\]$/);
});

test("what it imports without declaring it is named", async (t) => {
  const program = copied(t, {
    "greeting.ts": [
      'import {\n  Socket,\n} from "zeromq";',
      'import type { Stage } from "@tx0mq/smoke";',
      'export * from "../elsewhere/hi.ts";',
      'import "typescript/unstable";',
      'import "node:fs";',
    ].join("\n"),
  });
  await fails(program, /^ {2}greeting\.ts imports zeromq$/m, /imports @tx0mq\/smoke$/m);
  assert.match(program.errors.join("\n"), /imports \.\.\/elsewhere\/hi\.ts$/m);
  assert.match(program.errors.join("\n"), /imports typescript\/unstable$/m);
  assert.doesNotMatch(program.errors.join("\n"), /node:fs/);
});

test("it has to type-check", async (t) => {
  const program = copied(t, {
    "greeting.ts": 'import { version } from "tx0mq";\nexport const n: number = version;\n',
  });
  await fails(program, /greeting\.ts\(2,14\): error TS2322/);
});

test("its test has to pass, and shows why it does not", async (t) => {
  const smoke = `${TEST}test("one", () => assert.fail("so sorry"));\n`;
  await fails(copied(t, { "smoke.test.ts": smoke }), /"one" fails/, /so sorry/);
});

test("a test that is skipped has not passed", async (t) => {
  const smoke = 'import { test } from "node:test";\ntest("one", { skip: true }, () => {});\n';
  await fails(copied(t, { "smoke.test.ts": smoke }), /"one" fails/);
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test(`stopped early by ${signal}, it leaves no folder`, async (t) => {
    const server = createServer().listen(0, "127.0.0.1");
    t.after(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const program = copied(t, { "smoke.test.ts": WAITS }, { PORT: String(port) });
    const [socket] = (await once(server, "connection")) as [Socket];
    socket.on("error", () => {}); // Its other end is killed.
    const [data] = (await once(socket, "data")) as [Buffer];
    const folder = dirname(String(data));
    assert.match(folder, /tx0mq-packed-\w+$/);
    assert(existsSync(folder));

    const removed = gone(t, folder);
    program.kill(signal, { group: signal === "SIGKILL" });
    const end = signal === "SIGTERM" ? { code: 143, signal: null } : { code: null, signal };
    assert.deepEqual(await program.exit(), end);
    if (signal === "SIGTERM") assert(!existsSync(folder));
    await removed;
    if (!socket.closed) await once(socket, "close"); // The test has ended as well.
  });
}

/** Waits until a folder is not there any more. */
async function gone(t: TestContext, folder: string): Promise<void> {
  const watcher = watch(dirname(folder));
  t.after(() => watcher.close());
  while (existsSync(folder)) await once(watcher, "change");
}
