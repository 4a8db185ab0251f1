import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Program, refuses, Stage } from "@tx0mq/smoke";
import { ROOT } from "./workspaces.ts";

const OURS = { name: "ours", version: "1.0.0" };

/** Runs the release in a repository of two packages, with a changeset command that only says what it is told. */
function release(
  t: TestContext,
  env: Record<string, string | undefined>,
): { stage: Stage; program: Program } {
  const stage = new Stage(t, import.meta.url);
  const write = (path: string, content: object) => {
    mkdirSync(join(stage.folder, path), { recursive: true });
    writeFileSync(join(stage.folder, path, "package.json"), JSON.stringify(content));
  };
  cpSync(join(ROOT, "scripts"), join(stage.folder, "scripts"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(stage.folder, "node_modules"));
  write("", { name: "root", type: "module", workspaces: ["packages/*"] });
  write("packages/ours", OURS);
  write("packages/mine", { ...OURS, private: true });
  mkdirSync(join(stage.folder, "bin"));
  writeFileSync(join(stage.folder, "bin/changeset"), '#!/bin/sh\necho "changeset $@"\n');
  chmodSync(join(stage.folder, "bin/changeset"), 0o755);
  const path = [join(stage.folder, "bin"), process.env.PATH].join(delimiter);
  const script = join(stage.folder, "scripts/release.ts");
  const command = [process.execPath, "--import", "tsx", script] as const;
  const settings = { GITHUB_SERVER_URL: undefined, ...env, PATH: path };
  const program = stage.start({ command }, [], { cwd: stage.folder, env: settings });
  return { stage, program };
}

test("what is published says where it comes from", async (t) => {
  const { stage, program } = release(t, { GITHUB_REPOSITORY: "somebody/somewhere" });
  await program.line(/^changeset publish$/);
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  const manifest = (name: string) =>
    JSON.parse(readFileSync(join(stage.folder, "packages", name, "package.json"), "utf8"));
  assert.deepEqual(manifest("ours"), {
    ...OURS,
    repository: {
      type: "git",
      url: "git+https://github.com/somebody/somewhere.git",
      directory: "packages/ours",
    },
    homepage: "https://github.com/somebody/somewhere/tree/HEAD/packages/ours#readme",
    bugs: "https://github.com/somebody/somewhere/issues",
  });
  assert.deepEqual(manifest("mine"), { ...OURS, private: true });
});

test("a minor change makes a minor version of all that is published", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(stage.folder, path)), { recursive: true });
    writeFileSync(join(stage.folder, path), content);
  };
  const copy = (path: string) => put(path, readFileSync(join(ROOT, path), "utf8"));
  const paths = ["tx0mq", "zmtp", "create-tx0mq"].map((name) => `packages/${name}/package.json`);
  for (const path of [...paths, ".changeset/config.json", "packages/tx0mq/src/version.ts"]) {
    copy(path);
  }
  cpSync(join(ROOT, "scripts"), join(stage.folder, "scripts"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(stage.folder, "node_modules"));
  // The private workspaces that these depend on are left out.
  put("package.json", '{ "name": "root", "type": "module", "workspaces": ["packages/*"] }');
  put("package-lock.json", "{}");
  put(".changeset/new.md", '---\n"tx0mq": minor\n---\n\nSomething new.\n');
  put("bin/npm", "#!/bin/sh\n");
  chmodSync(join(stage.folder, "bin/npm"), 0o755);
  const path = [join(stage.folder, "bin"), join(ROOT, "node_modules/.bin"), process.env.PATH].join(
    delimiter,
  );
  const manifests = () =>
    paths.map((file) => JSON.parse(readFileSync(join(stage.folder, file), "utf8")));
  const [major, minor] = manifests()[0].version.split(".");
  const script = join(stage.folder, "scripts/version.ts");
  const command = [process.execPath, "--import", "tsx", script] as const;
  const program = stage.start({ command }, [], { cwd: stage.folder, env: { PATH: path } });
  assert.deepEqual(await program.exit(), { code: 0, signal: null });
  const next = `${major}.${Number(minor) + 1}.0`;
  assert.deepEqual(
    manifests().map(({ version, peerDependencies }) => [version, peerDependencies]),
    [
      [next, { "@tx0mq/zmtp": `>=${next}` }],
      [next, { tx0mq: `>=${next}` }],
      [next, undefined],
    ],
  );
});

test("elsewhere nothing is published", async (t) => {
  const { program } = release(t, { GITHUB_REPOSITORY: undefined });
  await refuses(program, /releases are made on GitHub Actions/, 1);
  assert.deepEqual(program.lines, []);
});
