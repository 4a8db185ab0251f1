// Gives all that is published its next version, and a CHANGELOG of the changesets: npm run release:version.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { end, run } from "./run.ts";
import { readWords } from "./usage.ts";
import { ROOT } from "./workspaces.ts";

const USAGE = `usage: npm run release:version

Makes the next version of what is published out of the files in .changeset, which it removes.`;
const MODULE = join(ROOT, "packages/tx0mq/src/version.ts");

async function must(...command: string[]): Promise<void> {
  const ending = await run(command, { cwd: ROOT, stdio: "inherit" });
  if (ending.code !== 0) end(ending);
}

readWords(USAGE, 0);
await must("changeset", "version");
const { version } = JSON.parse(readFileSync(join(ROOT, "packages/tx0mq/package.json"), "utf8"));
const code = readFileSync(MODULE, "utf8");
writeFileSync(MODULE, code.replace(/(?<=export const version = ")[^"]*/, version));
await must("npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund");
