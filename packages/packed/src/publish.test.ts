// What npm would publish: npm has nothing to complain about, and the package says all that npm shows of it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { Registry } from "./registry.ts";
import { bin, ROOT, run, Sandbox, withoutNpm } from "./sandbox.ts";

const sandbox = new Sandbox();
const registry = new Registry([]);
const address = await registry.listen();
after(async () => {
  registry.close();
  await sandbox.remove();
});

/** Where an address would have to be known: the release writes it. */
const ADDRESSES = ["repository", "homepage", "bugs"];

for (const name of ["tx0mq", "create-tx0mq", "@tx0mq/zmtp"]) {
  const folder = join(ROOT, "packages", basename(name));

  test(`${name} would be published without a complaint`, async () => {
    const token = `--${address.replace("http:", "")}/:_authToken=none`;
    const settings = ["--registry", address, token, ...sandbox.npmSettings];
    const args = ["publish", folder, "--dry-run", "--ignore-scripts", ...settings];
    const { code, stderr, stdout } = await run("npm", args, sandbox.folder, { env: withoutNpm() });
    assert.equal(code, 0, stderr);
    assert.equal(/^npm (?:warn|error).*$/m.exec(stderr)?.[0], undefined);
    assert.match(stdout, new RegExp(`^\\+ ${name}@\\d`, "m"));
    assert.match(stderr, /with tag latest and public access/);
    for (const file of ["README.md", "LICENSE", "CHANGELOG.md", "package.json"]) {
      assert.match(stderr, new RegExp(` ${file}$`, "m"), file);
    }
    assert.doesNotMatch(stderr, /\.test\.|tsconfig|\.turbo| src\//);
  });

  test(`${name} says what it is, and from where it will come`, async () => {
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const changes = await readFile(join(folder, "CHANGELOG.md"), "utf8");
    for (const field of ["description", "keywords", "license", "engines", "files", "type"]) {
      assert(manifest[field], field);
    }
    assert.deepEqual(manifest.publishConfig, { access: "public", provenance: true });
    for (const field of ADDRESSES) assert.equal(manifest[field], undefined, field);
    assert(changes.includes(`\n## ${manifest.version}\n`), "the CHANGELOG has its version");
  });

  test(`${name}: publint has nothing to say`, async () => {
    const { code, stdout, stderr } = await bin("publint", ["run", folder, "--strict"], folder);
    assert.equal(code, 0, stdout + stderr);
  });
}
