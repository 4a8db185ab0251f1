// Runs the tests of the library and of some examples on other versions of Node.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { end, passSignalsOn, run } from "./run.ts";
import { readWords } from "./usage.ts";
import { ROOT, readExamples } from "./workspaces.ts";

const USAGE = `usage: npm run test:node [-- VERSION ...]

Runs the tests of the library, of its engine in TypeScript and of the examples of chapter 1 on each
VERSION of Node (20, 22, 24 and 26 if there is none). The npm package "node" brings it, into a temporary
folder. From Node 22.18 on, it runs the examples as they are.`;

const VERSIONS = ["20", "22", "24", "26"];

async function must(command: string[], env = process.env): Promise<void> {
  const ending = await run(command, { cwd: ROOT, env, stdio: "inherit" });
  if (ending.code !== 0) end(ending);
}

const words = readWords(USAGE, VERSIONS.length);
const examples = readExamples().filter(({ example }) => example.guide === "chapter 1");
const workspaces = ["tx0mq", "@tx0mq/zmtp", ...examples.map(({ packageName }) => packageName)];
const folder = mkdtempSync(join(tmpdir(), "tx0mq-node-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
passSignalsOn();

await must(["npm", "run", "build", "--silent", "--workspace=tx0mq"]);
for (const version of words.length > 0 ? words : VERSIONS) {
  const quietly = ["--no-audit", "--no-fund", "--silent"];
  await must(["npm", "install", ...quietly, "--prefix", folder, `node@${version}`]);
  const path = join(folder, "node_modules/node/bin");
  const env = { ...process.env, PATH: `${path}${delimiter}${process.env.PATH}` };
  await must(["node", "--version"], env);
  await must(["npm", "test", ...workspaces.map((name) => `--workspace=${name}`)], env);
}
