import assert from "node:assert/strict";
import { mkdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { Sandbox, succeed } from "./sandbox.ts";

const sandbox = new Sandbox();
after(() => sandbox.remove());

const VERSION = `import { ZmqFactory, zmqVersion } from "tx0mq";
await new ZmqFactory().shutdown();
console.log(zmqVersion());
`;

// As pnpm and Yarn install, and npm when it is told to: in a workspace nothing is found by looking further up.
test("TX0MQ_ENGINE finds its package where each package sees only what it has declared", async () => {
  const names = ["tx0mq", "@tx0mq/zmtp"];
  const wanted = Object.fromEntries(names.map((name) => [name, "*"]));
  await sandbox.install(wanted, "--install-strategy=linked", "--omit=optional");
  for (const name of names) {
    const link = join(sandbox.folder, "node_modules", name);
    const own = join(sandbox.folder, "packages/app/node_modules", name);
    mkdirSync(dirname(own), { recursive: true });
    symlinkSync(realpathSync(link), own, "dir");
    rmSync(link);
  }
  sandbox.write("packages/app/version.js", VERSION);
  const args = ["TX0MQ_ENGINE=zmtp", process.execPath, "packages/app/version.js"];
  assert.match(await succeed("env", args, sandbox.folder), /^4\.\d+\.\d+\n$/);
});
