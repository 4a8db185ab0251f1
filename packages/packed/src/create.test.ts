import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { manifest } from "./manifest.ts";
import { installInto, run, Sandbox, succeed } from "./sandbox.ts";

const sandbox = new Sandbox();
before(() => sandbox.install({ "create-tx0mq": "*" }));
after(() => sandbox.remove());

function create(...args: string[]) {
  const bin = join(sandbox.folder, "node_modules/.bin/create-tx0mq");
  return run(bin, args, sandbox.folder);
}

test("its tarball has the examples, and needs no network", async () => {
  const { code, stdout } = await create("--list");
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}hello-world /m);
});

// Examples whose sockets disturb nobody, and that end by themselves. The last one uses another one, and
// a package that others do not.
for (const [example, expected] of [
  ["version", /tx0mq version is \d/],
  ["asyncio-router-router", /romeo received whatup/],
  ["serialization", /Checking an array\.\.\. Okay/],
] as const) {
  test(`${example} is made, installed with npm, and runs`, async () => {
    const made = await create(`my-${example}`, "--example", example);
    assert.deepEqual([made.code, made.stderr], [0, ""]);
    const folder = join(sandbox.folder, `my-${example}`);
    const { name } = await manifest(folder);
    assert.equal(name, `my-${example}`);
    await installInto(folder);
    assert.match(await succeed("npm", ["start", "--silent"], folder), expected);
  });
}
