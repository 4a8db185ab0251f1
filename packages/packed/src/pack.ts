// Packs the library and installs it as a stranger would, once for all the copies of examples.
import { cpSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { INSTALLED, Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
try {
  await sandbox.install();
  rmSync(INSTALLED, { recursive: true, force: true });
  cpSync(join(sandbox.folder, "node_modules"), INSTALLED, {
    recursive: true,
    // Without .bin and npm's own notes.
    filter: (source) => basename(source) === "node_modules" || !basename(source).startsWith("."),
  });
} finally {
  await sandbox.remove();
}
