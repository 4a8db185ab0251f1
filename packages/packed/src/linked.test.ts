import assert from "node:assert/strict";
import { mkdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { installedBy, Sandbox, succeed } from "./sandbox.ts";

/* As pnpm and Yarn install, and npm when it is told to: in a workspace nothing is found by looking further up. */

const NAMES = ["tx0mq", "@tx0mq/zmtp"];
const sandbox = new Sandbox();
const app = join(sandbox.folder, "packages/app");
before(async () => {
  const wanted = Object.fromEntries(NAMES.map((name) => [name, "*"]));
  await sandbox.install(wanted, "--install-strategy=linked", "--omit=optional");
  for (const name of NAMES) {
    const link = join(sandbox.folder, "node_modules", name);
    const own = join(app, "node_modules", name);
    mkdirSync(dirname(own), { recursive: true });
    symlinkSync(realpathSync(link), own, "dir");
    rmSync(link);
  }
});
after(() => sandbox.remove());

const VERSION = `import { ZmqFactory, zmqVersion } from "tx0mq";
await new ZmqFactory().shutdown();
console.log(zmqVersion());
`;

/** It needs both of what the engine loads when it is asked for first. */
const SECRET = `import { zmtp } from "@tx0mq/zmtp";
import { ZmqCertificate, ZmqFactory, ZmqPullConnection, ZmqPushConnection } from "tx0mq";

const { publicKey, secretKey } = ZmqCertificate.create();
const factory = new ZmqFactory({ engine: zmtp });
const server = { curveServer: true, curveSecretKey: secretKey, zapEnforceDomain: false };
const pull = new ZmqPullConnection(factory, { bind: "ws://127.0.0.1:*" }, server);
const client = { curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey: publicKey };
const push = new ZmqPushConnection(factory, { connect: pull.address }, client);
await push.send("secret");
console.log(String(await pull.receive()));
await factory.shutdown();
`;

test("TX0MQ_ENGINE finds its package where each package sees only what it has declared", async () => {
  sandbox.write("packages/app/version.js", VERSION);
  const args = ["TX0MQ_ENGINE=zmtp", process.execPath, "version.js"];
  assert.match(await succeed("env", args, app), /^4\.\d+\.\d+\n$/);
});

test("a bundle runs there that leaves the two packages out", async () => {
  sandbox.write("packages/app/secret.js", SECRET);
  const esbuild = join(installedBy("tsx", "esbuild"), "bin/esbuild");
  const left = NAMES.map((name) => `--external:${name}`);
  const options = ["--bundle", "--platform=node", "--format=esm", "--outfile=bundle.js", ...left];
  await succeed(process.execPath, [esbuild, "secret.js", ...options], app);
  assert.equal(await succeed(process.execPath, ["bundle.js"], app), "secret\n");
});
