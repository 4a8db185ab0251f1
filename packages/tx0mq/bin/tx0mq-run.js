#!/usr/bin/env node
// Runs the programs of an example together: what it does is in src/run.ts.
import { existsSync } from "node:fs";

const program = new URL("../dist/run.js", import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error("tx0mq has not been built yet: run npm start in the root of the repository");
  process.exitCode = 1;
}
