// Gives all that is published its next version, and a CHANGELOG of the changesets: npm run release:version.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { end, run } from "./run.ts";
import { readWords } from "./usage.ts";
import { ROOT } from "./workspaces.ts";

const USAGE = `usage: npm run release:version

Makes the next version of what is published out of the files in .changeset, which it removes.`;
const MODULE = join(ROOT, "packages/tx0mq/src/version.ts");
/** The library and its engine: each says which version of the other it takes. */
const PEERS = ["packages/tx0mq/package.json", "packages/zmtp/package.json"];

async function must(...command: string[]): Promise<void> {
  const ending = await run(command, { cwd: ROOT, stdio: "inherit" });
  if (ending.code !== 0) end(ending);
}

readWords(USAGE, 0);
await must("changeset", "version");
const { version } = JSON.parse(readFileSync(join(ROOT, "packages/tx0mq/package.json"), "utf8"));
// They are released together. Changesets would call it a major release if they asked for `^`.
for (const path of PEERS) {
  const file = join(ROOT, path);
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  for (const peer in manifest.peerDependencies) manifest.peerDependencies[peer] = `>=${version}`;
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
const code = readFileSync(MODULE, "utf8");
writeFileSync(MODULE, code.replace(/(?<=export const version = ")[^"]*/, version));
await must("npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund");
