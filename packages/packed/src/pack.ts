// Installs what the examples depend on as a reader would, once for all the copies of examples.
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { manifest } from "./manifest.ts";
import { INSTALLED, MODEL, Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
try {
  await sandbox.install((await manifest(MODEL)).dependencies);
  rmSync(INSTALLED, { recursive: true, force: true });
  cpSync(join(sandbox.folder, "node_modules"), INSTALLED, {
    recursive: true,
    verbatimSymlinks: true,
  });
} finally {
  await sandbox.remove();
}
