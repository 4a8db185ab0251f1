// Installs what the examples depend on as a reader would, once for all the copies of examples.
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { dependenciesOfExamples, INSTALLED, Sandbox } from "./sandbox.ts";

const dist = dirname(INSTALLED);
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const sandbox = new Sandbox(dist);
try {
  await sandbox.install(await dependenciesOfExamples());
  renameSync(join(sandbox.folder, "node_modules"), INSTALLED);
} finally {
  await sandbox.remove();
}
