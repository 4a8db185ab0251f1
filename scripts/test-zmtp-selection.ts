// Runs the smoke tests of some examples on the engine in TypeScript: npm run test:zmtp-selection.
import { join } from "node:path";
import { SELECTED } from "./on-zmtp.ts";
import { end, passSignalsOn, run } from "./run.ts";
import { readWords } from "./usage.ts";
import { ROOT, readExamples } from "./workspaces.ts";

const USAGE = `usage: npm run test:zmtp-selection

Runs the smoke tests of the examples that scripts/on-zmtp.ts has chosen on the engine in TypeScript
(packages/zmtp), which has to be built. It is a part of npm test; npm run test:zmtp runs those of all examples.`;

readWords(USAGE, 0);
passSignalsOn();
const files = readExamples()
  .filter(({ name }) => name in SELECTED)
  .map(({ folder }) => join(folder, "smoke.test.ts"));
const flags = ["--import", "@tx0mq/smoke/ts", "--test", "--test-concurrency=4"];
const ending = await run([process.execPath, ...flags, "--test-reporter=spec", ...files], {
  cwd: ROOT,
  env: { ...process.env, TX0MQ_ENGINE: "zmtp" },
  stdio: "inherit",
});
end(ending);
