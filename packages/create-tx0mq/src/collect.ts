// Brings the examples into the package, as its build's last step: programs, READMEs and package.json.
import { cpSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const EXAMPLES = fileURLToPath(new URL("../../../examples", import.meta.url));
const OWN = fileURLToPath(new URL("../dist/examples", import.meta.url));
const TAKEN = /^(package\.json|README\.md|(?!.*\.test\.)[\w-]+\.ts)$/;

rmSync(OWN, { recursive: true, force: true });
for (const file of readdirSync(EXAMPLES, { recursive: true, encoding: "utf8" })) {
  if (file.includes("node_modules") || !TAKEN.test(basename(file))) continue;
  const folder = dirname(file);
  // A chapter has a README, too: its title is there.
  const kept = basename(file) === "README.md";
  if (kept || readdirSync(join(EXAMPLES, folder)).includes("package.json")) {
    cpSync(join(EXAMPLES, file), join(OWN, relative(EXAMPLES, join(EXAMPLES, file))));
  }
}
